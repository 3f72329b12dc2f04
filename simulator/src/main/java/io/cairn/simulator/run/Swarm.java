// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.run;

import io.cairn.kernel.environment.SplitMixRng;
import io.cairn.simulator.load.Mix;
import io.cairn.simulator.parts.Knobs;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.environment.Rng;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Draws plans. Every class of faults is in a seed or not with probability one half; a fifth of the
 * seeds has one class only, a tenth none. Drawing more of one thing does not shift the others.
 */
@OnLane("owner")
public final class Swarm {
  private static final long SHORT_MILLIS = 12_000;
  private static final long LONG_MILLIS = 300_000;

  // How much rarer calls and faults are in a long run, which is for what needs much time.
  private static final int LONG_THINKING = 64;
  private static final int LONG_PEACE = 8;

  private final Rng rng;
  private final int members;
  private final long millis;
  private final List<Fault.Timed> faults = new ArrayList<>();
  private long joined;

  private Swarm(Rng rng, int members, long millis) {
    this.rng = rng;
    this.members = members;
    this.millis = millis;
    this.joined = members;
  }

  /** The plan of a seed. */
  public static Plan plan(long seed) {
    Rng rng = new SplitMixRng(seed);
    Rng shape = rng.split("shape");
    int members = new int[] {1, 2, 3, 3, 3, 3, 3, 5, 5, 4}[shape.below(10)];
    long millis = shape.below(20) == 0 ? LONG_MILLIS : SHORT_MILLIS;
    return plan(seed, rng, shape, members, millis);
  }

  /** A short plan of a seed for so many members. */
  public static Plan shortPlan(long seed, int members) {
    Rng rng = new SplitMixRng(seed);
    return plan(seed, rng, rng.split("shape"), members, SHORT_MILLIS);
  }

  private static Plan plan(long seed, Rng rng, Rng shape, int members, long millis) {
    Swarm swarm = new Swarm(rng.split("nemesis"), members, millis);
    swarm.draw();
    return new Plan(
        seed,
        members,
        1 + shape.below(5),
        shape.below(4),
        millis,
        Knobs.draw(rng.split("knobs")),
        Mix.draw(rng.split("mix")).slower(millis == LONG_MILLIS ? LONG_THINKING : 1),
        swarm.faults);
  }

  private void draw() {
    Set<Fault.Kind> kinds = EnumSet.noneOf(Fault.Kind.class);
    int which = rng.below(10);
    Fault.Kind[] all = Fault.Kind.values();
    if (which < 2) {
      kinds.add(all[rng.below(all.length)]);
    } else if (which < 9) {
      for (Fault.Kind kind : all) {
        if (rng.below(2) == 0) {
          kinds.add(kind);
        }
      }
    }
    for (Fault.Kind kind : kinds) {
      // Each class with a stream of its own, so that leaving one out changes nothing in the others.
      new Swarm(rng.split(kind.name()), members, millis).drawClass(kind, faults);
    }
    faults.sort(Comparator.comparingLong(Fault.Timed::atMillis));
  }

  private void drawClass(Fault.Kind kind, List<Fault.Timed> into) {
    long meanMillis = (400L << rng.below(5)) * (millis == LONG_MILLIS ? LONG_PEACE : 1);
    long at = 300L + rng.below(2000);
    while (at < millis) {
      drawOne(kind, at);
      at += 50 + Long.remainderUnsigned(rng.next(), 2 * meanMillis);
    }
    into.addAll(faults);
  }

  private void add(long atMillis, Fault fault) {
    faults.add(new Fault.Timed(atMillis, fault));
  }

  private long anyone() {
    return 1L + rng.below(members);
  }

  /** Somebody, and the leader more often than others: most harm is done to those who lead. */
  private long victim() {
    return rng.below(3) == 0 ? Fault.LEADER : anyone();
  }

