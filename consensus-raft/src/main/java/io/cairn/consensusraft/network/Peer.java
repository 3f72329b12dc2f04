// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.network;

import static io.cairn.spi.environment.EventLog.field;

import io.cairn.spi.environment.OnLane;
import io.cairn.spi.network.PeerNetwork;
import io.cairn.spi.network.PeerNetwork.Channel;
import io.cairn.spi.store.Bytes;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Another member, as far as the network is concerned: the links to it and the streams from it.
 *
 * <p>Belongs to the loop but for {@link #send}, {@link #request} and {@link #connectedNanos}, which
 * any thread may call.
 */
@OnLane("peer-network")
final class Peer {
  private final long id;
  private final PeerEnvironment environment;
  private final Map<Channel, Link> links = new EnumMap<>(Channel.class);
  private final Requests requests;
  private final Map<Channel, Inbound> inbounds = new EnumMap<>(Channel.class);
  private final Consumer<Peer> whenUnheard;
  private @Nullable Life life;

  /** Whether the watcher knows that there is no connection. */
  private boolean isLost;

  private boolean isSaidInactive;
  private @Nullable Rejection rejection;

  // Written by the loop, read by anybody who asks; each value stands for itself.
  private volatile @Nullable Long connectedSince;

  /**
   * A member that is not connected.
   *
   * @param whenUnheard told when the last stream from the member has ended, perhaps repeatedly
   */
  Peer(long id, PeerEnvironment environment, Consumer<Peer> whenUnheard) {
    this.id = id;
    this.environment = environment;
    this.whenUnheard = whenUnheard;
    this.requests = new Requests(environment);
    for (Channel channel : Channel.values()) {
      links.put(channel, new Link(environment, this, channel));
    }
  }

  long id() {
    return id;
  }

  private Link link(Channel channel) {
    return Objects.requireNonNull(links.get(channel));
  }

  Requests requests() {
    return requests;
  }

  /** Sends a message, or drops it; any thread. */
  void send(Channel channel, Bytes message) {
    var _ = link(channel).offer(Frame.message(message));
  }

  /** Sends a request; any thread. */
  void request(Bytes request, long timeoutNanos, CompletableFuture<Bytes> answer) {
    environment
        .loop()
        .execute(() -> requests.ask(link(Channel.KERNEL), request, timeoutNanos, answer));
  }

  /** How long messages could be sent; any thread. */
  long connectedNanos() {
    Long since = connectedSince;
    return since == null ? PeerNetwork.DISCONNECTED : environment.time().nanos() - since;
  }

  /** Where the member is from now on; what cannot be used is reported and left out. */
  void reach(List<String> urls) {
    List<PeerUrl> usable = new ArrayList<>();
    for (String url : urls) {
      try {
        usable.add(PeerUrl.parse(url));
      } catch (IllegalArgumentException e) {
        environment
            .log()
            .warn("cannot use a peer URL", environment.between(id, field("error", e.getMessage())));
      }
    }
    for (Link link : links.values()) {
      link.reach(usable);
    }
  }

  /** Why {@code hello}, the answer to a greeting, is not what was hoped for; null if it is. */
  @Nullable String mistakes(Hello hello) {
    PeerIdentity self = environment.self();
    if (hello.clusterId() != self.clusterId()) {
      return "the member belongs to cluster " + Long.toHexString(hello.clusterId());
    }
    if (hello.from() != id || hello.to() != self.memberId()) {
      return "the address belongs to member " + Long.toHexString(hello.from());
    }
    return environment.callbacks().gate.refuses(id, hello.incarnation(), hello.boot());
  }

  /** The member, welcome, has opened a stream to us. */
  void accepted(Channel channel, Inbound inbound, Life caller) {
    var _ = meet(caller, null);
    replaceInbound(channel, inbound);
    for (Link link : links.values()) {
      link.hurry();
    }
  }

  /**
   * Takes notice of a life of the member: streams from and to an earlier one end before anything of
   * this one is heard.
   *
   * @param via the link that has found it, which stays
   * @return whether it is a new one, of which the watcher has then been told
   */
  private boolean meet(Life now, @Nullable Link via) {
    Life before = life;
    if (now.equals(before)) {
      return false;
    }
    life = now;
    for (Channel channel : Channel.values()) {
      replaceInbound(channel, null);
    }
    if (before != null) {
      for (Link link : links.values()) {
        if (link != via) {
          link.giveUp("the member has restarted");
        }
      }
    }
    environment.callbacks().watcher.connected(id, now.incarnation(), now.boot());
    return true;
  }

  private void replaceInbound(Channel channel, @Nullable Inbound inbound) {
    Inbound old = inbound == null ? inbounds.remove(channel) : inbounds.put(channel, inbound);
    if (old != null) {
      old.close("the member has opened another stream");
    }
  }

  /** A stream from the member has ended. */
  void ended(Channel channel, Inbound inbound) {
    if (inbounds.remove(channel, inbound)) {
      forgetIfUnheard();
    }
  }

  /**
   * Whoever has come and gone is of no interest, but for its answer to a greeting that is under
   * way: a member whose directory was lost is known to others only, who hang up when it introduces
   * itself, and tell it why when it calls back.
   */
  private void forgetIfUnheard() {
    if (inbounds.isEmpty() && !link(Channel.CONSENSUS).isConnecting()) {
      whenUnheard.accept(this);
    }
  }

  /** Messages can be sent on {@code channel}. */
  void linkUp(Channel channel, Life answerer) {
    rejection = null;
    isSaidInactive = false;
    if (channel == Channel.CONSENSUS) {
      connectedSince = environment.time().nanos();
      isLost = false;
      environment.log().info("peer became active", environment.between(id));
    }
    boolean isTold = meet(answerer, link(channel));
    if (channel == Channel.CONSENSUS && !isTold) {
      environment.callbacks().watcher.connected(id, answerer.incarnation(), answerer.boot());
    }
  }

  /** Messages cannot be sent on {@code channel} any more, or still not. */
  void linkDown(Channel channel, String reason, @Nullable Rejection why) {
    if (channel == Channel.KERNEL) {
      requests.failAll("there is no connection to member " + Long.toHexString(id) + ": " + reason);
    }
    if (why != null) {
      refused(why);
    }
    if (channel == Channel.CONSENSUS) {
      connectedSince = null;
      if (!isSaidInactive) {
        isSaidInactive = true;
        environment
            .log()
            .warn(
                "peer became inactive (message send to peer failed)",
                environment.between(id, field("error", reason)));
      }
    }
    lost();
    forgetIfUnheard();
  }

  /** Messages have been lost; told once while there is no connection, else each time. */
  void lost() {
    if (connectedSince != null || !isLost) {
      isLost = connectedSince == null;
      environment.callbacks().watcher.lost(id);
    }
  }

  private void refused(Rejection why) {
    Rejection before = rejection;
    rejection = why;
    if (why.equals(before)) {
      return;
    }
    environment
        .log()
        .warn(
            "request sent was ignored by remote peer",
            environment.between(
                id, field("refusal", why.refusal().name()), field("error", why.text())));
    if (before == null || before.refusal() != why.refusal()) {
      environment.callbacks().watcher.refused(id, why.refusal());
    }
  }

  /** The member does not answer: whatever leads to it is of no use. */
  void silent(String reason) {
    for (Link link : links.values()) {
      link.giveUp(reason);
    }
  }

  /** Ends everything with the member; streams from it with {@code why}. */
  void close(@Nullable Rejection why) {
    String reason = why == null ? "the member stops" : why.text();
    for (Link link : links.values()) {
      link.close(reason);
    }
    connectedSince = null;
    requests.failAll(reason);
    List<Inbound> open = List.copyOf(inbounds.values());
    inbounds.clear();
    open.forEach(inbound -> inbound.refuse(why, reason));
  }
}
