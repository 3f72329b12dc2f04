// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.kernel.Kernel;
import io.cairn.kernel.directory.EngineHome;
import io.cairn.kernel.environment.SplitMixRng;
import io.cairn.kernel.options.KernelOptions;
import io.cairn.kernel.virtual.FollowingConsensus;
import io.cairn.kernel.virtual.InlineConsensus;
import io.cairn.kernel.virtual.KernelWorld;
import io.cairn.kernel.virtual.LocalNetwork;
import io.cairn.kernel.virtual.VirtualTime;
import io.cairn.spi.auth.AccessControl;
import io.cairn.spi.auth.Identity;
import io.cairn.spi.consensus.AppliedPoint;
import io.cairn.spi.consensus.Consensus;
import io.cairn.spi.consensus.SnapshotSink;
import io.cairn.spi.consensus.SnapshotSource;
import io.cairn.spi.consensus.StateMachine;
import io.cairn.spi.environment.EventLog;
import io.cairn.spi.environment.Lane;
import io.cairn.spi.environment.Probe;
import io.cairn.spi.environment.Scheduler;
import io.cairn.spi.storage.StorageEngine;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.Caller;
import io.cairn.spi.store.CompactRequest;
import io.cairn.spi.store.DeleteRequest;
import io.cairn.spi.store.KeyRange;
import io.cairn.spi.store.KeyValue;
import io.cairn.spi.store.KeyValueFormat;
import io.cairn.spi.store.MaintenanceService;
import io.cairn.spi.store.PutRequest;
import io.cairn.spi.store.RangeRequest;
import io.cairn.spi.store.StoreException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/** One life of a member that leads alone, or follows what the test gives it, in virtual time. */
public final class TestMember implements AutoCloseable {
  public static final long LEADER = 5;
  public static final long FOLLOWER = 6;

  /** Small commits and barriers, so that engines lie behind by changing amounts. */
  static final KernelOptions.Flush SMALL_FLUSH = new KernelOptions.Flush(7, 300, 100, 2_000, 1_500);

  public final VirtualTime time;
  final Consensus consensus;
  public final Kernel kernel;
  private final Life life;

  private TestMember(
      Scheduler lanes,
      VirtualTime time,
      long id,
      KernelOptions.Flush flush,
      Consensus consensus,
      StorageEngine engine,
      EngineHome engines) {
    this.time = time;
    this.consensus = consensus;
    this.life = new Life(lanes);
    this.kernel =
        Kernel.open(
            options(id, flush),
            new Kernel.Parts(
                engine,
                engines,
                consensus,
                new LocalNetwork().join(id, "http://127.0.0.1:2380"),
                AccessControl.open(),
                (caller, view) -> CompletableFuture.completedFuture(Identity.ANONYMOUS)),
            new Kernel.Environment(life, time, new SplitMixRng(id), new NoLog(), Probe.NONE));
    var _ = kernel.start();
    time.run();
  }

  public static TestMember leader(VirtualTime time, StorageEngine engine, EngineHome engines) {
    return leader(time, LEADER, List.of(), engine, engines);
  }

  static TestMember leader(
      VirtualTime time,
      long id,
      List<InlineConsensus.Entry> log,
      StorageEngine engine,
      EngineHome engines) {
    return new TestMember(
        time, time, id, SMALL_FLUSH, new InlineConsensus(id, log), engine, engines);
  }

  public static TestMember follower(VirtualTime time, StorageEngine engine, EngineHome engines) {
    return follower(time, FOLLOWER, engine, engines);
  }

  static TestMember follower(VirtualTime time, long id, StorageEngine engine, EngineHome engines) {
    return follower(time, time, id, engine, engines);
  }

  /** A follower on lanes of its own. */
  static TestMember follower(
      Scheduler lanes, VirtualTime time, long id, StorageEngine engine, EngineHome engines) {
    return new TestMember(
        lanes, time, id, SMALL_FLUSH, new FollowingConsensus(LEADER), engine, engines);
  }

