// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.environment;

import io.cairn.spi.environment.OnLane;
import io.cairn.spi.environment.Rng;
import io.cairn.spi.network.PeerNetwork;
import io.cairn.spi.store.Bytes;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

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

  /** How many messages may be under way from one member to another. */
  private static final int UNDER_WAY_MAX = 4096;

  /** Reconnecting is tried so often while a connection does not stand. */
  private static final long REDIAL_NANOS = 60 * MILLI;

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

  private final EventQueue queue;
  private final Rng rng;
  private final Map<Long, Endpoint> endpoints = new TreeMap<>();
  private final Map<String, Long> listeners = new TreeMap<>();
  private final Map<Long, Map<Long, Wire>> wires = new TreeMap<>();
  private final Counters counters = new Counters();
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
    Endpoint endpoint = new Endpoint(member, incarnation, boot, life);
    endpoints.put(member, endpoint);
    listeners.putIfAbsent(urlOf(member), member);
    return endpoint;
  }

  /** A process has ended: its peers notice soon, or when they time out. */
  public void died(long member, boolean connectionsReset) {
    for (Endpoint other : endpoints.values()) {
      if (other.peers.containsKey(member)) {
        long after = connectionsReset ? rng.below(20) * MILLI : (500 + rng.below(2500)) * MILLI;
        Endpoint dead = endpoints.get(member);
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
    Endpoint endpoint = endpoints.get(from);
    if (endpoint != null) {
      endpoint.lose(to, null);
    }
  }

  private long delay(Wire wire) {
    double unit = ((rng.next() >>> 11) + 1) * 0x1p-53;
    return 50_000 + (long) (-StrictMath.log(unit) * wire.delayNanos());
  }

  /** One direction of a connection, from a life to a life. */
  private static final class Connection {
    final Endpoint to;
    final long sinceNanos;
    final Map<PeerNetwork.Channel, Long> lastArrival = new EnumMap<>(PeerNetwork.Channel.class);
    boolean standing = true;
    int underWay;

    Connection(Endpoint to, long sinceNanos) {
      this.to = to;
      this.sinceNanos = sinceNanos;
    }
  }

  /** What an endpoint knows of another member. */
  private static final class Peer {
    @Nullable Connection connection;
    boolean dialing;
    boolean lostTold;
    long heardIncarnation = -1;
    long heardBoot = -1;
    PeerNetwork.@Nullable Refusal refusal;
  }

  private final class Endpoint implements PeerNetwork {
    private final long member;
    private final long incarnation;
    private final long boot;
    private final MemberLife life;
    private final Map<Long, Peer> peers = new TreeMap<>();
    private final Map<Long, Boolean> forgotten = new TreeMap<>();
    private final Map<Channel, Receiver> receivers = new EnumMap<>(Channel.class);
    private @Nullable Responder responder;
    private @Nullable Watcher watcher;
    private Gate gate = (_, _, _) -> null;
    private @Nullable Supplier<Bytes> description;

    Endpoint(long member, long incarnation, long boot, MemberLife life) {
      this.member = member;
      this.incarnation = incarnation;
      this.boot = boot;
      this.life = life;
    }

    @Override
    public void reach(long other, List<String> urls) {
      // Of somebody who was added, but whose machine no operator has started yet.
      urls.forEach(url -> listeners.putIfAbsent(url, other));
      if (other == member) {
        return;
      }
      forgotten.remove(other);
      Peer peer = peers.computeIfAbsent(other, _ -> new Peer());
      if (peer.connection == null) {
        dial(other, peer, rng.below(1000) * 1000L);
      }
    }

    @Override
    public void forget(long other) {
      forgotten.put(other, true);
      lose(other, null);
      peers.remove(other);
    }

    private void dial(long other, Peer peer, long afterNanos) {
      if (!peer.dialing) {
        peer.dialing = true;
        queue.after(
            afterNanos,
            "dial",
            () -> {
              peer.dialing = false;
              if (life.isAlive() && peers.get(other) == peer && peer.connection == null) {
                connect(other, peer);
              }
            });
      }
    }

    private void connect(long other, Peer peer) {
      Endpoint target = endpoints.get(other);
      boolean there =
          target != null
              && target.life.isAlive()
              && wireOf(member, other).open()
              && wireOf(other, member).open();
      if (!there || target == null) {
        dial(other, peer, REDIAL_NANOS / 2 + rng.below((int) REDIAL_NANOS));
        return;
      }
      Refusal refusal = target.refuses(this);
      if (refusal != null) {
        hearRefusal(target, peer, refusal);
        dial(other, peer, 10 * REDIAL_NANOS);
        return;
      }
      if (gate.refuses(other, target.incarnation, target.boot) != null) {
        target.callBack(this);
        dial(other, peer, 10 * REDIAL_NANOS);
        return;
      }
      peer.refusal = null;
      peer.lostTold = false;
      peer.connection = new Connection(target, queue.now());
      target.hear(this);
      if (target.gate.refuses(member, incarnation, boot) == null) {
        peer.heardIncarnation = target.incarnation;
        peer.heardBoot = target.boot;
      }
      Watcher told = watcher;
      if (told != null) {
        life.enter(() -> told.connected(other, target.incarnation, target.boot));
      }
    }

    private @Nullable Refusal refuses(Endpoint caller) {
      return forgotten.containsKey(caller.member)
          ? Refusal.REMOVED
          : gate.refuses(caller.member, caller.incarnation, caller.boot) != null
              ? Refusal.UNWELCOME
              : null;
    }

    private void hearRefusal(Endpoint by, Peer peer, Refusal refusal) {
      Watcher told = watcher;
      if (peer.refusal != refusal && told != null) {
        peer.refusal = refusal;
        life.enter(() -> told.refused(by.member, refusal));
      }
    }

    /** Somebody unknown has called and hung up: called back, it says why. */
    private void callBack(Endpoint caller) {
      if (peers.containsKey(caller.member) || refuses(caller) != null) {
        return;
      }
      queue.after(
          rng.below(1000) * 1000L,
          "call back",
          () -> {
            Refusal refusal = caller.refuses(this);
            if (refusal != null
                && life.isAlive()
                && caller.life.isAlive()
                && wireOf(member, caller.member).open()) {
              hearRefusal(caller, new Peer(), refusal);
            }
          });
    }

    /** Another life has connected: its messages will come. It is answered, known or not. */
    private void hear(Endpoint from) {
      Peer peer = peers.computeIfAbsent(from.member, _ -> new Peer());
      if (peer.heardBoot != from.boot || peer.heardIncarnation != from.incarnation) {
        peer.heardBoot = from.boot;
        peer.heardIncarnation = from.incarnation;
        Watcher told = watcher;
        if (told != null) {
          life.enter(() -> told.connected(from.member, from.incarnation, from.boot));
        }
      }
      if (peer.connection == null) {
        dial(from.member, peer, rng.below(1000) * 1000L);
      }
    }

    /** The connection to another member, or to that life of it, is no more. */
    void lose(long other, @Nullable Endpoint ofLife) {
      Peer peer = peers.get(other);
      if (peer == null || peer.connection == null) {
        return;
      }
      if (ofLife != null && peer.connection.to != ofLife) {
        return;
      }
      peer.connection.standing = false;
      peer.connection = null;
      counters.broken++;
      tellLost(other, peer);
      dial(other, peer, rng.below((int) REDIAL_NANOS));
    }

    private void tellLost(long other, Peer peer) {
      Watcher told = watcher;
      if (!peer.lostTold && told != null) {
        peer.lostTold = true;
        // As from a lane of the network: not from within send().
        queue.after(1000, "lost", () -> life.enter(() -> told.lost(other)));
      }
    }

    @Override
    public long connectedNanos(long other) {
      Peer peer = peers.get(other);
      return peer == null || peer.connection == null
          ? DISCONNECTED
          : queue.now() - peer.connection.sinceNanos;
    }

    @Override
    public void send(long other, Channel channel, Bytes message) {
      if (!life.isAlive()) {
        return;
      }
      counters.sent++;
      Peer peer = peers.get(other);
      Connection connection = peer == null ? null : peer.connection;
      if (peer == null || connection == null) {
        counters.dropped++;
        return;
      }
      if (connection.underWay >= UNDER_WAY_MAX) {
        counters.dropped++;
        tellLost(other, peer);
        return;
      }
      Wire wire = wireOf(member, other);
      if (!wire.open() || (wire.lossPerMille() > 0 && rng.below(1000) < wire.lossPerMille())) {
        counters.lost++;
        return;
      }
      boolean wild = channel == Channel.CONSENSUS && wire.wild() > 0;
      long arrival = queue.now() + delay(wire);
      if (wild && rng.below(1000) < wire.wild()) {
        counters.overtaken++;
        arrival += delay(wire) * 3;
      } else {
        arrival = connection.lastArrival.merge(channel, arrival, Math::max);
      }
      arrive(connection, channel, message, arrival, false);
      if (wild && rng.below(1000) < wire.wild()) {
        counters.repeated++;
        // Also long after, when the connection and its members may be others.
        long again = arrival + delay(wire) * (rng.below(20) == 0 ? 1000 : 2);
        arrive(connection, channel, message, again, true);
      }
    }

    private void arrive(
        Connection connection, Channel channel, Bytes message, long at, boolean late) {
      connection.underWay++;
      queue.at(
          at,
          "message",
          () -> {
            connection.underWay--;
            Endpoint target = connection.to;
            boolean wasLate = late && !connection.standing;
            if (wasLate) {
              counters.late++;
              target = endpoints.getOrDefault(target.member, target);
            } else if (!connection.standing) {
              counters.lost++;
              return;
            }
            target.take(member, channel, message);
          });
    }

    private void take(long from, Channel channel, Bytes message) {
      Receiver receiver = receivers.get(channel);
      if (receiver != null && life.isAlive() && !forgotten.containsKey(from)) {
        queue.fold(message.hashCode());
        life.enter(() -> receiver.received(from, message));
      }
    }

    @Override
    public CompletionStage<Bytes> request(long other, Bytes request, long timeoutNanos) {
      CompletableFuture<Bytes> answer = new CompletableFuture<>();
      queue.after(timeoutNanos, "request timeout", () -> life.enter(() -> fail(answer, other)));
      Peer peer = peers.get(other);
      Connection connection = peer == null ? null : peer.connection;
      if (connection == null || !passes(member, other)) {
        return answer;
      }
      queue.after(
          delay(wireOf(member, other)),
          "request",
          () -> {
            Endpoint target = connection.to;
            Responder responding = target.responder;
            if (responding == null || !connection.standing || !target.life.isAlive()) {
              return;
            }
            target.life.enter(() ->
                responding
                    .respond(member, request)
                    .whenComplete(
                        (response, failure) -> target.answer(this, answer, response, failure)));
          });
      return answer;
    }

    private void answer(
        Endpoint asker,
        CompletableFuture<Bytes> answer,
        @Nullable Bytes response,
        @Nullable Throwable failure) {
      if (!life.isAlive() || !passes(member, asker.member)) {
        return;
      }
      queue.after(
          delay(wireOf(member, asker.member)),
          "response",
          () ->
              asker.life.enter(() -> {
                if (response != null) {
                  answer.complete(response);
                } else {
                  answer.completeExceptionally(
                      failure == null ? new IllegalStateException("no answer") : failure);
                }
              }));
    }

    private boolean passes(long from, long to) {
      Wire wire = wireOf(from, to);
      return wire.open() && (wire.lossPerMille() == 0 || rng.below(1000) >= wire.lossPerMille());
    }

    private static void fail(CompletableFuture<Bytes> answer, long other) {
      answer.completeExceptionally(new TimeoutException("no answer from member " + other));
    }

    @Override
    public void receive(Channel channel, Receiver receiver) {
      receivers.put(channel, receiver);
    }

    @Override
    public void respond(Responder answering) {
      responder = answering;
    }

    @Override
    public void watch(Watcher noticing) {
      watcher = noticing;
    }

    @Override
    public void admit(Gate deciding) {
      gate = deciding;
    }

    @Override
    public void describe(Supplier<Bytes> describing) {
      description = describing;
    }

    @Override
    public CompletionStage<Bytes> ask(String url, long timeoutNanos) {
      CompletableFuture<Bytes> answer = new CompletableFuture<>();
      queue.after(timeoutNanos, "ask timeout", () -> life.enter(() -> fail(answer, 0)));
      Long listener = listeners.get(url);
      Endpoint other = listener == null ? null : endpoints.get(listener);
      if (other != null && other.life.isAlive() && passes(member, other.member)) {
        Supplier<Bytes> describing = other.description;
        if (describing != null) {
          queue.after(
              delay(wireOf(member, other.member)),
              "ask",
              () -> other.life.enter(() -> other.answer(this, answer, describing.get(), null)));
        }
      }
      return answer;
    }
  }
}
