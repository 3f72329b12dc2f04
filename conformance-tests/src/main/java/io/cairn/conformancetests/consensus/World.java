// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.consensus;

import io.cairn.spi.environment.Lane;
import io.cairn.spi.environment.Rng;
import io.cairn.spi.environment.Scheduler;
import io.cairn.spi.environment.TimeSource;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One virtual time for all members. Each lane runs its tasks one at a time and in order; lanes
 * among each other run in any order, drawn from the seed. Everything runs on the thread of the
 * test, but tasks may be handed in by others.
 */
final class World implements TimeSource {
  private static final long MILLI = 1_000_000;
  private static final int TASK_NANOS_MAX = 100_000;

  private record Event(long at, long order, Runnable task) {}

  private final PriorityQueue<Event> events =
      new PriorityQueue<>(Comparator.comparingLong(Event::at).thenComparingLong(Event::order));
  private final SplittableRandom dice;
  private long now = 1_000 * MILLI;
  private long order;

  /** The lane whose task runs, if one does. */
  private @Nullable Lane running;

  World(long seed) {
    dice = new SplittableRandom(seed);
  }

  /** From 0 to {@code bound}, exclusive. */
  synchronized int draw(int bound) {
    return dice.nextInt(bound);
  }

  @Override
  public synchronized long nanos() {
    return now;
  }

  @Override
  public long wallMillis() {
    return nanos() / MILLI;
  }

  synchronized void after(long nanos, Runnable task) {
    events.add(new Event(now + nanos, order++, task));
  }

  void runMillis(long millis) {
    var _ = runUntil(() -> false, millis);
  }

  /** Runs until something holds, at most for a while; whether it holds. */
  boolean runUntil(BooleanSupplier condition, long millisMax) {
    long until = nanos() + millisMax * MILLI;
    while (!condition.getAsBoolean()) {
      Event event = takeDue(until);
      if (event == null) {
        return condition.getAsBoolean();
      }
      try {
        event.task.run();
      } catch (MemberEnded e) {
        running = null; // The member has ended already; others go on.
      }
    }
    return true;
  }

  private synchronized @Nullable Event takeDue(long until) {
    Event first = events.peek();
    if (first == null || first.at > until) {
      now = until;
      return null;
    }
    now = Math.max(now, first.at);
    return events.remove();
  }

  /** Whether the present call comes from a task of a lane. */
  boolean isOnLane() {
    return running != null;
  }

  Rng newRng() {
    return new WorldRng(new SplittableRandom(draw(Integer.MAX_VALUE)));
  }

  Life newLife() {
    return new Life();
  }

  /** Thrown where a member ends itself. */
  static final class MemberEnded extends Error {
    private static final long serialVersionUID = 1L;
  }

  /** The lanes and timers of one life of a member: when it ends, nothing of it happens any more. */
  final class Life implements Scheduler {
    private volatile boolean ended;

    void end() {
      ended = true;
    }

    @Override
    public Lane lane(String name) {
      return new WorldLane(name, this);
    }

    @Override
    public Cancellable after(long delayNanos, Lane lane, Runnable task) {
      boolean[] cancelled = {false};
      World.this.after(
          delayNanos,
          () -> {
            if (!cancelled[0] && !ended) {
              lane.execute(task);
            }
          });
      return () -> cancelled[0] = true;
    }
  }

  private final class WorldLane implements Lane {
    private final String name;
    private final Life life;
    private final Deque<Runnable> tasks = new ArrayDeque<>();
    private boolean scheduled;

    WorldLane(String name, Life life) {
      this.name = name;
      this.life = life;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public void execute(Runnable task) {
      synchronized (World.this) {
        tasks.add(task);
        schedule();
      }
    }

    private void schedule() {
      if (!scheduled && !tasks.isEmpty()) {
        scheduled = true;
        after(1 + draw(TASK_NANOS_MAX), this::runNext);
      }
    }

    private void runNext() {
      Runnable task;
      synchronized (World.this) {
        scheduled = false;
        task = tasks.remove();
      }
      if (life.ended) {
        return;
      }
      running = this;
      task.run();
      running = null;
      synchronized (World.this) {
        schedule();
      }
    }
  }

  private record WorldRng(SplittableRandom random) implements Rng {
    @Override
    public long next() {
      return random.nextLong();
    }

    @Override
    public int below(int bound) {
      return random.nextInt(bound);
    }

    @Override
    public Rng split(String label) {
      return new WorldRng(new SplittableRandom(random.nextLong() ^ label.hashCode()));
    }
  }
}