  private void drawOne(Fault.Kind kind, long at) {
    switch (kind) {
      case KILL, POWER -> {
        long member = victim();
        if (kind == Fault.Kind.POWER && rng.below(3) != 0) {
          add(at, new Fault.Within(member, rng.below(6)));
        } else {
          add(at, new Fault.Crash(member, kind == Fault.Kind.POWER));
        }
        add(at + 20 + rng.below(3000), new Fault.Restart(member));
      }
      case ALL_DOWN -> {
        if (rng.below(3) == 0) {
          for (long member = 1; member <= members; member++) {
            add(at + rng.below(2), new Fault.Crash(member, rng.below(2) == 0));
            add(at + 50 + rng.below(1500), new Fault.Restart(member));
          }
        }
      }
      case PAUSE -> {
        if (rng.below(2) == 0) {
          add(at, new Fault.Pause(victim(), 100 + rng.below(4000)));
        } else {
          long member = anyone();
          add(at, new Fault.Machine(member, 1000, 0, 2 << rng.below(6)));
          add(at + rng.below(4000), new Fault.Machine(member, 1000, 0, 1));
        }
      }
      case CLOCK -> {
        if (rng.below(2) == 0) {
          add(at, new Fault.Sleep(victim(), 100 + rng.below(5000)));
        } else {
          long wall = rng.below(2) == 0 ? 0 : rng.below(2_000_000) - 1_000_000L;
          add(at, new Fault.Machine(anyone(), 900 + rng.below(201), wall, 1));
        }
      }
      case PARTITION -> drawPartition(at);
      case WIRES -> {
        if (rng.below(4) == 0) {
          add(at, new Fault.Wires(200, 0, 0));
        } else {
          add(
              at,
              new Fault.Wires(
                  100L << rng.below(11),
                  rng.below(2) * rng.below(200),
                  rng.below(2) * rng.below(150)));
        }
      }
      case BREAK -> add(at, new Fault.Break(anyone(), anyone()));
      case SLOW_DISK -> {
        long member = anyone();
        add(at, new Fault.Disk(member, 1L << rng.below(11), 10 << rng.below(6), 0, 0));
        add(at + rng.below(5000), new Fault.Disk(member, 0, 0, 0, 0));
      }
      case BAD_DISK -> {
        long member = anyone();
        boolean sync = rng.below(2) == 0;
        add(at, new Fault.Disk(member, 0, 0, sync ? 100 : 0, sync ? 0 : 100));
        add(at + 500 + rng.below(2000), new Fault.Disk(member, 0, 0, 0, 0));
        add(at + 3000 + rng.below(2000), new Fault.Restart(member));
      }
      case FULL_DISK -> {
        long member = anyone();
        add(at, new Fault.Room(member, rng.below(100_000)));
        add(at + 500 + rng.below(3000), new Fault.Room(member, -1));
        add(at + 3600 + rng.below(500), new Fault.Restart(member));
      }
      case TRANSFER -> add(at, new Fault.Transfer(anyone()));
      case CHANGE -> drawChange(at);
      case DEFRAGMENT -> add(at, new Fault.Defragment(victim()));
      case ALARM -> {
        long member = anyone();
        add(at, new Fault.Alarm(member, true));
        add(at + 50 + rng.below(1500), new Fault.Alarm(member, false));
      }
      case ROT -> {
        // Once per seed: what is damaged stays so, and only a minority may be.
        if (faults.isEmpty() && rng.split("roll back").below(3) == 0) {
          drawRollBack(at);
        } else if (faults.isEmpty()) {
          long member = anyone();
          long when = at + rng.below((int) millis / 2);
          add(when, new Fault.Crash(member, false));
          int place = rng.below(1000);
          add(when + 10, rng.below(2) == 0 ? new Fault.Rot(member, place) : new Fault.Wipe(member));
          add(when + 20 + rng.below(2000), new Fault.Restart(member));
        }
      }
    }
  }

  /** A copy, some starts that make it an old one, and some starts on it. */
  private void drawRollBack(long at) {
    long member = anyone();
    long when = at;
    int starts = 3 + rng.below(3);
    for (int i = 0; i < starts; i++) {
      add(when, new Fault.Crash(member, rng.below(2) == 0));
      if (i == 0) {
        add(when + 10, new Fault.Copy(member));
      } else if (i == starts - 1) {
        add(when + 10, new Fault.RollBack(member));
      }
      add(when + 20 + rng.below(300), new Fault.Restart(member));
      when += 700 + rng.below(1500);
    }
    for (int i = 0; i < 4; i++) {
      add(when, new Fault.Restart(member));
      when += 200 + rng.below(1000);
    }
  }

  private void drawPartition(long at) {
    switch (rng.below(5)) {
      case 0 -> cutOff(at, List.of(victim()), rng.below(3));
      case 1 -> {
        List<Long> side = new ArrayList<>();
        for (long member = 1; member <= members; member++) {
          if (rng.below(2) == 0) {
            side.add(member);
          }
        }
        cutOff(at, side, rng.below(3));
      }
      case 2 -> {
        // A bridge: one member sees both sides, which do not see each other.
        long bridge = anyone();
        for (long a = 1; a <= members; a++) {
          for (long b = 1; b <= members; b++) {
            if (a != bridge && b != bridge && a % 2 != b % 2) {
              add(at, new Fault.Cut(a, b));
            }
          }
        }
      }
      case 3 -> {
        // A ring: each member sees its neighbours only.
        for (long a = 1; a <= members; a++) {
          for (long b = 1; b <= members; b++) {
            if (Math.floorMod(a - b, members) > 1 && Math.floorMod(b - a, members) > 1) {
              add(at, new Fault.Cut(a, b));
            }
          }
        }
      }
      default -> add(at, new Fault.Cut(anyone(), anyone()));
    }
    add(at + 200 + rng.below(6000), new Fault.Heal());
  }

  private void cutOff(long at, List<Long> side, int direction) {
    for (long a : side) {
      for (long b = 1; b <= members; b++) {
        if (!side.contains(b)) {
          if (direction != 1) {
            add(at, new Fault.Cut(a, b));
          }
          if (direction != 2) {
            add(at, new Fault.Cut(b, a));
          }
        }
      }
    }
  }

  private void drawChange(long at) {
    switch (rng.below(4)) {
      case 0 -> {
        if (joined < members + 3L) {
          add(at, new Fault.Change(Fault.Change.What.LEARN, ++joined));
          add(at + 1500 + rng.below(3000), new Fault.Change(Fault.Change.What.PROMOTE, joined));
        }
      }
      case 1 -> {
        if (joined < members + 3L) {
          add(at, new Fault.Change(Fault.Change.What.ADD, ++joined));
        }
      }
      default -> add(at, new Fault.Change(Fault.Change.What.REMOVE, 1 + rng.below((int) joined)));
    }
  }
}