  private static KernelOptions options(long id, KernelOptions.Flush flush) {
    KernelOptions alike = KernelWorld.options(flush);
    return new KernelOptions(
        alike.clusterId(),
        id,
        alike.maxRequestBytes(),
        alike.maxTxnOps(),
        alike.quotaBytes(),
        alike.electionMillis(),
        alike.requestTimeoutMillis(),
        alike.recoverOnLanes(),
        alike.watchProgressMillis(),
        alike.cluster(),
        alike.retention(),
        // No recent records are kept once they are flushed, so that reads go to engines.
        new KernelOptions.Memory(0, 1 << 16),
        flush);
  }

  public InlineConsensus leading() {
    return (InlineConsensus) consensus;
  }

  public FollowingConsensus following() {
    return (FollowingConsensus) consensus;
  }

  /** The state machine of a follower. */
  public StateMachine machine() {
    return following().machine();
  }

  StateTransfers transfers() {
    return kernel.transfers();
  }

  /** Receives the whole state of {@code sender} and installs it. */
  public AppliedPoint receiveFrom(TestMember sender) {
    try (SnapshotSink sink = machine().receiveSnapshot();
        SnapshotSource source = sender.transfers().send(sink.resumeFrom())) {
      for (Bytes part = source.next(); part != null; part = source.next()) {
        sink.accept(part);
      }
      AppliedPoint point = sink.complete();
      sink.install();
      return point;
    }
  }

  // ---- requests

  public void put(String key, String value, long lease) {
    done(
        kernel
            .kv()
            .put(
                Caller.LOCAL,
                new PutRequest(Bytes.utf8(key), Bytes.utf8(value), lease, false, false, false)));
  }

  public void delete(KeyRange range) {
    done(kernel.kv().delete(Caller.LOCAL, new DeleteRequest(range, false)));
  }

  public void compact(long revision, boolean physical) {
    var answer = kernel.kv().compact(Caller.LOCAL, new CompactRequest(revision, physical));
    if (physical) {
      settle();
      done(answer);
    }
  }

  public MaintenanceService.KvHash hash(long revision) {
    return done(kernel.maintenance().hashKv(Caller.LOCAL, revision));
  }

  public long revision() {
    return kernel.published().state().revision();
  }

  public long floor() {
    return kernel.published().state().compactionFloor();
  }

  /** Every key-value at {@code revision}, read without asking others. */
  public List<KeyValue> content(long revision) {
    RangeRequest range =
        new RangeRequest(
            KeyRange.ALL,
            0,
            revision,
            RangeRequest.SortOrder.NONE,
            RangeRequest.SortTarget.KEY,
            true,
            false,
            false,
            0,
            0,
            0,
            0);
    return done(kernel.kv().range(Caller.LOCAL, range)).kvs().stream()
        .map(KeyValueFormat::decode)
        .toList();
  }

  /** Lets timers come due until everything is flushed. */
  public void settle() {
    time.passMillis(1_000);
  }

  public <R> R done(CompletionStage<R> stage) {
    time.run();
    CompletableFuture<R> answer = stage.toCompletableFuture();
    assertThat(answer).as("the request is answered").isDone();
    try {
      return answer.join();
    } catch (CompletionException failure) {
      if (failure.getCause() instanceof StoreException refusal) {
        throw refusal;
      }
      throw failure;
    }
  }

  /** Ends this life as a power cut does, but gives memory back. */
  public void kill() {
    consensus.stop();
    life.alive = false;
    kernel.close();
  }

  @Override
  public void close() {
    kernel.stop();
    time.run();
    kernel.close();
  }

  /** What a life still has to do ends with it. */
  private static final class Life implements Scheduler {
    private final Scheduler lanes;
    private volatile boolean alive = true;

    Life(Scheduler lanes) {
      this.lanes = lanes;
    }

    @Override
    public Lane lane(String name) {
      Lane lane = lanes.lane(name);
      return new Lane() {
        @Override
        public String name() {
          return name;
        }

        @Override
        public void execute(Runnable task) {
          lane.execute(() -> {
            if (alive) {
              task.run();
            }
          });
        }
      };
    }

    @Override
    public Cancellable after(long delayNanos, Lane lane, Runnable task) {
      return lanes.after(delayNanos, lane, task);
    }
  }

  /** Keeps nothing. */
  private static final class NoLog implements EventLog {
    @Override
    public boolean writes(Level level) {
      return false;
    }

    @Override
    public void log(Level level, String message, Field... fields) {
      // Not wanted.
    }
  }
}
