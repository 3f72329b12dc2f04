// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.fakes;

import io.cairn.spi.environment.Lane;
import io.cairn.spi.environment.Rng;
import io.cairn.spi.environment.Scheduler;
import io.cairn.spi.environment.TimeSource;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.function.BooleanSupplier;

/**
 * One virtual time and one random order of events for several members. Lanes of one member run
 * their tasks one at a time, but in any order relative to each other, and each task takes time: the
 * log's most, because it waits for a disk.
 */
public final class World implements TimeSource {
  private static final long MILLI = 1_000_000;

  private record Event(long at, long order, Runnable task) {}

  private final PriorityQueue<Event> events =
      new PriorityQueue<>(Comparator.comparingLong(Event::at).thenComparingLong(Event::order));
  private final Random dice;
  private long now = 1_000 * MILLI;
  private long order;
  private int ended;

  /** A world in which everything follows from {@code seed}. */
  public World(long seed) {
    this.dice = new Random(seed);
  }

  /** Where all that is random comes from. */
  public Random dice() {
    return dice;
  }

  @Override
  public long nanos() {
    return now;
  }

  @Override
  public long wallMillis() {
    return now / MILLI;
  }

  /** Lets something happen later. */
  public void after(long nanos, Runnable task) {
    events.add(new Event(now + nanos, order++, task));
  }

  /** Runs for a while. */
  public void runMillis(long millis) {
    runMicros(millis * 1000);
  }

  /** Runs for a short while. */
  public void runMicros(long micros) {
    long until = now + micros * 1000;
    while (!events.isEmpty() && events.peek().at <= until) {
      runOne();
    }
    now = until;
  }

  /** Runs until something holds, at most for a while; whether it holds. */
  public boolean runUntil(BooleanSupplier condition, long millisMax) {
    long until = now + millisMax * MILLI;
    while (!condition.getAsBoolean()) {
      if (events.isEmpty() || events.peek().at > until) {
        now = until;
        return false;
      }
      runOne();
    }
    return true;
  }

  private void runOne() {
    Event event = events.remove();
    now = Math.max(now, event.at);
    try {
      event.task.run();
    } catch (MemberEnded e) {
      ended++;
    }
  }

  /** How many processes have ended themselves. */
  public int ended() {
    return ended;
  }

  /** Thrown where a process ends itself; its life has been ended before. */
  public static final class MemberEnded extends Error {
    private static final long serialVersionUID = 1L;
  }

  /** The lanes and timers of one life of a member. */
  public Life newLife() {
    return new Life();
  }

  /** A stream of random numbers for a member. */
  public Rng newRng() {
    return new DiceRng(new Random(dice.nextLong()));
  }

  /** One life of a process: when it ends, nothing of it happens any more. */
  public final class Life implements Scheduler {
    private boolean dead;

    /** Ends it, whatever is under way. */
    public void end() {
      dead = true;
    }

    /** Whether it goes on. */
    public boolean isAlive() {
      return !dead;
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
            if (!cancelled[0] && !dead) {
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
      tasks.add(task);
      schedule();
    }

    private void schedule() {
      if (!scheduled && !tasks.isEmpty()) {
        scheduled = true;
        int micros = name.equals("log") ? 3000 : 100;
        after(1000L * (1 + dice.nextInt(micros)), this::runNext);
      }
    }

    private void runNext() {
      scheduled = false;
      if (life.isAlive()) {
        tasks.remove().run();
        schedule();
      }
    }
  }

  private record DiceRng(Random random) implements Rng {
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
      return new DiceRng(new Random(random.nextLong() ^ label.hashCode()));
    }
  }
}
