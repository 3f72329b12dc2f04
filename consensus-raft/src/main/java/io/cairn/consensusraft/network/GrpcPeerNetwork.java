// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.network;

import static io.cairn.spi.environment.EventLog.field;

import io.cairn.spi.environment.EventLog;
import io.cairn.spi.environment.ProcessExit;
import io.cairn.spi.environment.Rng;
import io.cairn.spi.environment.Scheduler;
import io.cairn.spi.environment.ThreadSafe;
import io.cairn.spi.environment.TimeSource;
import io.cairn.spi.network.PeerNetwork;
import io.cairn.spi.store.Bytes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The peer network of a server: gRPC over HTTP/2 on the peer URLs.
 *
 * <p><b>Life.</b> Construction starts nothing. {@link #bind} opens the addresses, which may be done
 * beside all other work of a start; whoever calls hears that the member is starting. {@link #ask}
 * works from the beginning on, since a member that joins must ask before it knows who it is. Once
 * that is known, everybody has registered (receivers, responder, watcher, gate, description) and
 * the state they refer to is recovered, {@link #start} lets members in and connects to those that
 * have been told by {@link #reach}, before or later. {@link #stop} sends what waits and can be sent
 * at once, then ends everything; the network does not start again.
 *
 * <p><b>Threads.</b> All methods may be called by any thread; callbacks run on the network's own
 * lane and must return quickly; so do completions of the stages handed out. Nothing blocks but
 * {@code bind} and {@code stop}, which are not called on that lane.
 *
 * <p><b>Failure.</b> Stages fail with an {@link IOException} if there is no connection, the member
 * could not answer or too much is under way, with an {@link IllegalArgumentException} if a URL
 * cannot be used, and with a {@link java.util.concurrent.TimeoutException} if the answer did not
 * come in time.
 */
@Singleton
@ThreadSafe
public final class GrpcPeerNetwork implements PeerNetwork {
  private static final int INQUIRIES_MAX = 64;

  private final PeerNetworkOptions options;
  private final Scheduler scheduler;
  private final TimeSource time;
  private final Rng rng;
  private final EventLog log;
  private final ProcessExit exit;
  private final Callbacks callbacks = new Callbacks();
  private final PeerTable table = new PeerTable();
  private final AtomicInteger inquiries = new AtomicInteger();

  // All guarded by this.
  private final Map<Long, List<String>> toldBeforeStart = new TreeMap<>();
  private @Nullable NetworkLoop loop;
  private @Nullable PeerListener listener;
  private @Nullable PeerEnvironment started;
  private boolean isStopped;

  /** A network that is neither bound nor started. */
  @Inject
  public GrpcPeerNetwork(
      PeerNetworkOptions options,
      Scheduler scheduler,
      TimeSource time,
      Rng rng,
      EventLog log,
      ProcessExit exit) {
    this.options = options;
    this.scheduler = scheduler;
    this.time = time;
    this.rng = rng;
    this.log = log;
    this.exit = exit;
  }

  /**
   * Listens on {@code addresses}, once.
   *
   * @return the addresses bound, with their ports where 0 was asked for
   * @throws IOException naming the address that cannot be bound; none is bound then
   */
  public List<InetSocketAddress> bind(List<InetSocketAddress> addresses) throws IOException {
    PeerListener opened;
    synchronized (this) {
      if (listener != null) {
        throw new IllegalStateException("the peer network has been bound already");
      }
      opened = new PeerListener(requireLoop(), options, callbacks, log);
      listener = opened;
      if (started != null) {
        opened.accept(new Acceptor(started, table));
      }
    }
    return opened.bind(addresses);
  }

  /** Lets other members in and connects to them, as {@code self}. */
  public void start(PeerIdentity self) {
    synchronized (this) {
      if (started != null) {
        throw new IllegalStateException("the peer network has been started already");
      }
      NetworkLoop running = requireLoop();
      PeerEnvironment environment =
          new PeerEnvironment(
              self,
              options,
              running,
              new Dialer(running, options),
              callbacks,
              scheduler,
              time,
              rng.split("peer-network"),
              log);
      started = environment;
      toldBeforeStart.forEach(this::reach);
      toldBeforeStart.clear();
      if (listener != null) {
        listener.accept(new Acceptor(environment, table));
      }
    }
  }

  private NetworkLoop requireLoop() {
    if (isStopped) {
      throw new IllegalStateException("the peer network has been stopped");
    }
    NetworkLoop running = loop;
    if (running == null) {
      running = new NetworkLoop(exit);
      loop = running;
    }
    return running;
  }

  /** Ends all connections and frees the addresses. Does nothing if that has been done. */
  public void stop() {
    NetworkLoop running;
    PeerListener listening;
    synchronized (this) {
      if (isStopped) {
        return;
      }
      isStopped = true;
      running = loop;
      listening = listener;
    }
    if (running == null) {
      return;
    }
    CompletableFuture<Void> closed = new CompletableFuture<>();
    running.execute(() -> {
      for (Peer peer : table.all()) {
        peer.close(null);
      }
      // Behind what the links have left to be written.
      running.execute(() -> closed.complete(null));
    });
    closed.join();
    if (listening != null) {
      listening.stop();
    }
    running.stop();
  }

  @Override
  public void reach(long member, List<String> urls) {
    PeerEnvironment environment;
    synchronized (this) {
      environment = started;
      if (environment == null) {
        toldBeforeStart.put(member, List.copyOf(urls));
        return;
      }
    }
    if (member == environment.self().memberId()) {
      return; // Whoever knows all members need not know which one this is.
    }
    Peer peer = table.know(member, environment);
    List<String> told = List.copyOf(urls);
    environment.loop().execute(() -> peer.reach(told));
  }

  @Override
  public void forget(long member) {
    Peer peer = table.forget(member);
    PeerEnvironment environment;
    synchronized (this) {
      environment = started;
      toldBeforeStart.remove(member);
    }
    if (peer != null && environment != null) {
      environment.loop().execute(() -> peer.close(Admission.removed(member)));
    }
  }

  @Override
  public long connectedNanos(long member) {
    Peer peer = table.find(member);
    return peer == null ? DISCONNECTED : peer.connectedNanos();
  }

  @Override
  public void send(long member, Channel channel, Bytes message) {
    Peer peer = table.find(member);
    if (peer == null) {
      return;
    }
    if (message.length() > options.messageBytesMax()) {
      log.error(
          "dropped a message to a peer because it is too large",
          field("remote-peer-id", Long.toHexString(member)),
          field("channel", channel.name()),
          field("bytes", message.length()),
          field("bytes-max", options.messageBytesMax()));
      return;
    }
    peer.send(channel, message);
  }

  @Override
  public CompletionStage<Bytes> request(long member, Bytes request, long timeoutNanos) {
    Peer peer = table.find(member);
    if (peer == null) {
      return CompletableFuture.failedStage(
          new IOException("member " + Long.toHexString(member) + " is not known"));
    }
    if (request.length() > options.messageBytesMax()) {
      return CompletableFuture.failedStage(
          new IOException("a request of " + request.length() + " bytes is too large"));
    }
    CompletableFuture<Bytes> answer = new CompletableFuture<>();
    peer.request(request, timeoutNanos, answer);
    return answer.minimalCompletionStage();
  }

  @Override
  public void receive(Channel channel, Receiver receiver) {
    callbacks.receive(channel, receiver);
  }

  @Override
  public void respond(Responder responder) {
    callbacks.responder = responder;
  }

  @Override
  public void watch(Watcher watcher) {
    callbacks.watcher = watcher;
  }

  @Override
  public void admit(Gate gate) {
    callbacks.gate = gate;
  }

  @Override
  public void describe(Supplier<Bytes> description) {
    callbacks.description = description;
  }

  @Override
  public CompletionStage<Bytes> ask(String url, long timeoutNanos) {
    NetworkLoop running;
    synchronized (this) {
      running = requireLoop();
    }
    PeerUrl address;
    try {
      address = PeerUrl.parse(url);
    } catch (IllegalArgumentException e) {
      return CompletableFuture.failedStage(e);
    }
    CompletableFuture<Bytes> answer = new CompletableFuture<>();
    if (inquiries.incrementAndGet() > INQUIRIES_MAX) {
      inquiries.decrementAndGet();
      answer.completeExceptionally(
          new IOException("there are " + INQUIRIES_MAX + " inquiries under way already"));
      return answer.minimalCompletionStage();
    }
    var _ = answer.whenComplete((result, failure) -> inquiries.decrementAndGet());
    Dialer dialer = new Dialer(running, options);
    running.execute(
        () -> Inquiry.begin(dialer.dial(address), url, scheduler, running, timeoutNanos, answer));
    return answer.minimalCompletionStage();
  }
}
