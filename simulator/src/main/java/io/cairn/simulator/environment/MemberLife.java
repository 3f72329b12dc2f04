// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.environment;

import io.cairn.spi.environment.EventLog;
import io.cairn.spi.environment.Lane;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.environment.ProcessExit;
import io.cairn.spi.environment.Rng;
import io.cairn.spi.environment.Scheduler;
import io.cairn.spi.environment.TimeSource;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * One life of a member's process: its lanes, its clock, its log, its end. What it has still to do
 * ends with it.
 */
@OnLane("simulation")
public final class MemberLife implements Scheduler, TimeSource, ProcessExit, EventLog {
  // As consensus calls them.
  private static final String LOG_LANE = "log";
  private static final String CONSENSUS_LANE = "raft";

  /** The wall clock of the world at its beginning. */
  private static final long WALL_ORIGIN_MILLIS = 1_700_000_000_000L;

  /**
   * How a member's machine is.
   *
   * @param clockRate how fast its monotonic clock goes, 1 for exactly
   * @param wallOffsetMillis how wrong its wall clock is
   * @param slowness what every task takes, as a multiple of a healthy machine's
   */
  public record Machine(double clockRate, long wallOffsetMillis, int slowness) {
    /** Exact and fast. */
    public static final Machine HEALTHY = new Machine(1, 0, 1);
  }

  /** Is told of what a process does. */
  public interface Observer {
    /** A message was logged, whatever its level. */
    void logged(String message, Field... fields);

    /** Something of the process has run, and the process is still alive. */
    void ran();

    /** The process has ended itself: what it said and why. */
    void ended(String what, Throwable cause);
  }

  private final EventQueue queue;
  private final String name;
  private final Rng rng;
  private final Observer observer;
  private final long bornAtNanos;
  private final long clockOriginNanos;
  private Machine machine;
  private boolean alive = true;
  private long pausedUntilNanos;
  private @Nullable SimulatedLane running;

  /** Whether the lane of consensus waits for what the lane of the log is doing. */
  private final boolean waitsForLog;

  private long logBusyUntilNanos;

  // The clock goes on from here at the machine's present rate.
  private long clockBaseNanos;
  private long clockSetAtNanos;

  /**
   * A process that has just been started.
   *
   * @param name the member's name, for traces
   */
  public MemberLife(EventQueue queue, String name, Machine machine, Rng rng, Observer observer) {
    this.queue = queue;
    this.name = name;
    this.machine = machine;
    this.rng = rng;
    this.observer = observer;
    this.bornAtNanos = queue.now();
    this.waitsForLog = rng.below(2) == 0;
    this.clockOriginNanos = 1_000_000_000L + rng.below(1_000_000_000);
    this.clockBaseNanos = clockOriginNanos;
    this.clockSetAtNanos = bornAtNanos;
  }

  /** The member's name. */
  public String name() {
    return name;
  }

  /** Whether the process still runs. */
  public boolean isAlive() {
    return alive;
  }

  /** Ends the process without its having a say. */
  public void kill() {
    alive = false;
  }

  /**
   * Whether what runs now is heard of by nobody before the time that it takes is over: what the
   * lane of the log does, in the lives in which the lane of consensus waits for it. Elsewhere an
   * outcome may be seen by others at once, as if it had taken no time.
   */
  public boolean isUnheardOf() {
    SimulatedLane lane = running;
    return waitsForLog && lane != null && lane.isLog;
  }

  /** Whether the process stands still. */
  public boolean isPaused() {
    return queue.now() < pausedUntilNanos;
  }

  /** Nothing of the process runs until then, though its clock goes on. */
  public void pauseUntil(long nanos) {
    pausedUntilNanos = Math.max(pausedUntilNanos, nanos);
  }

  /** Changes the machine under the running process. */
  public void change(Machine next) {
    clockBaseNanos = nanos();
    clockSetAtNanos = queue.now();
    machine = next;
  }

  /** The machine sleeps: nothing of the process runs, and its clock does not go on either. */
  public void sleepUntil(long nanos) {
    clockBaseNanos = nanos();
    clockSetAtNanos = Math.max(nanos, pausedUntilNanos);
    pauseUntil(nanos);
  }

