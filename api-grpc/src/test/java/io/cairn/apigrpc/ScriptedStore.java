// SPDX-License-Identifier: Apache-2.0
package io.cairn.apigrpc;

import io.cairn.spi.store.Alarm;
import io.cairn.spi.store.AuthRequest;
import io.cairn.spi.store.AuthResult;
import io.cairn.spi.store.AuthService;
import io.cairn.spi.store.BackupStream;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.Caller;
import io.cairn.spi.store.ClusterService;
import io.cairn.spi.store.CompactRequest;
import io.cairn.spi.store.DeleteRequest;
import io.cairn.spi.store.DeleteResult;
import io.cairn.spi.store.HeaderResult;
import io.cairn.spi.store.KvService;
import io.cairn.spi.store.LeaseService;
import io.cairn.spi.store.LongRangeResult;
import io.cairn.spi.store.MaintenanceService;
import io.cairn.spi.store.Member;
import io.cairn.spi.store.PutRequest;
import io.cairn.spi.store.PutResult;
import io.cairn.spi.store.RangeAnswer;
import io.cairn.spi.store.RangeRequest;
import io.cairn.spi.store.RangeResult;
import io.cairn.spi.store.RangeStream;
import io.cairn.spi.store.Reason;
import io.cairn.spi.store.ResponseHeader;
import io.cairn.spi.store.StoreService;
import io.cairn.spi.store.TxnRequest;
import io.cairn.spi.store.TxnResult;
import io.cairn.spi.store.WatchMessage;
import io.cairn.spi.store.WatchRequest;
import io.cairn.spi.store.WatchService;
import io.cairn.spi.store.WatchStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A store that answers what a test tells it to, and remembers who asked what.
 *
 * <p>Answers are stages, so that a test decides when and on which thread they come.
 */
final class ScriptedStore implements StoreService {

  static final ResponseHeader HEADER = new ResponseHeader(7, 8, 9, 2);

  /** A request as it reached the store. */
  record Asked(Caller caller, Object request) {}

  final BlockingQueue<Asked> asked = new LinkedBlockingQueue<>();
  final BlockingQueue<ScriptedWatch> watches = new LinkedBlockingQueue<>();

  volatile BiFunction<Caller, RangeRequest, CompletionStage<RangeResult>> range =
      (caller, request) -> done(new RangeResult(HEADER, List.of(), false, 0));

  /** In the place of what {@link #range} answers. */
  volatile @Nullable BiFunction<Caller, RangeRequest, CompletionStage<LongRangeResult>> longRange;

  volatile BiFunction<Caller, PutRequest, CompletionStage<PutResult>> put =
      (caller, request) -> done(new PutResult(HEADER, null));
  volatile BiFunction<Caller, Long, CompletionStage<LeaseService.KeptAlive>> keepAlive =
      (caller, id) -> done(new LeaseService.KeptAlive(HEADER, id, 60));
  volatile Consumer<Reason> endOfRenewals = reason -> {};
  volatile boolean renewalsClosed;
  volatile List<RangeStream.Part> parts = List.of();
  volatile List<BackupStream.Chunk> chunks = List.of();
  volatile @Nullable RuntimeException watchRefusal;

  static <T> CompletionStage<T> done(T result) {
    return CompletableFuture.completedFuture(result);
  }

  private <T> CompletionStage<T> done(Caller caller, Object request, T result) {
    asked.add(new Asked(caller, request));
    return done(result);
  }

  /** A test that has seen the request may rely on its answer being under way. */
  private <T> CompletionStage<T> asked(Caller caller, Object request, CompletionStage<T> answer) {
    asked.add(new Asked(caller, request));
    return answer;
  }

  /** The next request that reached the store. */
  Asked nextAsked() throws InterruptedException {
    Asked next = asked.poll(10, TimeUnit.SECONDS);
    if (next == null) {
      throw new AssertionError("no request reached the store");
    }
    return next;
  }

  /** The next watch stream that was opened. */
  ScriptedWatch nextWatch() throws InterruptedException {
    ScriptedWatch next = watches.poll(10, TimeUnit.SECONDS);
    if (next == null) {
      throw new AssertionError("no watch stream was opened");
    }
    return next;
  }

