// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.consensus;

import io.cairn.spi.network.PeerNetwork;
import io.cairn.spi.store.Bytes;
import java.io.IOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Connects members. Messages from one to another on a channel arrive in order, late or not at all
 * (N1); what was meant for an earlier life of a member never arrives.
 */
final class VirtualNetwork {
  private static final int LATENCY_NANOS_MAX = 2_000_000;

  private final World world;
  private final TreeMap<Long, End> ends = new TreeMap<>();
  private final Set<Long> isolated = new TreeSet<>();
  private int lossPercent;

  VirtualNetwork(World world) {
    this.world = world;
  }

  /** From now on so many of a hundred messages are lost. */
  void lose(int percent) {
    lossPercent = percent;
  }

  /** Cuts a member off from all others. */
  void isolate(long member) {
    isolated.add(member);
    ends.values().forEach(end -> end.lost(member));
    End alone = ends.get(member);
    if (alone != null) {
      ends.keySet().forEach(alone::lost);
    }
  }

  /** Every message arrives again. */
  void heal() {
    isolated.clear();
    lossPercent = 0;
    connectAll();
  }

  /** The end of a new life of a member. */
  End join(long member, long incarnation, long boot) {
    leave(member);
    End end = new End(member, incarnation, boot);
    ends.put(member, end);
    return end;
  }

  /** The member's life is over. */
  void leave(long member) {
    End end = ends.remove(member);
    if (end != null) {
      end.closed = true;
      ends.values().forEach(other -> other.lost(member));
    }
  }

  /** Lets members that can reach each other know of each other. */
  void connectAll() {
    for (End from : List.copyOf(ends.values())) {
      for (End to : List.copyOf(ends.values())) {
        from.connect(to);
      }
    }
  }

  private boolean cut(long from, long to) {
    return isolated.contains(from) || isolated.contains(to);
  }

  /** One life of one member on the network. */
  final class End implements PeerNetwork {
    private final long self;
    private final long incarnation;
    private final long boot;
    private final Map<Channel, Receiver> receivers = new EnumMap<>(Channel.class);
    private final Map<String, Long> lastArrivals = new TreeMap<>();
    private final Set<Long> connected = new TreeSet<>();
    private final Set<Long> forgotten = new TreeSet<>();
    private Gate gate = (member, itsIncarnation, itsBoot) -> null;
    private @Nullable Watcher watcher;
    private boolean closed;

    private End(long self, long incarnation, long boot) {
      this.self = self;
      this.incarnation = incarnation;
      this.boot = boot;
    }

    private void connect(End to) {
      if (to == this || closed || cut(self, to.self)) {
        return;
      }
      Watcher told = watcher;
      Refusal refusal = to.refusalOf(this);
      if (refusal != null && told != null) {
        told.refused(to.self, refusal);
      } else if (refusal == null
          && refusalOf(to) == null
          && connected.add(to.self)
          && told != null) {
        told.connected(to.self, to.incarnation, to.boot);
      }
    }

    private @Nullable Refusal refusalOf(End other) {
      if (forgotten.contains(other.self)) {
        return Refusal.REMOVED;
      }
      String why = gate.refuses(other.self, other.incarnation, other.boot);
      return why == null ? null : Refusal.UNWELCOME;
    }

    private void lost(long member) {
      Watcher told = watcher;
      if (connected.remove(member) && told != null && !closed) {
        told.lost(member);
      }
    }

    @Override
    public void send(long member, Channel channel, Bytes message) {
      End to = ends.get(member);
      if (to == null || closed || !connected.contains(member) || world.draw(100) < lossPercent) {
        return;
      }
      String link = member + "/" + channel;
      long arrival =
          Math.max(
              world.nanos() + 1 + world.draw(LATENCY_NANOS_MAX),
              lastArrivals.getOrDefault(link, 0L));
      lastArrivals.put(link, arrival);
      world.after(arrival - world.nanos(), () -> to.arrived(self, channel, message));
    }

    private void arrived(long from, Channel channel, Bytes message) {
      Receiver receiver = receivers.get(channel);
      if (!closed && receiver != null && !cut(from, self) && connected.contains(from)) {
        receiver.received(from, message);
      }
    }

    @Override
    public void forget(long member) {
      forgotten.add(member);
      connected.remove(member);
    }

    @Override
    public long connectedNanos(long member) {
      return connected.contains(member) ? 1 : DISCONNECTED;
    }

    @Override
    public void receive(Channel channel, Receiver receiver) {
      receivers.put(channel, receiver);
    }

    @Override
    public void watch(Watcher other) {
      watcher = other;
    }

    @Override
    public void admit(Gate other) {
      gate = other;
    }

    /** Members find each other here without addresses. */
    @Override
    public void reach(long member, List<String> urls) {}

    /** The kernel's, of which there is none. */
    @Override
    public void respond(Responder responder) {}

    /** The same. */
    @Override
    public void describe(Supplier<Bytes> description) {}

    @Override
    public CompletionStage<Bytes> request(long member, Bytes request, long timeoutNanos) {
      return noKernel();
    }

    @Override
    public CompletionStage<Bytes> ask(String url, long timeoutNanos) {
      return noKernel();
    }

    /** A network on which nobody answers: requests are the kernel's, which is not examined. */
    private static CompletionStage<Bytes> noKernel() {
      return CompletableFuture.failedFuture(
          new IOException(
              "members of the kit have no kernel to answer requests; send messages instead"));
    }
  }
}
