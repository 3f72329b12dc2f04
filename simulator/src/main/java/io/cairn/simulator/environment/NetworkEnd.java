// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.environment;

import io.cairn.simulator.environment.SimulatedNetwork.Wire;
import io.cairn.spi.environment.OnLane;
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
 * One life of a member on a {@link SimulatedNetwork}: whom it is connected to, what it has heard of
 * them, and who takes what arrives. It dials again as long as it lives; the network says whether
 * anything gets through.
 */
@OnLane("simulation")
final class NetworkEnd implements PeerNetwork {
  /** How many messages may be under way from one member to another. */
  private static final int UNDER_WAY_MAX = 4096;

  /** Reconnecting is tried so often while a connection does not stand. */
  private static final long REDIAL_NANOS = 60_000_000;

  /** One direction of a connection, from a life to a life. */
  private static final class Connection {
    final NetworkEnd to;
    final long sinceNanos;
    final Map<PeerNetwork.Channel, Long> lastArrival = new EnumMap<>(PeerNetwork.Channel.class);
    boolean standing = true;
    int underWay;

    Connection(NetworkEnd to, long sinceNanos) {
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

  private final SimulatedNetwork network;
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

  NetworkEnd(SimulatedNetwork network, long member, long incarnation, long boot, MemberLife life) {
    this.network = network;
    this.member = member;
    this.incarnation = incarnation;
    this.boot = boot;
    this.life = life;
  }

  @Override
  public void reach(long other, List<String> urls) {
    // Of somebody who was added, but whose machine no operator has started yet.
    urls.forEach(url -> network.listeners.putIfAbsent(url, other));
    if (other == member) {
      return;
    }
    forgotten.remove(other);
    Peer peer = peers.computeIfAbsent(other, _ -> new Peer());
    if (peer.connection == null) {
      dial(other, peer, network.rng.below(1000) * 1000L);
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
      network.queue.after(
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
    NetworkEnd target = network.ends.get(other);
    boolean there =
        target != null
            && target.life.isAlive()
            && network.wireOf(member, other).open()
            && network.wireOf(other, member).open();
    if (!there || target == null) {
      dial(other, peer, REDIAL_NANOS / 2 + network.rng.below((int) REDIAL_NANOS));
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
    peer.connection = new Connection(target, network.queue.now());
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

  private @Nullable Refusal refuses(NetworkEnd caller) {
    return forgotten.containsKey(caller.member)
        ? Refusal.REMOVED
        : gate.refuses(caller.member, caller.incarnation, caller.boot) != null
            ? Refusal.UNWELCOME
            : null;
  }

  private void hearRefusal(NetworkEnd by, Peer peer, Refusal refusal) {
    Watcher told = watcher;
    if (peer.refusal != refusal && told != null) {
      peer.refusal = refusal;
      life.enter(() -> told.refused(by.member, refusal));
    }
  }

  /** Somebody unknown has called and hung up: called back, it says why. */
  private void callBack(NetworkEnd caller) {
    if (peers.containsKey(caller.member) || refuses(caller) != null) {
      return;
    }
    network.queue.after(
        network.rng.below(1000) * 1000L,
        "call back",
        () -> {
          Refusal refusal = caller.refuses(this);
          if (refusal != null
              && life.isAlive()
              && caller.life.isAlive()
              && network.wireOf(member, caller.member).open()) {
            hearRefusal(caller, new Peer(), refusal);
          }
        });
  }

  /** Another life has connected: its messages will come. It is answered, known or not. */
  private void hear(NetworkEnd from) {
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
      dial(from.member, peer, network.rng.below(1000) * 1000L);
    }
  }

  /** Whether it was told of a member, or has heard of it. */
  boolean knows(long other) {
    return peers.containsKey(other);
  }

  /** The connection to another member, or to that life of it, is no more. */
  void lose(long other, @Nullable NetworkEnd ofLife) {
    Peer peer = peers.get(other);
    if (peer == null || peer.connection == null) {
      return;
    }
    if (ofLife != null && peer.connection.to != ofLife) {
      return;
    }
    peer.connection.standing = false;
    peer.connection = null;
    network.counters.broken++;
    tellLost(other, peer);
    dial(other, peer, network.rng.below((int) REDIAL_NANOS));
  }

  private void tellLost(long other, Peer peer) {
    Watcher told = watcher;
    if (!peer.lostTold && told != null) {
      peer.lostTold = true;
      // As from a lane of the network: not from within send().
      network.queue.after(1000, "lost", () -> life.enter(() -> told.lost(other)));
    }
  }

  @Override
  public long connectedNanos(long other) {
    Peer peer = peers.get(other);
    return peer == null || peer.connection == null
        ? DISCONNECTED
        : network.queue.now() - peer.connection.sinceNanos;
  }

  @Override
  public void send(long other, Channel channel, Bytes message) {
    if (!life.isAlive()) {
      return;
    }
    network.counters.sent++;
    Peer peer = peers.get(other);
    Connection connection = peer == null ? null : peer.connection;
    if (peer == null || connection == null) {
      network.counters.dropped++;
      return;
    }
    if (connection.underWay >= UNDER_WAY_MAX) {
      network.counters.dropped++;
      tellLost(other, peer);
      return;
    }
    Wire wire = network.wireOf(member, other);
    if (!wire.open()
        || (wire.lossPerMille() > 0 && network.rng.below(1000) < wire.lossPerMille())) {
      network.counters.lost++;
      return;
    }
    boolean wild = channel == Channel.CONSENSUS && wire.wild() > 0;
    long arrival = network.queue.now() + network.delay(wire);
    if (wild && network.rng.below(1000) < wire.wild()) {
      network.counters.overtaken++;
      arrival += network.delay(wire) * 3;
    } else {
      arrival = connection.lastArrival.merge(channel, arrival, Math::max);
    }
    arrive(connection, channel, message, arrival, false);
    if (wild && network.rng.below(1000) < wire.wild()) {
      network.counters.repeated++;
      // Also long after, when the connection and its members may be others.
      long again = arrival + network.delay(wire) * (network.rng.below(20) == 0 ? 1000 : 2);
      arrive(connection, channel, message, again, true);
    }
  }

  private void arrive(
      Connection connection, Channel channel, Bytes message, long at, boolean late) {
    connection.underWay++;
    network.queue.at(
        at,
        "message",
        () -> {
          connection.underWay--;
          NetworkEnd target = connection.to;
          boolean wasLate = late && !connection.standing;
          if (wasLate) {
            network.counters.late++;
            target = network.ends.getOrDefault(target.member, target);
          } else if (!connection.standing) {
            network.counters.lost++;
            return;
          }
          target.take(member, channel, message);
        });
  }

  private void take(long from, Channel channel, Bytes message) {
    Receiver receiver = receivers.get(channel);
    if (receiver != null && life.isAlive() && !forgotten.containsKey(from)) {
      network.queue.fold(message.hashCode());
      life.enter(() -> receiver.received(from, message));
    }
  }

  @Override
  public CompletionStage<Bytes> request(long other, Bytes request, long timeoutNanos) {
    CompletableFuture<Bytes> answer = new CompletableFuture<>();
    network.queue.after(
        timeoutNanos, "request timeout", () -> life.enter(() -> fail(answer, other)));
    Peer peer = peers.get(other);
    Connection connection = peer == null ? null : peer.connection;
    if (connection == null || !network.passes(member, other)) {
      return answer;
    }
    network.queue.after(
        network.delay(network.wireOf(member, other)),
        "request",
        () -> {
          NetworkEnd target = connection.to;
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
      NetworkEnd asker,
      CompletableFuture<Bytes> answer,
      @Nullable Bytes response,
      @Nullable Throwable failure) {
    if (!life.isAlive() || !network.passes(member, asker.member)) {
      return;
    }
    network.queue.after(
        network.delay(network.wireOf(member, asker.member)),
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
    network.queue.after(timeoutNanos, "ask timeout", () -> life.enter(() -> fail(answer, 0)));
    Long listener = network.listeners.get(url);
    NetworkEnd other = listener == null ? null : network.ends.get(listener);
    if (other != null && other.life.isAlive() && network.passes(member, other.member)) {
      Supplier<Bytes> describing = other.description;
      if (describing != null) {
        network.queue.after(
            network.delay(network.wireOf(member, other.member)),
            "ask",
            () -> other.life.enter(() -> other.answer(this, answer, describing.get(), null)));
      }
    }
    return answer;
  }
}
