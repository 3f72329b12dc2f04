// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.fakes;

import io.cairn.spi.network.PeerNetwork;
import io.cairn.spi.store.Bytes;
import java.util.EnumMap;
import java.util.HashSet;
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
 * A network in memory. Messages between two members on one channel arrive in order, late or not at
 * all; links can be cut, and a restarted member gets nothing that was meant for its earlier life.
 */
public final class FakeNetwork {
  private static final long MILLI = 1_000_000;

  private final @Nullable World world;
  private final TreeMap<Long, Endpoint> endpoints = new TreeMap<>();
  private final Set<List<Long>> cut = new HashSet<>();
  private int lossPercent;

  /** A network on which nothing ever arrives. */
  public FakeNetwork() {
    this.world = null;
  }

  /** A network in a world. */
  public FakeNetwork(World world) {
    this.world = world;
  }

  /** From now on so many of a hundred messages are lost. */
  public void lose(int percent) {
    lossPercent = percent;
  }

  /** Cuts or restores the link from one member to another, in that direction. */
  public void cut(long from, long to, boolean isCut) {
    if (isCut) {
      cut.add(List.of(from, to));
    } else {
      cut.remove(List.of(from, to));
    }
  }

  /** Cuts a member off from all others, both ways. */
  public void isolate(long member) {
    for (long other : endpoints.keySet()) {
      cut(member, other, true);
      cut(other, member, true);
    }
  }

  /** Restores all links. */
  public void heal() {
    cut.clear();
    connectAll();
  }

  /** The end of a member's first or only life. */
  public Endpoint endpoint(long member) {
    return endpoint(member, 0, 0);
  }

  /** The end of a member, replacing the one of an earlier life. */
  public Endpoint endpoint(long member, long incarnation, long boot) {
    Endpoint earlier = endpoints.get(member);
    if (earlier != null) {
      earlier.close();
    }
    Endpoint endpoint = new Endpoint(member, incarnation, boot);
    endpoints.put(member, endpoint);
    return endpoint;
  }

  /** Lets all members that run and can reach each other know of each other. */
  public void connectAll() {
    for (Endpoint from : endpoints.values()) {
      for (Endpoint to : endpoints.values()) {
        from.connect(to);
      }
    }
  }

  /** One life of one member on the network. */
  public final class Endpoint implements PeerNetwork {
    private final long self;
    private final long incarnation;
    private final long boot;
    private final Map<Channel, Receiver> receivers = new EnumMap<>(Channel.class);
    private final TreeMap<String, Long> lastArrival = new TreeMap<>();
    private final TreeSet<Long> connected = new TreeSet<>();
    private final TreeSet<Long> forgotten = new TreeSet<>();
    private @Nullable Watcher watcher;
    private Gate gate = (member, itsIncarnation, itsBoot) -> null;
    private boolean closed;

    private Endpoint(long self, long incarnation, long boot) {
      this.self = self;
      this.incarnation = incarnation;
      this.boot = boot;
    }

    /** The life is over. */
    public void close() {
      closed = true;
      for (Endpoint other : endpoints.values()) {
        other.lose(self);
      }
    }

    private void connect(Endpoint to) {
      if (to == this || closed || to.closed || !open(self, to.self) || !open(to.self, self)) {
        return;
      }
      if (to.forgotten.contains(self)) {
        refuse(to.self, Refusal.REMOVED);
      } else if (to.gate.refuses(self, incarnation, boot) != null) {
        refuse(to.self, Refusal.UNWELCOME);
      } else if (gate.refuses(to.self, to.incarnation, to.boot) == null
          && connected.add(to.self)
          && watcher != null) {
        watcher.connected(to.self, to.incarnation, to.boot);
      }
    }

    private void refuse(long by, Refusal refusal) {
      if (watcher != null) {
        watcher.refused(by, refusal);
      }
    }

    private void lose(long member) {
      if (connected.remove(member) && watcher != null && !closed) {
        watcher.lost(member);
      }
    }

    @Override
    public void send(long member, Channel channel, Bytes message) {
      Endpoint to = endpoints.get(member);
      World here = world;
      if (here == null || to == null || closed || to.closed || !connected.contains(member)) {
        return;
      }
      if (!open(self, member)) {
        lose(member);
        return;
      }
      if (here.dice().nextInt(100) < lossPercent) {
        return;
      }
      String link = member + "/" + channel;
      long arrival =
          Math.max(
              here.nanos() + MILLI / 10 + here.dice().nextInt((int) (2 * MILLI)),
              lastArrival.getOrDefault(link, 0L));
      lastArrival.put(link, arrival);
      here.after(arrival - here.nanos(), () -> to.arrive(self, channel, message));
    }

    private void arrive(long from, Channel channel, Bytes message) {
      Receiver receiver = receivers.get(channel);
      if (!closed && receiver != null && open(from, self) && connected.contains(from)) {
        receiver.received(from, message);
      }
    }

    @Override
    public void reach(long member, List<String> urls) {}

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
    public CompletionStage<Bytes> request(long member, Bytes request, long timeoutNanos) {
      return CompletableFuture.failedFuture(
          new UnsupportedOperationException("requests are the kernel's"));
    }

    @Override
    public void receive(Channel channel, Receiver receiver) {
      receivers.put(channel, receiver);
    }

    @Override
    public void respond(Responder responder) {}

    @Override
    public void watch(Watcher other) {
      watcher = other;
    }

    @Override
    public void admit(Gate other) {
      gate = other;
    }

    @Override
    public void describe(Supplier<Bytes> description) {}

    @Override
    public CompletionStage<Bytes> ask(String url, long timeoutNanos) {
      return CompletableFuture.failedFuture(
          new UnsupportedOperationException("questions of strangers are the kernel's"));
    }
  }

  private boolean open(long from, long to) {
    return !cut.contains(List.of(from, to));
  }
}
