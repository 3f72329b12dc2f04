// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.peer;

import io.cairn.spi.environment.ThreadSafe;
import io.cairn.spi.network.PeerNetwork;
import io.cairn.spi.store.Bytes;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** The network of a member that will never have others, as one that is embedded in a program. */
@ThreadSafe
public final class NoPeers implements PeerNetwork {
  /** There is nothing to tell one from another. */
  public static final PeerNetwork NETWORK = new NoPeers();

  private NoPeers() {}

  @Override
  public void reach(long member, List<String> urls) {
    // Nobody can be reached.
  }

  @Override
  public void forget(long member) {
    // Nobody was known.
  }

  @Override
  public long connectedNanos(long member) {
    return DISCONNECTED;
  }

  @Override
  public void send(long member, Channel channel, Bytes message) {
    // Lost, as messages may be.
  }

  @Override
  public CompletionStage<Bytes> request(long member, Bytes request, long timeoutNanos) {
    return refused();
  }

  @Override
  public void receive(Channel channel, Receiver receiver) {
    // Nothing will come.
  }

  @Override
  public void respond(Responder responder) {
    // Nobody will ask.
  }

  @Override
  public void watch(Watcher watcher) {
    // There will be no connections.
  }

  @Override
  public void admit(Gate gate) {
    // Nobody will knock.
  }

  @Override
  public void describe(Supplier<Bytes> description) {
    // Nobody will ask.
  }

  @Override
  public CompletionStage<Bytes> ask(String url, long timeoutNanos) {
    return refused();
  }

  private static CompletionStage<Bytes> refused() {
    return CompletableFuture.failedFuture(
        new IllegalStateException("this member has no network to others"));
  }
}