  @Override
  public KvService kv() {
    return new KvService() {
      @Override
      public CompletionStage<RangeResult> range(Caller caller, RangeRequest request) {
        return asked(caller, request, range.apply(caller, request));
      }

      @Override
      public CompletionStage<? extends RangeAnswer> rangeOfAnyLength(
          Caller caller, RangeRequest request) {
        BiFunction<Caller, RangeRequest, CompletionStage<LongRangeResult>> inParts = longRange;
        return inParts == null
            ? range(caller, request)
            : asked(caller, request, inParts.apply(caller, request));
      }

      @Override
      public CompletionStage<RangeStream> rangeStream(Caller caller, RangeRequest request) {
        Queue<RangeStream.Part> left = new ArrayDeque<>(parts);
        return done(
            caller,
            request,
            new RangeStream() {
              @Override
              public CompletionStage<Part> next() {
                return done(left.remove());
              }

              @Override
              public void close() {
                asked.add(new Asked(caller, "closed"));
              }
            });
      }

      @Override
      public CompletionStage<PutResult> put(Caller caller, PutRequest request) {
        return asked(caller, request, put.apply(caller, request));
      }

      @Override
      public CompletionStage<DeleteResult> delete(Caller caller, DeleteRequest request) {
        return done(caller, request, new DeleteResult(HEADER, 3, List.of()));
      }

      @Override
      public CompletionStage<TxnResult> txn(Caller caller, TxnRequest request) {
        return done(
            caller,
            request,
            new TxnResult(
                HEADER, true, List.of(new PutResult(ResponseHeader.ofRevision(9), null))));
      }

      @Override
      public CompletionStage<HeaderResult> compact(Caller caller, CompactRequest request) {
        return done(caller, request, new HeaderResult(HEADER));
      }
    };
  }

  @Override
  public WatchService watch() {
    return (caller, wake) -> {
      RuntimeException refusal = watchRefusal;
      if (refusal != null) {
        throw refusal;
      }
      ScriptedWatch stream = new ScriptedWatch(caller, wake);
      watches.add(stream);
      return stream;
    };
  }

  /** A watch stream that says what a test puts into it. */
  static final class ScriptedWatch implements WatchStream {
    final Caller caller;
    final BlockingQueue<Object> requests = new LinkedBlockingQueue<>();
    final Queue<WatchMessage> messages = new java.util.concurrent.ConcurrentLinkedQueue<>();
    final CompletableFuture<Boolean> closed = new CompletableFuture<>();
    final List<String> threads = new ArrayList<>();
    private final Runnable wake;

    ScriptedWatch(Caller caller, Runnable wake) {
      this.caller = caller;
      this.wake = wake;
    }

    void say(WatchMessage message) {
      messages.add(message);
      wake.run();
    }

    Object nextRequest() throws InterruptedException {
      Object request = requests.poll(10, TimeUnit.SECONDS);
      if (request == null) {
        throw new AssertionError("no request on the watch stream");
      }
      return request;
    }

    @Override
    public void create(WatchRequest request) {
      requests.add(request);
    }

    @Override
    public void cancel(long watchId) {
      requests.add(watchId);
    }

    @Override
    public void requestProgress() {
      requests.add("progress");
    }

    @Override
    public @Nullable WatchMessage next() {
      synchronized (threads) {
        threads.add(Thread.currentThread().getName());
      }
      return messages.poll();
    }

    @Override
    public void close() {
      boolean first = closed.complete(true);
      if (!first) {
        throw new AssertionError("closed twice");
      }
    }
  }

  @Override
  public LeaseService lease() {
    return new LeaseService() {
      @Override
      public CompletionStage<Granted> grant(Caller caller, long id, long ttlSeconds) {
        return done(caller, List.of(id, ttlSeconds), new Granted(HEADER, id, ttlSeconds));
      }

      @Override
      public CompletionStage<HeaderResult> revoke(Caller caller, long id) {
        return done(caller, id, new HeaderResult(HEADER));
      }

      @Override
      public CompletionStage<KeptAlive> keepAlive(Caller caller, long id) {
        return asked(caller, id, keepAlive.apply(caller, id));
      }

      @Override
      public Renewals open(Caller caller, Consumer<Reason> end) {
        LeaseService service = this;
        endOfRenewals = end;
        return new Renewals() {
          @Override
          public CompletionStage<KeptAlive> keepAlive(long id) {
            return service.keepAlive(caller, id);
          }

          @Override
          public void close() {
            renewalsClosed = true;
          }
        };
      }

      @Override
      public CompletionStage<TimeToLive> timeToLive(Caller caller, long id, boolean keys) {
        return done(
            caller,
            List.of(id, keys),
            new TimeToLive(HEADER, id, 5, 60, List.of(Bytes.utf8("a"), Bytes.utf8("b"))));
      }

      @Override
      public CompletionStage<Leases> list(Caller caller) {
        return done(caller, "list", new Leases(HEADER, List.of(1L, -2L)));
      }
    };
  }

