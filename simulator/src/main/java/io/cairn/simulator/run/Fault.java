// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.run;

import java.util.List;

/** Something that befalls a cluster. Who is meant is a member's number, or {@link #LEADER}. */
public sealed interface Fault {
  /** Whoever leads when it happens; of those that start, whoever is down. */
  long LEADER = 0;

  /** A process ends without a word; with {@code power} its disk loses what was not synced. */
  record Crash(long member, boolean power) implements Fault {}

  /** The power fails in the middle of something: so many operations of the disk from now. */
  record Within(long member, int operations) implements Fault {}

  /** A process starts, if it does not run. */
  record Restart(long member) implements Fault {}

  /** A process stands still; its clock goes on. */
  record Pause(long member, long millis) implements Fault {}

  /**
   * A machine changes.
   *
   * @param clockPerMille how fast its clock goes, 1000 for exactly
   * @param wallOffsetMillis how wrong its wall clock is
   * @param slowness what everything takes, as a multiple
   */
  record Machine(long member, int clockPerMille, long wallOffsetMillis, int slowness)
      implements Fault {}

  /** A machine sleeps, as a virtual one may: its clock stands still, too. */
  record Sleep(long member, long millis) implements Fault {}

  /** Nothing arrives from one member at another. */
  record Cut(long from, long to) implements Fault {}

  /** All wires are as usual again. */
  record Heal() implements Fault {}

  /**
   * How wires are that are not cut.
   *
   * @param delayMicros the mean delay
   * @param lossPerMille how many of a thousand messages are lost
   * @param wildPerMille how many of a thousand are repeated, and as many overtaken
   */
  record Wires(long delayMicros, int lossPerMille, int wildPerMille) implements Fault {}

  /** The connections between two members break. */
  record Break(long a, long b) implements Fault {}

  /**
   * A disk changes.
   *
   * @param slowMillis how long a slow sync takes
   * @param slowPerMille how many of a thousand syncs are slow
   * @param syncErrors how many of ten thousand syncs fail
   * @param writeErrors how many of ten thousand writes fail
   */
  record Disk(long member, long slowMillis, int slowPerMille, int syncErrors, int writeErrors)
      implements Fault {}

  /**
   * A bit of the log of a member that is down turns over.
   *
   * @param perMille where, as a part of what later records cover
   */
  record Rot(long member, int perMille) implements Fault {}

  /** Somebody empties the directory of a member that is down. */
  record Wipe(long member) implements Fault {}

  /** Somebody copies the directory of a member that is down. */
  record Copy(long member) implements Fault {}

  /** Somebody puts that copy in place of the directory of a member that is down. */
  record RollBack(long member) implements Fault {}

  /** A disk has so much room beside what it holds; negative for any amount. */
  record Room(long member, long bytes) implements Fault {}

  /** The leader is asked to hand over. */
  record Transfer(long to) implements Fault {}

  /** Somebody asks the cluster to change its members: {@code add}, {@code learn} and so on. */
  record Change(What what, long member) implements Fault {
    /** What is asked for. */
    public enum What {
      /** Add a voter, whose process then starts. */
      ADD,
      /** Add a learner, whose process then starts. */
      LEARN,
      /** Give a learner its vote. */
      PROMOTE,
      /** Remove a member. */
      REMOVE
    }
  }

  /** A member is asked to give unused space of its engine back. */
  record Defragment(long member) implements Fault {}

  /** Somebody says that a member has no space, or that it has some again. */
  record Alarm(long member, boolean raise) implements Fault {}

  /** A fault and its moment, in milliseconds from the beginning. */
  record Timed(long atMillis, Fault fault) {}

  /** Classes of faults, each of which a seed turns on or off. */
  enum Kind {
    /** Crashes and restarts of processes. */
    KILL,
    /** Power cuts. */
    POWER,
    /** All processes at once. */
    ALL_DOWN,
    /** Pauses and slow machines. */
    PAUSE,
    /** Clocks that go wrong. */
    CLOCK,
    /** Partitions. */
    PARTITION,
    /** Loss, delay, repetition. */
    WIRES,
    /** Connections that break. */
    BREAK,
    /** Slow disks. */
    SLOW_DISK,
    /** Disks that fail. */
    BAD_DISK,
    /** Disks that fill up. */
    FULL_DISK,
    /** Transfers of leadership. */
    TRANSFER,
    /** Changes of membership. */
    CHANGE,
    /** Damage at rest. */
    ROT,
    /** Engines that are told to give space back. */
    DEFRAGMENT,
    /** Alarms because of missing space. */
    ALARM
  }

