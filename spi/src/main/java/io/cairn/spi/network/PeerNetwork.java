// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.network;

import io.cairn.spi.environment.OnLane;
import io.cairn.spi.environment.ThreadSafe;
import io.cairn.spi.store.Bytes;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Messages between the members of a cluster (N1).
 *
 * <p><b>Threads.</b> Any may send; receivers are called on a lane of the network and hand on at
 * once. <b>Blocking.</b> Never. <b>Failure.</b> Sending is silent about loss; a full queue drops
 * messages.
 */
@ThreadSafe
public interface PeerNetwork {
  /** What a message belongs to; each channel has its own connection and bound. */
  enum Channel {
    /** Raft messages. */
    CONSENSUS,
    /** Snapshot streams, which must never delay the former. */
    SNAPSHOT,
    /** Requests between the kernels of two members. */
    KERNEL
  }

  /** Takes what arrives on a channel. */
  @FunctionalInterface
  interface Receiver {
    /** Takes one message; must return quickly. */
    void received(long from, Bytes message);
  }

  /** Answers requests of other members. */
  @FunctionalInterface
  interface Responder {
    /** Answers one request; the stage may fail. */
    CompletionStage<Bytes> respond(long from, Bytes request);
  }

  /** Takes notice of connections. */
  @OnLane("network")
  interface Watcher {
    /**
     * A connection with {@code member} stands: its messages come from this life of it. Told before
     * the first message of a life is delivered, and each time that messages to the member can be
     * sent again; so it may be told more than once of one life.
     */
    void connected(long member, long incarnation, long boot);

    /**
     * Messages to {@code member} were lost, or the connection that carries them. Told once until
     * messages can be sent again, not once per message.
     */
    void lost(long member);

    /**
     * {@code member} refuses this member. Told when that begins or its reason changes, not at each
     * attempt. After {@link Refusal#REMOVED} no attempt will ever succeed: the member that hears it
     * is no longer of the cluster and should end.
     */
    void refused(long member, Refusal refusal);
  }

  /** Why a member refuses another. */
  enum Refusal {
    /** The refused member has been removed from the cluster ({@link #forget}). */
    REMOVED,
    /** The two belong to different clusters. */
    OTHER_CLUSTER,
    /** The address belongs to another member than the one that is looked for. */
    OTHER_MEMBER,
    /** The {@link Gate} of the member that was called. */
    UNWELCOME,
    /** The handshake cannot be read, or there is no version of the protocol that both speak. */
    UNINTELLIGIBLE
  }

  /**
   * Decides who may talk to this member.
   *
   * @see #admit
   */
  @FunctionalInterface
  interface Gate {
    /** Why a peer is refused, as a sentence for both logs; null if it is welcome. */
    @Nullable String refuses(long member, long incarnation, long boot);
  }

  /** The answer of {@link #connectedNanos} for a member without a connection. */
  long DISCONNECTED = -1;

  /**
   * Where a member is to be found from now on, as peer URLs; replaces what was known. Messages to
   * members of which nothing is known are dropped. A member that is not known here yet, but that
   * the gate welcomes, is heard and answered all the same, at the URLs that it names: whoever lags
   * behind must hear a leader that joined meanwhile.
   */
  void reach(long member, List<String> urls);

  /** Drops connections to a member that has left, and refuses it from now on. */
  void forget(long member);

  /** How long the connection to another member has been up, or {@link #DISCONNECTED}. */
  long connectedNanos(long member);

  /** Sends a message, or drops it. */
  void send(long member, Channel channel, Bytes message);

  /** Sends a request and waits for its answer at most {@code timeoutNanos}. */
  CompletionStage<Bytes> request(long member, Bytes request, long timeoutNanos);

  /** Registers the one receiver of a channel; before any message can arrive. */
  void receive(Channel channel, Receiver receiver);

  /** Registers the one responder; before any request can arrive. */
  void respond(Responder responder);

  /** Registers who takes notice of connections; before any can stand. Called like a receiver. */
  void watch(Watcher watcher);

  /** Registers who decides about peers; before any can come. May be asked on any thread. */
  void admit(Gate gate);

  /**
   * Registers what anybody who knows the address may learn, above all a member that is about to
   * join and does not know the cluster yet; before anybody can ask.
   */
  void describe(Supplier<Bytes> description);

  /** Asks whoever listens at a peer URL to describe itself ({@link #describe}). */
  CompletionStage<Bytes> ask(String url, long timeoutNanos);
}
