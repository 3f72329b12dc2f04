// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.run;

import io.cairn.simulator.load.Mix;
import io.cairn.simulator.parts.Knobs;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Everything that is decided before a run. Two runs of one plan by one build are the same, event by
 * event; and a plan says the same when the code has moved on, though the dice within the run then
 * fall otherwise.
 *
 * @param seed what all else is drawn from
 * @param members how many members the cluster begins with
 * @param clients how many clients call
 * @param watchers how many clients watch
 * @param millis how long faults go on
 * @param knobs sizes and periods of members
 * @param mix what clients do
 * @param faults what happens when, ascending
 */
public record Plan(
    long seed,
    int members,
    int clients,
    int watchers,
    long millis,
    Knobs knobs,
    Mix mix,
    List<Fault.Timed> faults) {
  /** Copies the list. */
  public Plan {
    faults = List.copyOf(faults);
  }

  /** The same with other faults. */
  public Plan withFaults(List<Fault.Timed> others) {
    return new Plan(seed, members, clients, watchers, millis, knobs, mix, others);
  }

  /** The same with another load. */
  public Plan withLoad(int otherClients, int otherWatchers, Mix otherMix) {
    return new Plan(seed, members, otherClients, otherWatchers, millis, knobs, otherMix, faults);
  }

  /** The same, shorter. */
  public Plan withMillis(long others) {
    return new Plan(seed, members, clients, watchers, others, knobs, mix, faults);
  }

  /** As the lines of a schedule file. */
  public List<String> format() {
    List<String> lines = new ArrayList<>();
    lines.add("schedule seed=" + seed);
    lines.add(
        "cluster members=%d clients=%d watchers=%d millis=%d"
            .formatted(members, clients, watchers, millis));
    lines.add(
        "knobs %d %d %d %d %d %d %d %d %d %d %d %d %d %d %d"
            .formatted(
                knobs.heartbeatMillis(),
                knobs.electionMillis(),
                knobs.segmentBytes(),
                knobs.entriesForOthers(),
                knobs.appendBytes(),
                knobs.inflight(),
                knobs.windowBytes(),
                knobs.flushOperations(),
                knobs.flushBytes(),
                knobs.flushMillis(),
                knobs.unflushedBytes(),
                knobs.barrierBytes(),
                knobs.progressMillis(),
                knobs.requestMillis(),
                knobs.probePerMille()));
    StringBuilder kinds = new StringBuilder();
    mix.kinds().forEach(kind -> kinds.append(' ').append(kind));
    lines.add("mix keys=%d think=%d%s".formatted(mix.keys(), mix.thinkMicros(), kinds));
    for (Fault.Timed timed : faults) {
      lines.add("at " + timed.atMillis() + " " + timed.fault().text());
    }
    return lines;
  }

  /** What {@link #format} has written; lines that begin with {@code //} say nothing. */
  public static Plan parse(List<String> lines) {
    Fields fields = new Fields();
    List<Fault.Timed> faults = new ArrayList<>();
    int[] knobs = new int[15];
    EnumSet<Mix.Kind> kinds = EnumSet.noneOf(Mix.Kind.class);
    for (String line : lines) {
      List<String> words = List.of(line.strip().split(" +", -1));
      switch (words.getFirst()) {
        case "schedule", "cluster" -> fields.take(words);
        case "knobs" -> {
          for (int i = 0; i < knobs.length; i++) {
            knobs[i] = Integer.parseInt(words.get(i + 1));
          }
        }
        case "mix" -> {
          fields.take(words);
          for (String word : words.subList(1, words.size())) {
            if (!word.contains("=")) {
              kinds.add(Mix.Kind.valueOf(word));
            }
          }
        }
        case "at" ->
            faults.add(
                new Fault.Timed(
                    Long.parseLong(words.get(1)),
                    Fault.parse(String.join(" ", words.subList(2, words.size())))));
        case "", "//" -> {}
        default -> throw new IllegalArgumentException("no line of a schedule: '" + line + "'");
      }
    }
    return new Plan(
        fields.number("seed"),
        (int) fields.number("members"),
        (int) fields.number("clients"),
        (int) fields.number("watchers"),
        fields.number("millis"),
        new Knobs(
            knobs[0], knobs[1], knobs[2], knobs[3], knobs[4], knobs[5], knobs[6], knobs[7],
            knobs[8], knobs[9], knobs[10], knobs[11], knobs[12], knobs[13], knobs[14]),
        new Mix(kinds, (int) fields.number("keys"), (int) fields.number("think")),
        faults);
  }

  /** Words of the form {@code name=number}. */
  private static final class Fields {
    private final Map<String, Long> values = new TreeMap<>();

    void take(List<String> words) {
      for (String word : words) {
        int equals = word.indexOf('=');
        if (equals > 0) {
          values.put(word.substring(0, equals), Long.parseLong(word.substring(equals + 1)));
        }
      }
    }

    long number(String name) {
      Long value = values.get(name);
      if (value == null) {
        throw new IllegalArgumentException("the schedule does not say '" + name + "'");
      }
      return value;
    }
  }
}
