// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.virtual;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.kernel.Kernel;
import io.cairn.kernel.command.Command;
import io.cairn.kernel.command.CommandCodec;
import io.cairn.kernel.environment.SplitMixRng;
import io.cairn.kernel.options.KernelOptions;
import io.cairn.spi.auth.AccessControl;
import io.cairn.spi.auth.Identity;
import io.cairn.spi.environment.EventLog;
import io.cairn.spi.environment.Lane;
import io.cairn.spi.environment.Probe;
import io.cairn.spi.environment.Scheduler;
import io.cairn.spi.store.Alarm;
import io.cairn.spi.store.Reason;
import io.cairn.spi.store.StoreException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/** A member of one, in virtual time, that can crash and come back. */
public final class KernelWorld implements AutoCloseable {
  /** The cluster's id. */
  public static final long CLUSTER = 77;

  /** The member's id. */
  public static final long MEMBER = 5;

  /** Everything logged, by message. */
  public final List<String> logged = new ArrayList<>();

  /** The time in which the member lives. */
  public final VirtualTime time = new VirtualTime();

  /** The members that it can talk to. */
  public final LocalNetwork peers = new LocalNetwork();

  /** Its own end of the network. */
  public final LocalNetwork.Endpoint network = peers.join(MEMBER, "http://127.0.0.1:2380");

  private final KernelOptions options;
  private Probe probe = Probe.NONE;
  private CrashingEngine engine = new CrashingEngine();
  private InlineConsensus consensus = new InlineConsensus(MEMBER, List.of());
  private Life life = new Life();
  private Kernel kernel;

  /** With defaults, as far as tests have none of their own. */
  public KernelWorld() {
    this(options(new KernelOptions.Flush(10_000, 8 << 20, 100, 64 << 20, 32 << 20)));
  }

  /** With options. */
  public KernelWorld(KernelOptions options) {
    this.options = options;
    this.kernel = open();
  }

  /** Small caches, everything on one thread. */
  public static KernelOptions options(KernelOptions.Flush flush) {
    return new KernelOptions(
        CLUSTER,
        MEMBER,
        1_572_864,
        128,
        0,
        1000,
        7000,
        false,
        600_000,
        new KernelOptions.Cluster(
            "m5", List.of("http://127.0.0.1:2379"), true, 1, false, List.of()),
        new KernelOptions.Retention.Everything(),
        new KernelOptions.Memory(1 << 20, 1 << 20),
        flush);
  }

  /** The member as it lives now. */
  public Kernel kernel() {
    return kernel;
  }

  /** Its consensus. */
  public InlineConsensus consensus() {
    return consensus;
  }

  /** Its engine. */
  public CrashingEngine engine() {
    return engine;
  }

  /** Makes unlikely choices from the next life on. */
  public void probe(Probe next) {
    probe = next;
  }

  /** Loses all but the first {@code kept} commits of the engine and starts again from the log. */
  public void crash(int kept) {
    CrashingEngine left = engine.crash(kept);
    // The former life leaves its memory; its engine is not flushed.
    consensus.stop();
    life.alive = false;
    kernel.close();
    life = new Life();
    engine = left;
    consensus = new InlineConsensus(MEMBER, consensus.log());
    kernel = open();
  }

  private Kernel open() {
    Kernel opened =
        Kernel.open(
            options,
            new Kernel.Parts(
                engine,
                new MemoryEngines(),
                consensus,
                network,
                AccessControl.open(),
                (caller, view) -> CompletableFuture.completedFuture(Identity.ANONYMOUS)),
            new Kernel.Environment(life, time, new SplitMixRng(7), log(), probe));
    var _ = opened.start();
    return opened;
  }

  private EventLog log() {
    return new EventLog() {
      @Override
      public boolean writes(Level level) {
        return true;
      }

      @Override
      public void log(Level level, String message, Field... fields) {
        logged.add(message + " " + List.of(fields));
      }
    };
  }

  /** The lanes of one life: what they still have to do ends with it. */
  private final class Life implements Scheduler {
    private boolean alive = true;

    private Runnable whileAlive(Runnable task) {
      return () -> {
        if (alive) {
          task.run();
        }
      };
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
          lane.execute(whileAlive(task));
        }
      };
    }

    @Override
    public Cancellable after(long delayNanos, Lane lane, Runnable task) {
      return time.after(delayNanos, lane, task);
    }
  }

  /** Raises an alarm through the log. */
  public void raise(Alarm alarm) {
    consensus.commit(
        CommandCodec.encode(
            1, Identity.ANONYMOUS, new Command.AlarmCommand(Alarm.Action.ACTIVATE, alarm)));
  }

  /** Runs what lanes have to do and returns what a request came to. */
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

  /** Runs what lanes have to do and returns why a request was refused. */
  public Reason refused(CompletionStage<?> stage) {
    try {
      Object result = done(stage);
      throw new AssertionError("not refused: " + result);
    } catch (StoreException refusal) {
      return refusal.reason();
    }
  }

  @Override
  public void close() {
    kernel.stop();
    time.run();
    kernel.close();
  }
}