  /** What a fault counts as. */
  default Kind kind() {
    return switch (this) {
      case Crash crash -> crash.power() ? Kind.POWER : Kind.KILL;
      case Within _ -> Kind.POWER;
      case Restart _ -> Kind.KILL;
      case Pause _ -> Kind.PAUSE;
      case Machine _, Sleep _ -> Kind.CLOCK;
      case Cut _, Heal _ -> Kind.PARTITION;
      case Wires _ -> Kind.WIRES;
      case Break _ -> Kind.BREAK;
      case Disk disk -> disk.syncErrors() + disk.writeErrors() > 0 ? Kind.BAD_DISK : Kind.SLOW_DISK;
      case Rot _, Wipe _, Copy _, RollBack _ -> Kind.ROT;
      case Room _ -> Kind.FULL_DISK;
      case Transfer _ -> Kind.TRANSFER;
      case Change _ -> Kind.CHANGE;
      case Defragment _ -> Kind.DEFRAGMENT;
      case Alarm _ -> Kind.ALARM;
    };
  }

  /** As a line of a schedule: the record's name and its fields. */
  default String text() {
    return switch (this) {
      case Crash f -> "crash " + f.member() + (f.power() ? " power" : " process");
      case Within f -> "crash-within " + f.member() + " " + f.operations();
      case Restart f -> "restart " + f.member();
      case Pause f -> "pause " + f.member() + " " + f.millis();
      case Machine f ->
          "machine %d %d %d %d"
              .formatted(f.member(), f.clockPerMille(), f.wallOffsetMillis(), f.slowness());
      case Sleep f -> "sleep " + f.member() + " " + f.millis();
      case Cut f -> "cut " + f.from() + " " + f.to();
      case Heal _ -> "heal";
      case Wires f ->
          "wires %d %d %d".formatted(f.delayMicros(), f.lossPerMille(), f.wildPerMille());
      case Break f -> "break " + f.a() + " " + f.b();
      case Disk f ->
          "disk %d %d %d %d %d"
              .formatted(
                  f.member(), f.slowMillis(), f.slowPerMille(), f.syncErrors(), f.writeErrors());
      case Rot f -> "rot " + f.member() + " " + f.perMille();
      case Wipe f -> "wipe " + f.member();
      case Copy f -> "copy " + f.member();
      case RollBack f -> "roll-back " + f.member();
      case Room f -> "room " + f.member() + " " + f.bytes();
      case Transfer f -> "transfer " + f.to();
      case Change f -> "change " + f.what() + " " + f.member();
      case Defragment f -> "defragment " + f.member();
      case Alarm f -> "alarm " + f.member() + (f.raise() ? " raise" : " end");
    };
  }

  /** What {@link #text} has written. */
  static Fault parse(String line) {
    List<String> words = List.of(line.strip().split(" +", -1));
    return switch (words.getFirst()) {
      case "crash" -> new Crash(at(words, 1), words.get(2).equals("power"));
      case "crash-within" -> new Within(at(words, 1), (int) at(words, 2));
      case "restart" -> new Restart(at(words, 1));
      case "pause" -> new Pause(at(words, 1), at(words, 2));
      case "machine" ->
          new Machine(at(words, 1), (int) at(words, 2), at(words, 3), (int) at(words, 4));
      case "sleep" -> new Sleep(at(words, 1), at(words, 2));
      case "cut" -> new Cut(at(words, 1), at(words, 2));
      case "heal" -> new Heal();
      case "wires" -> new Wires(at(words, 1), (int) at(words, 2), (int) at(words, 3));
      case "break" -> new Break(at(words, 1), at(words, 2));
      case "disk" ->
          new Disk(
              at(words, 1),
              at(words, 2),
              (int) at(words, 3),
              (int) at(words, 4),
              (int) at(words, 5));
      case "wipe" -> new Wipe(at(words, 1));
      case "copy" -> new Copy(at(words, 1));
      case "roll-back" -> new RollBack(at(words, 1));
      case "rot" -> new Rot(at(words, 1), (int) at(words, 2));
      case "room" -> new Room(at(words, 1), at(words, 2));
      case "transfer" -> new Transfer(at(words, 1));
      case "defragment" -> new Defragment(at(words, 1));
      case "alarm" -> new Alarm(at(words, 1), words.get(2).equals("raise"));
      case "change" -> new Change(Change.What.valueOf(words.get(1)), at(words, 2));
      default -> throw new IllegalArgumentException("no fault '" + line + "'");
    };
  }

  private static long at(List<String> words, int index) {
    return Long.parseLong(words.get(index));
  }
}
