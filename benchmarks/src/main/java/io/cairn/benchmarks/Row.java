// SPDX-License-Identifier: Apache-2.0
package io.cairn.benchmarks;

import io.cairn.benchmarks.program.UsageException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A row of the comparison, written {@code range1000:16}: what is measured, of which size, with how
 * many requests in flight.
 *
 * @param size keys of a range or page, number of watchers or puts; 0 if the kind has none
 * @param inFlight 0 if the kind has none
 */
record Row(Kind kind, int size, int inFlight) {
  /** Everything that the goals speak of. */
  static final String USUAL =
      "start,first20000:64,put:1,put:64,put:256,put:1000,txn:256,cas:256,watch100:16,"
          + "compacting:64,get:64,sget:256,range100:64,range1000:16,memory,disk,restart,"
          + "cold1000:16,page500:16,slowdisk:64,slowdisk:256";

  /** What a cluster is measured with. */
  static final String OF_CLUSTERS =
      "put:64,put:256,put:1000,allput:256,get:64,get:256,allget:64,allget:256";

  private static final Pattern FORM = Pattern.compile("([a-z]+)([0-9]{0,8})(?::([0-9]{1,6}))?");

  /** What a row measures. */
  enum Kind {
    START(Unit.SECONDS, false, false, "start to first put"),
    FIRST(Unit.PER_SECOND, true, true, "first puts after start"),
    PUT(Unit.PER_SECOND, false, true, "put"),
    ALLPUT(Unit.PER_SECOND, false, true, "put, through all members"),
    TXN(Unit.PER_SECOND, false, true, "txn with one put"),
    CAS(Unit.PER_SECOND, false, true, "compare and swap"),
    WATCH(Unit.EVENTS_PER_SECOND, true, true, "watch, events"),
    COMPACTING(Unit.SHARE, false, true, "put while compacting / put alone"),
    COMPACTINGTAIL(Unit.SHARE, false, true, "its p99 / p99 alone"),
    GET(Unit.PER_SECOND, false, true, "get, linearizable"),
    ALLGET(Unit.PER_SECOND, false, true, "get, linearizable, through all members"),
    SGET(Unit.PER_SECOND, false, true, "get, serializable"),
    RANGE(Unit.PER_SECOND, true, true, "range, warm"),
    MEMORY(Unit.MEGABYTES, false, false, "memory with many keys"),
    DISK(Unit.MEGABYTES, false, false, "disk with many keys"),
    RESTART(Unit.SECONDS, false, false, "restart to ready with many keys"),
    COLD(Unit.PER_SECOND, true, true, "range after restart, each key once"),
    PAGE(Unit.PER_SECOND, true, true, "page of many keys"),
    SLOWDISK(Unit.PER_SECOND, false, true, "put, disk with 5 ms sync"),
    JOIN(Unit.SHARE, true, true, "p99 of put while a member joins / alone"),
    JOINTIME(Unit.SECONDS, true, false, "time until it has joined");

    private final Unit unit;
    private final boolean sized;
    private final boolean loaded;
    private final String meaning;

    Kind(Unit unit, boolean sized, boolean loaded, String meaning) {
      this.unit = unit;
      this.sized = sized;
      this.loaded = loaded;
      this.meaning = meaning;
    }

    Unit unit() {
      return unit;
    }

    String meaning() {
      return meaning;
    }

    /** Whether it is measured together with another kind, and cannot be asked for. */
    private boolean isByproduct() {
      return this == COMPACTINGTAIL || this == JOINTIME;
    }

    private String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** In what a row is measured. */
  enum Unit {
    PER_SECOND("/s"),
    EVENTS_PER_SECOND("ev/s"),
    SECONDS("s"),
    MEGABYTES("MB"),
    SHARE("x");

    private final String label;

    Unit(String label) {
      this.label = label;
    }

    String label() {
      return label;
    }
  }

  /** The rows of that form. */
  static List<Row> parse(List<String> texts) throws UsageException {
    List<Row> rows = new ArrayList<>();
    for (String text : texts) {
      rows.add(parse(text));
    }
    if (rows.isEmpty()) {
      throw new UsageException("no rows to measure");
    }
    return rows;
  }

  private static Row parse(String text) throws UsageException {
    Matcher matcher = FORM.matcher(text);
    for (Kind kind : Kind.values()) {
      if (matcher.matches()
          && kind.label().equals(matcher.group(1))
          && !kind.isByproduct()
          && kind.sized == !matcher.group(2).isEmpty()
          && kind.loaded == (matcher.group(3) != null)) {
        int size = kind.sized ? Integer.parseInt(matcher.group(2)) : 0;
        int inFlight = kind.loaded ? Integer.parseInt(matcher.group(3)) : 0;
        if (size > 0 != kind.sized || inFlight > 0 != kind.loaded) {
          break;
        }
        return new Row(kind, size, inFlight);
      }
    }
    String forms =
        Arrays.stream(Kind.values())
            .filter(kind -> !kind.isByproduct())
            .map(kind -> kind.label() + (kind.sized ? "SIZE" : "") + (kind.loaded ? ":N" : ""))
            .collect(Collectors.joining(", "));
    throw new UsageException("no row '" + text + "'; there are " + forms);
  }

  /** How it is written. */
  String name() {
    return kind.label() + (size == 0 ? "" : size) + (inFlight == 0 ? "" : ":" + inFlight);
  }

  /** The row of the time that it took, measured together with it. */
  Row time() {
    return new Row(Kind.JOINTIME, size, 0);
  }

  /** The row of its latencies, measured together with it. */
  Row tail() {
    return new Row(Kind.COMPACTINGTAIL, 0, inFlight);
  }
}
