// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.network;

import static io.cairn.spi.environment.EventLog.field;

import io.cairn.spi.environment.OnLane;
import io.cairn.spi.network.PeerNetwork.Channel;
import io.cairn.spi.network.PeerNetwork.Refusal;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Lets members in who open streams, or says why not. */
@OnLane("peer-network")
final class Acceptor {
  /** Of how many callers it is remembered what was logged of them. */
  private static final int REFUSED_MAX = 64;

  private final PeerEnvironment environment;
  private final PeerTable table;
  private final Admission admission;

  /** Whom was refused what: it is logged when it changes, not at each attempt. */
  private final Map<String, Rejection> refused = new Refused();

  Acceptor(PeerEnvironment environment, PeerTable table) {
    this.environment = environment;
    this.table = table;
    this.admission = new Admission(environment.self(), table, environment.callbacks());
  }

  /** Judges a stream that begins. */
  ServerCall.Listener<Batch> accept(
      Channel channel, ServerCall<Batch, Batch> call, Metadata headers) {
    Hello hello;
    try {
      byte[] greeting = headers.get(PeerMethods.HELLO);
      if (greeting == null) {
        throw new MalformedInput("it does not introduce itself");
      }
      hello = Hello.parse(greeting);
    } catch (MalformedInput e) {
      return refuse(call, addressOf(call), new Rejection(Refusal.UNINTELLIGIBLE, e.reason()));
    }
    String caller = Long.toHexString(hello.from());
    Rejection rejection = admission.judge(hello);
    if (rejection != null) {
      return refuse(call, caller, rejection);
    }
    Peer known = table.find(hello.from());
    Peer peer = known == null ? table.meet(hello.from(), environment) : known;
    if (peer == null) {
      return putOff(call);
    }
    refused.remove(caller);
    Inbound inbound = new Inbound(environment, peer, channel, call);
    peer.accepted(channel, inbound, Life.of(hello));
    if (known == null) {
      peer.reach(hello.urls()); // Heard by now, so that it is not forgotten if that is in vain.
    }
    inbound.open();
    return inbound;
  }

  private ServerCall.Listener<Batch> refuse(
      ServerCall<Batch, Batch> call, String caller, Rejection rejection) {
    if (!rejection.equals(refused.put(caller, rejection))) {
      environment
          .log()
          .warn(
              rejection.refusal() == Refusal.REMOVED
                  ? "rejected stream from remote peer because it was removed"
                  : "rejected stream from remote peer",
              field("local-member-id", Long.toHexString(environment.self().memberId())),
              field("remote-peer-id", caller),
              field("remote-address", addressOf(call)),
              field("refusal", rejection.refusal().name()),
              field("error", rejection.text()));
    }
    call.close(rejection.status(), rejection.trailers());
    return new Ignoring();
  }

  /** There is no room now; that says nothing against the caller, who may try again. */
  private static ServerCall.Listener<Batch> putOff(ServerCall<Batch, Batch> call) {
    call.close(
        Status.RESOURCE_EXHAUSTED.withDescription("too many unknown members have come"),
        new Metadata());
    return new Ignoring();
  }

  /** Answers somebody while the member does not know yet who it is. */
  static ServerCall.Listener<Batch> notReady(ServerCall<Batch, Batch> call) {
    call.close(Status.UNAVAILABLE.withDescription("the member is starting"), new Metadata());
    return new Ignoring();
  }

  /** Where a call comes from, without the port, which changes from call to call. */
  private static String addressOf(ServerCall<Batch, Batch> call) {
    @Nullable SocketAddress remote = call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
    return remote instanceof InetSocketAddress inet
        ? inet.getAddress().getHostAddress()
        : String.valueOf(remote);
  }

  /** Takes nothing more of a call that has been answered. */
  static final class Ignoring extends ServerCall.Listener<Batch> {}

  private static final class Refused extends LinkedHashMap<String, Rejection> {
    private static final long serialVersionUID = 1L;

    @Override
    protected boolean removeEldestEntry(Map.Entry<String, Rejection> eldest) {
      return size() > REFUSED_MAX;
    }
  }
}
