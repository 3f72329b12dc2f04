// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.environment;

import io.cairn.spi.store.Bytes;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Messages between the members of a cluster (X7).
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
  interface Watcher {
    /** A connection to {@code member} stands: its messages come from this life of it. */
    void connected(long member, long incarnation, long boot);

    /** Messages to {@code member} were lost, or its last connection. */
    void lost(long member);
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
   * members of which nothing is known are dropped.
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
