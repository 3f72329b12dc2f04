// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.environment;

import io.cairn.spi.environment.OnLane;
import io.cairn.spi.environment.Rng;
import io.cairn.spi.network.PeerNetwork;
import java.util.Map;
import java.util.TreeMap;

/**
 * The wires between members. Every directed pair has its own health; connections stand, break, and
 * are made again; what was under way on a broken one is lost, or comes late.
 *
 * <p>Messages of one connection and channel arrive in order (N1), unless {@link Wire#wild} says
 * that they need not: consensus must bear that, too.
 */
@OnLane("simulation")
public final class SimulatedNetwork {
  private static final long MILLI = 1_000_000;

  /**
   * How one direction between two members is.
   *
   * @param open whether anything arrives at all
   * @param delayNanos the mean of the delay, which is distributed exponentially
   * @param lossPerMille how many of a thousand messages are lost
   * @param wild how many of a thousand are repeated, and as many overtaken
   */
  public record Wire(boolean open, long delayNanos, int lossPerMille, int wild) {
    /** A local network without faults. */
    public static final Wire GOOD = new Wire(true, 200_000, 0, 0);

    /** The same, cut or not. */
    public Wire withOpen(boolean nowOpen) {
      return new Wire(nowOpen, delayNanos, lossPerMille, wild);
    }
  }

  /** What has happened to messages. */
  public static final class Counters {
    long sent;
    long dropped;
    long lost;
    long repeated;
    long overtaken;
    long late;
    long broken;

    /** By name. */
    public Map<String, Long> byName() {
      Map<String, Long> result = new TreeMap<>();
      result.put("messages sent", sent);
      result.put("messages without a connection", dropped);
      result.put("messages lost", lost);
      result.put("messages repeated", repeated);
      result.put("messages overtaken", overtaken);
      result.put("messages late from a broken connection", late);
      result.put("connections broken", broken);
      return result;
    }
  }

  // Seen by the ends.
  final EventQueue queue;
  final Rng rng;
  final Map<Long, NetworkEnd> ends = new TreeMap<>();
  final Map<String, Long> listeners = new TreeMap<>();
  private final Map<Long, Map<Long, Wire>> wires = new TreeMap<>();
  final Counters counters = new Counters();
  private Wire usual = Wire.GOOD;

  /** A network without members. */
  public SimulatedNetwork(EventQueue queue, Rng rng) {
    this.queue = queue;
    this.rng = rng;
  }

  /** What has happened to messages so far. */
  public Counters counters() {
    return counters;
  }

  /** The URL of the machine with that number; that of a founder has the founder's number. */
  public static String urlOf(long number) {
    return "http://m" + number + ":2380";
  }

  /** A member that is no founder listens on the machine with that number. */
  public void listen(long number, long member) {
    listeners.put(urlOf(number), member);
  }

  /** How every direction is that is not set otherwise. */
  public void usual(Wire wire) {
    usual = wire;
  }

  /** Sets one direction; a cut breaks its connections after a while. */
  public void wire(long from, long to, Wire wire) {
    Wire before = wireOf(from, to);
    wires.computeIfAbsent(from, _ -> new TreeMap<>()).put(to, wire);
    if (before.open() && !wire.open()) {
      breakLater(from, to);
      breakLater(to, from);
    }
  }

  /** Takes back everything that was set. */
  public void heal() {
    wires.clear();
  }

  /** How a direction is now. */
  public Wire wireOf(long from, long to) {
    Map<Long, Wire> ofSender = wires.isEmpty() ? null : wires.get(from);
    Wire set = ofSender == null ? null : ofSender.get(to);
    return set == null ? usual : set;
  }

  /** Breaks what connects two members, without cutting the wires. */
  public void breakConnections(long a, long b) {
    breakNow(a, b);
    breakNow(b, a);
  }

  /** A member's end of the network, for one life of it. The end of the former life is dead. */
  public PeerNetwork attach(long member, long incarnation, long boot, MemberLife life) {
    NetworkEnd end = new NetworkEnd(this, member, incarnation, boot, life);
    ends.put(member, end);
    listeners.putIfAbsent(urlOf(member), member);
    return end;
  }

  /** A process has ended: its peers notice soon, or when they time out. */
  public void died(long member, boolean connectionsReset) {
    for (NetworkEnd other : ends.values()) {
      if (other.knows(member)) {
        long after = connectionsReset ? rng.below(20) * MILLI : (500 + rng.below(2500)) * MILLI;
        NetworkEnd dead = ends.get(member);
        queue.after(after, "reset", () -> other.lose(member, dead));
      }
    }
  }

  private void breakLater(long from, long to) {
    queue.after(
        (100 + rng.below(2000)) * MILLI,
        "break",
        () -> {
          if (!wireOf(from, to).open() || !wireOf(to, from).open()) {
            breakNow(from, to);
          }
        });
  }

  private void breakNow(long from, long to) {
    NetworkEnd end = ends.get(from);
    if (end != null) {
      end.lose(to, null);
    }
  }

  /** How long the next message takes. */
  long delay(Wire wire) {
    double unit = ((rng.next() >>> 11) + 1) * 0x1p-53;
    return 50_000 + (long) (-StrictMath.log(unit) * wire.delayNanos());
  }

  /** Whether something that is sent now arrives. */
  boolean passes(long from, long to) {
    Wire wire = wireOf(from, to);
    return wire.open() && (wire.lossPerMille() == 0 || rng.below(1000) >= wire.lossPerMille());
  }
}