  @Override
  public ClusterService cluster() {
    Member member = new Member(-5, "m", List.of("http://p:1"), List.of("http://c:2"), true);
    ClusterService.Members members = new ClusterService.Members(HEADER, List.of(member));
    return new ClusterService() {
      @Override
      public CompletionStage<Added> add(Caller caller, List<String> peerUrls, boolean learner) {
        return done(caller, List.of(peerUrls, learner), new Added(HEADER, member, List.of(member)));
      }

      @Override
      public CompletionStage<Members> remove(Caller caller, long id) {
        return done(caller, id, members);
      }

      @Override
      public CompletionStage<Members> update(Caller caller, long id, List<String> peerUrls) {
        return done(caller, List.of(id, peerUrls), members);
      }

      @Override
      public CompletionStage<Members> promote(Caller caller, long id) {
        return done(caller, id, members);
      }

      @Override
      public CompletionStage<Members> list(Caller caller, boolean linearizable) {
        return done(caller, linearizable, members);
      }
    };
  }

  @Override
  public MaintenanceService maintenance() {
    return new MaintenanceService() {
      @Override
      public CompletionStage<Alarms> alarm(Caller caller, Alarm.Action action, Alarm alarm) {
        return done(
            caller,
            List.of(action, alarm),
            new Alarms(HEADER, List.of(new Alarm(-1, Alarm.Kind.CORRUPT))));
      }

      @Override
      public CompletionStage<Status> status(Caller caller) {
        return done(
            caller,
            "status",
            new Status(
                HEADER,
                100,
                50,
                2_000,
                0,
                11,
                10,
                false,
                "3.6.0",
                List.of(new Alarm(-1, Alarm.Kind.NOSPACE), new Alarm(0, Alarm.Kind.CORRUPT))));
      }

      // A stage without a result completes with null, which generics cannot say.
      @SuppressWarnings("NullAway")
      @Override
      public CompletionStage<Void> defragment(Caller caller) {
        return done(caller, "defragment", null);
      }

      @Override
      public CompletionStage<Hash> hash(Caller caller) {
        return done(caller, "hash", new Hash(HEADER, -7));
      }

      @Override
      public CompletionStage<KvHash> hashKv(Caller caller, long revision) {
        return done(caller, revision, new KvHash(HEADER, -7, -1, revision));
      }

      @Override
      public CompletionStage<BackupStream> backup(Caller caller) {
        Queue<BackupStream.Chunk> left = new ArrayDeque<>(chunks);
        return done(
            caller,
            "snapshot",
            new BackupStream() {
              @Override
              public CompletionStage<Chunk> next() {
                // Completed by another thread, so that the way through the queue is taken.
                CompletableFuture<Chunk> next = new CompletableFuture<>();
                Thread.ofVirtual().start(() -> next.complete(left.remove()));
                return next;
              }

              @Override
              public void close() {
                asked.add(new Asked(caller, "closed"));
              }
            });
      }

      // As above.
      @SuppressWarnings("NullAway")
      @Override
      public CompletionStage<Void> moveLeader(Caller caller, long target) {
        return done(caller, target, null);
      }

      @Override
      public CompletionStage<Downgrade> downgrade(
          Caller caller, DowngradeAction action, String version) {
        return done(caller, List.of(action, version), new Downgrade(HEADER, "3.7"));
      }
    };
  }

  @Override
  public AuthService auth() {
    return (caller, request) ->
        done(
            caller,
            request,
            switch (request) {
              case AuthRequest.Status _ -> new AuthResult.Status(HEADER, true, 4);
              case AuthRequest.Authenticate _ -> new AuthResult.Token(HEADER, "abc.7");
              case AuthRequest.UserGet _, AuthRequest.UserList _, AuthRequest.RoleList _ ->
                  new AuthResult.Names(HEADER, List.of("a", "", "c"));
              case AuthRequest.RoleGet _ ->
                  new AuthResult.Permissions(
                      HEADER,
                      List.of(
                          new AuthRequest.Permission(
                              AuthRequest.Permission.Kind.READ,
                              new io.cairn.spi.store.KeyRange(Bytes.utf8("k"), Bytes.EMPTY)),
                          new AuthRequest.Permission(
                              AuthRequest.Permission.Kind.READWRITE,
                              new io.cairn.spi.store.KeyRange(Bytes.utf8("l"), Bytes.utf8("m")))));
              default -> new AuthResult.Done(HEADER);
            });
  }
}
