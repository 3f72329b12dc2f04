// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.virtual;

import io.cairn.spi.network.PeerNetwork;
import io.cairn.spi.store.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A network within the process: requests reach whoever listens at a member's peer URLs, at once and
 * on the thread of the one that asks.
 */
public final class LocalNetwork {
  private static final PeerNetwork.Responder SILENT =
      (from, request) -> CompletableFuture.failedFuture(new IllegalStateException("silent"));

  private final Map<String, Endpoint> listening = new TreeMap<>();

  /** Adds a member that listens at {@code url}. */
  public Endpoint join(long member, String url) {
    Endpoint endpoint = new Endpoint(member);
    listening.put(url, endpoint);
    return endpoint;
  }

  /** Nobody listens at {@code url} any more. */
  public void leave(String url) {
    listening.remove(url);
  }

  /** One member's end. */
  public final class Endpoint implements PeerNetwork {
    /** Where this end has been told that others are. */
    public final Map<Long, List<String>> reached = new TreeMap<>();

    /** Whom this end has been told to forget. */
    public final List<Long> forgotten = new ArrayList<>();

    /** How long connections are said to be up. */
    public final Map<Long, Long> connected = new TreeMap<>();

    private final long self;
    private Responder responder = SILENT;
    private @Nullable Supplier<Bytes> description;

    private Endpoint(long self) {
      this.self = self;
    }

    @Override
    public void reach(long member, List<String> urls) {
      reached.put(member, urls);
    }

    @Override
    public void forget(long member) {
      reached.remove(member);
      forgotten.add(member);
    }

    @Override
    public long connectedNanos(long member) {
      return connected.getOrDefault(member, DISCONNECTED);
    }

    @Override
    public void send(long member, Channel channel, Bytes message) {
      throw new AssertionError("the kernel sends no messages of its own");
    }

    @Override
    public CompletionStage<Bytes> request(long member, Bytes request, long timeoutNanos) {
      for (String url : reached.getOrDefault(member, List.of())) {
        Endpoint other = listening.get(url);
        if (other != null) {
          return other.responder.respond(self, request);
        }
      }
      return nobody(Long.toHexString(member));
    }

    @Override
    public void receive(Channel channel, Receiver receiver) {
      throw new AssertionError("the kernel receives no messages of its own");
    }

    @Override
    public void respond(Responder next) {
      responder = next;
    }

    @Override
    public void watch(Watcher watcher) {
      throw new AssertionError("the kernel does not watch connections");
    }

    @Override
    public void admit(Gate gate) {
      throw new AssertionError("the kernel keeps no gate");
    }

    @Override
    public void describe(Supplier<Bytes> next) {
      description = next;
    }

    @Override
    public CompletionStage<Bytes> ask(String url, long timeoutNanos) {
      Endpoint other = listening.get(url);
      Supplier<Bytes> asked = other == null ? null : other.description;
      return asked == null ? nobody(url) : CompletableFuture.completedFuture(asked.get());
    }

    private static CompletionStage<Bytes> nobody(String where) {
      return CompletableFuture.failedFuture(
          new IllegalStateException("nobody listens at " + where));
    }
  }
}
