// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.transport;

import io.cairn.spi.store.AuthService;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.Caller;
import io.cairn.spi.store.ClusterService;
import io.cairn.spi.store.CompactRequest;
import io.cairn.spi.store.DeleteRequest;
import io.cairn.spi.store.DeleteResult;
import io.cairn.spi.store.HeaderResult;
import io.cairn.spi.store.KeyValue;
import io.cairn.spi.store.KeyValueFormat;
import io.cairn.spi.store.KvService;
import io.cairn.spi.store.LeaseService;
import io.cairn.spi.store.MaintenanceService;
import io.cairn.spi.store.PutRequest;
import io.cairn.spi.store.PutResult;
import io.cairn.spi.store.RangeRequest;
import io.cairn.spi.store.RangeResult;
import io.cairn.spi.store.RangeStream;
import io.cairn.spi.store.ResponseHeader;
import io.cairn.spi.store.StoreService;
import io.cairn.spi.store.TxnRequest;
import io.cairn.spi.store.TxnResult;
import io.cairn.spi.store.WatchMessage;
import io.cairn.spi.store.WatchRequest;
import io.cairn.spi.store.WatchService;
import io.cairn.spi.store.WatchStream;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A store that answers what a test has told it, and remembers what it was asked. Threads: any. */
final class ToldStore implements StoreService {
  static final ResponseHeader HEADER = new ResponseHeader(7, 8, 9, 2);

  /** A request as it reached the store. */
  record Asked(Caller caller, Object request) {}

  private final Duration patience;
  private final BlockingQueue<Asked> asked = new LinkedBlockingQueue<>();
  private final BlockingQueue<ToldWatch> watches = new LinkedBlockingQueue<>();

  // Written by the test before it asks, read by whatever thread the transport calls on.
  private volatile Function<RangeRequest, CompletionStage<RangeResult>> range =
      request -> done(new RangeResult(HEADER, List.of(), false, 0));
  private volatile Function<PutRequest, CompletionStage<PutResult>> put =
      request -> done(new PutResult(HEADER, null));

  /** Which waits so long for what should come. */
  ToldStore(Duration patience) {
    this.patience = patience;
  }

  static <T> CompletionStage<T> done(T result) {
    return CompletableFuture.completedFuture(result);
  }

  void answerRanges(Function<RangeRequest, CompletionStage<RangeResult>> answer) {
    range = answer;
  }

  void answerPuts(Function<PutRequest, CompletionStage<PutResult>> answer) {
    put = answer;
  }

  /** The next request that reaches the store. */
  Asked nextAsked() throws InterruptedException {
    return taken(asked, patience, "no request reached the store");
  }

  /** The next watch stream that is opened. */
  ToldWatch nextWatch() throws InterruptedException {
    return taken(watches, patience, "no watch reached the store");
  }

  private static <T> T taken(BlockingQueue<T> queue, Duration patience, String otherwise)
      throws InterruptedException {
    T next = queue.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
    if (next == null) {
      throw new AssertionError(otherwise);
    }
    return next;
  }

  /** Whether nothing was asked that no test has taken. */
  boolean isUndisturbed() {
    return asked.isEmpty();
  }

  @Override
  public KvService kv() {
    return new KvService() {
      @Override
      public CompletionStage<RangeResult> range(Caller caller, RangeRequest request) {
        asked.add(new Asked(caller, request));
        return range.apply(request);
      }

      @Override
      public CompletionStage<PutResult> put(Caller caller, PutRequest request) {
        asked.add(new Asked(caller, request));
        return put.apply(request);
      }

      @Override
      public CompletionStage<RangeStream> rangeStream(Caller caller, RangeRequest request) {
        return notTold(request);
      }

      @Override
      public CompletionStage<DeleteResult> delete(Caller caller, DeleteRequest request) {
        return notTold(request);
      }

      @Override
      public CompletionStage<TxnResult> txn(Caller caller, TxnRequest request) {
        return notTold(request);
      }

      @Override
      public CompletionStage<HeaderResult> compact(Caller caller, CompactRequest request) {
        return notTold(request);
      }
    };
  }

  private static <T> CompletionStage<T> notTold(Object request) {
    return CompletableFuture.failedFuture(new AssertionError("no test asks for " + request));
  }

  @Override
  public WatchService watch() {
    return (caller, wake) -> {
      ToldWatch stream = new ToldWatch(patience, wake);
      watches.add(stream);
      return stream;
    };
  }

  @Override
  public LeaseService lease() {
    return unasked(LeaseService.class);
  }

  @Override
  public ClusterService cluster() {
    return unasked(ClusterService.class);
  }

  @Override
  public MaintenanceService maintenance() {
    return unasked(MaintenanceService.class);
  }

  @Override
  public AuthService auth() {
    return unasked(AuthService.class);
  }

  private static <T> T unasked(Class<T> facet) {
    return facet.cast(
        Proxy.newProxyInstance(
            facet.getClassLoader(),
            new Class<?>[] {facet},
            (proxy, method, arguments) -> {
              throw new AssertionError("no test asks for " + method.getName());
            }));
  }

  /** A watch stream that says what a test puts into it. */
  static final class ToldWatch implements WatchStream {
    private final BlockingQueue<WatchRequest> created = new LinkedBlockingQueue<>();
    private final Queue<WatchMessage> messages = new ConcurrentLinkedQueue<>();
    private final CompletableFuture<Boolean> closed = new CompletableFuture<>();
    private final Duration patience;
    private final Runnable wake;

    ToldWatch(Duration patience, Runnable wake) {
      this.patience = patience;
      this.wake = wake;
    }

    void say(WatchMessage message) {
      messages.add(message);
      wake.run();
    }

    /** What the next watcher wants. */
    WatchRequest nextCreated() throws InterruptedException {
      return taken(created, patience, "no watcher reached the store");
    }

    CompletableFuture<Boolean> closed() {
      return closed;
    }

    @Override
    public void create(WatchRequest request) {
      created.add(request);
    }

    @Override
    public void cancel(long watchId) {}

    @Override
    public void requestProgress() {}

    @Override
    public @Nullable WatchMessage next() {
      return messages.poll();
    }

    @Override
    public void close() {
      closed.complete(true);
    }
  }

  /** A key-value as the store hands it out. */
  static Bytes encoded(String key, String value) {
    return KeyValueFormat.encode(new KeyValue(Bytes.utf8(key), 2, 3, 1, Bytes.utf8(value), 0));
  }
}