  @Override
  public long nanos() {
    return clockBaseNanos
        + (long) (Math.max(0, queue.now() - clockSetAtNanos) * machine.clockRate());
  }

  @Override
  public long wallMillis() {
    return WALL_ORIGIN_MILLIS + queue.now() / 1_000_000 + machine.wallOffsetMillis();
  }

  @Override
  public Lane lane(String laneName) {
    return new SimulatedLane(laneName);
  }

  @Override
  public Cancellable after(long delayNanos, Lane lane, Runnable task) {
    long delay = (long) (Math.max(0, delayNanos) / machine.clockRate());
    EventQueue.Event event =
        queue.after(
            delay,
            ((SimulatedLane) lane).timer,
            () -> {
              if (alive) {
                lane.execute(task);
              }
            });
    return event::cancel;
  }

  /** Runs something of the process outside its lanes, as the network or a caller does. */
  public void enter(Runnable task) {
    if (!alive) {
      return;
    }
    if (queue.now() < pausedUntilNanos) {
      queue.at(pausedUntilNanos, "resumed " + name, () -> enter(task));
      return;
    }
    try {
      task.run();
    } catch (MemberStopped stopped) {
      // It has been reported already.
    } catch (RuntimeException | Error broken) {
      end("an error nobody may catch", broken);
    }
    if (alive) {
      observer.ran();
    }
  }

  private void end(String what, Throwable cause) {
    if (alive) {
      alive = false;
      queue.note(name + " ends itself: " + what + ": " + cause);
      observer.ended(what, cause);
    }
  }

  @Override
  @SuppressWarnings("DoNotCallSuggester") // The contract of the simulation: it never returns.
  public Error fail(String what, Throwable cause) {
    end(what, cause);
    throw new MemberStopped(what, cause);
  }

  @Override
  public boolean writes(Level level) {
    return level.compareTo(Level.INFO) >= 0;
  }

  @Override
  public void log(Level level, String message, Field... fields) {
    observer.logged(message, fields);
    if (level.compareTo(Level.WARN) < 0) {
      return;
    }
    StringBuilder line = new StringBuilder(name).append(' ').append(level).append(' ');
    line.append(message);
    for (Field field : fields) {
      line.append(' ').append(field.name()).append('=').append(field.value());
    }
    queue.note(line.toString());
  }

  /** Tasks one after another, each an event of its own. */
  private final class SimulatedLane implements Lane {
    private final String laneName;
    private final String event;
    private final String timer;
    private final boolean isLog;
    private final boolean isConsensus;
    private final Deque<Runnable> tasks = new ArrayDeque<>();
    private boolean scheduled;
    private long busyUntilNanos;

    SimulatedLane(String laneName) {
      this.laneName = laneName;
      this.event = name + "/" + laneName;
      this.timer = event + " timer";
      this.isLog = laneName.equals(LOG_LANE);
      this.isConsensus = laneName.equals(CONSENSUS_LANE);
    }

    @Override
    public String name() {
      return laneName;
    }

    @Override
    public void execute(Runnable task) {
      if (alive) {
        tasks.add(task);
        schedule();
      }
    }

    private void schedule() {
      if (!scheduled) {
        scheduled = true;
        long wake = 500L + rng.below(4000);
        long at = Math.max(queue.now() + wake * machine.slowness(), busyUntilNanos);
        queue.at(Math.max(at, waitsUntilNanos()), event, this::run);
      }
    }

    private long waitsUntilNanos() {
      return waitsForLog && isConsensus
          ? Math.max(pausedUntilNanos, logBusyUntilNanos)
          : pausedUntilNanos;
    }

    private void run() {
      scheduled = false;
      if (!alive) {
        tasks.clear();
        return;
      }
      if (queue.now() < waitsUntilNanos()) {
        schedule();
        return;
      }
      @Nullable Runnable task = tasks.poll();
      if (task != null) {
        running = this;
        enter(task);
        running = null;
        busyUntilNanos = queue.now();
        if (isLog) {
          logBusyUntilNanos = busyUntilNanos;
        }
      }
      if (!tasks.isEmpty()) {
        schedule();
      }
    }
  }
}
