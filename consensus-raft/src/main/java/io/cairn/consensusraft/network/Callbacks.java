// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.network;

import io.cairn.spi.environment.ThreadSafe;
import io.cairn.spi.network.PeerNetwork.Channel;
import io.cairn.spi.network.PeerNetwork.Gate;
import io.cairn.spi.network.PeerNetwork.Receiver;
import io.cairn.spi.network.PeerNetwork.Refusal;
import io.cairn.spi.network.PeerNetwork.Responder;
import io.cairn.spi.network.PeerNetwork.Watcher;
import io.cairn.spi.store.Bytes;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Who has registered for what. Everything is registered before anything can happen, by whichever
 * thread starts the parts of a member, and then read by the network's loop alone; until then there
 * are parts that do nothing.
 */
@ThreadSafe
final class Callbacks {
  private static final Receiver NOBODY = (from, message) -> {};

  // Each is written once by whoever registers, and read by the loop; each stands for itself.
  private final Map<Channel, Receiver> receivers = new ConcurrentHashMap<>();
  volatile Responder responder =
      (from, request) ->
          CompletableFuture.failedStage(new IOException("this member answers no requests"));
  volatile Watcher watcher = new Unwatched();
  volatile Gate gate = (member, incarnation, boot) -> null;
  volatile Supplier<Bytes> description = () -> Bytes.EMPTY;

  void receive(Channel channel, Receiver receiver) {
    receivers.put(channel, receiver);
  }

  Receiver receiver(Channel channel) {
    return receivers.getOrDefault(channel, NOBODY);
  }

  private static final class Unwatched implements Watcher {
    @Override
    public void connected(long member, long incarnation, long boot) {}

    @Override
    public void lost(long member) {}

    @Override
    public void refused(long member, Refusal refusal) {}
  }
}
