// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.environment;

import io.cairn.spi.store.Bytes;
import java.util.concurrent.CompletionStage;

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

  /** Sends a message, or drops it. */
  void send(long member, Channel channel, Bytes message);

  /** Sends a request and waits for its answer at most {@code timeoutNanos}. */
  CompletionStage<Bytes> request(long member, Bytes request, long timeoutNanos);

  /** Registers the one receiver of a channel; before any message can arrive. */
  void receive(Channel channel, Receiver receiver);

  /** Registers the one responder; before any request can arrive. */
  void respond(Responder responder);
}
