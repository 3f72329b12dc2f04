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
import io.cairn.spi.consensus.Consensus;
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
final class TestMember implements AutoCloseable {
  static final long LEADER = 5;
  static final long FOLLOWER = 6;

  /** Small commits and barriers, so that engines lie behind by changing amounts. */
  static final KernelOptions.Flush SMALL_FLUSH = new KernelOptions.Flush(7, 300, 100, 2_000, 1_500);

  final VirtualTime time;
  final Consensus consensus;
  final Kernel kernel;
  private final Life life;

  private TestMember(
      VirtualTime time,
      long id,
      KernelOptions.Flush flush,
      Consensus consensus,
      StorageEngine engine,
      EngineHome engines) {
    this.time = time;
    this.consensus = consensus;
    this.life = new Life(time);
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

  static TestMember leader(VirtualTime time, StorageEngine engine, EngineHome engines) {
    return leader(time, LEADER, List.of(), engine, engines);
  }

  static TestMember leader(
      VirtualTime time,
      long id,
      List<InlineConsensus.Entry> log,
      StorageEngine engine,
      EngineHome engines) {
    return new TestMember(time, id, SMALL_FLUSH, new InlineConsensus(id, log), engine, engines);
  }

  static TestMember follower(VirtualTime time, StorageEngine engine, EngineHome engines) {
    return follower(time, FOLLOWER, engine, engines);
  }

  static TestMember follower(VirtualTime time, long id, StorageEngine engine, EngineHome engines) {
    return new TestMember(time, id, SMALL_FLUSH, new FollowingConsensus(LEADER), engine, engines);
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
        new KernelOptions.Memory(0, 1 << 16, 16 << 20),
        flush);
  }

  InlineConsensus leading() {
    return (InlineConsensus) consensus;
  }

  FollowingConsensus following() {
    return (FollowingConsensus) consensus;
  }

  /** The state machine of a follower. */
  StateMachine machine() {
    return following().machine();
  }

  StateTransfers transfers() {
    return kernel.transfers();
  }

  // ---- requests

  void put(String key, String value, long lease) {
    done(
        kernel
            .kv()
            .put(
                Caller.LOCAL,
                new PutRequest(Bytes.utf8(key), Bytes.utf8(value), lease, false, false, false)));
  }

  void delete(KeyRange range) {
    done(kernel.kv().delete(Caller.LOCAL, new DeleteRequest(range, false)));
  }

  void compact(long revision, boolean physical) {
    var answer = kernel.kv().compact(Caller.LOCAL, new CompactRequest(revision, physical));
    if (physical) {
      settle();
      done(answer);
    }
  }

  MaintenanceService.KvHash hash(long revision) {
    return done(kernel.maintenance().hashKv(Caller.LOCAL, revision));
  }

  long revision() {
    return kernel.published().state().revision();
  }

  long floor() {
    return kernel.published().state().compactionFloor();
  }

  /** Every key-value at {@code revision}, read without asking others. */
  List<KeyValue> content(long revision) {
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
  void settle() {
    time.passMillis(1_000);
  }

  <R> R done(CompletionStage<R> stage) {
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
  void kill() {
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
    private final VirtualTime time;
    private boolean alive = true;

    Life(VirtualTime time) {
      this.time = time;
    }

    @Override
    public Lane lane(String name) {
      Lane lane = time.lane(name);
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
      return time.after(delayNanos, lane, task);
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
