// SPDX-License-Identifier: Apache-2.0
package io.cairn.benchmarks;

import io.cairn.benchmarks.Row.Kind;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What Cairn is to reach in a row.
 *
 * @param figure what is compared with the bound
 * @param first the bound to begin with
 * @param then the bound after that
 */
record Goal(Figure figure, double first, double then) {
  private static final Map<String, Goal> BY_ROW =
      Map.ofEntries(
          Map.entry("put:1", new Goal(Figure.RATIO, 1.2, 1.5)),
          Map.entry("put:64", new Goal(Figure.RATIO, 3, 4)),
          Map.entry("put:256", new Goal(Figure.RATIO, 4, 6)),
          Map.entry("put:1000", new Goal(Figure.RATIO, 4, 6)));
  private static final Map<Kind, Goal> BY_KIND =
      Map.ofEntries(
          Map.entry(Kind.GET, new Goal(Figure.RATIO, 4, 6)),
          Map.entry(Kind.ALLGET, new Goal(Figure.RATIO, 4, 6)),
          Map.entry(Kind.JOIN, new Goal(Figure.OWN_COST, 3, 3)),
          Map.entry(Kind.SGET, new Goal(Figure.RATIO, 4, 6)),
          Map.entry(Kind.RANGE, new Goal(Figure.RATIO, 2, 5)),
          Map.entry(Kind.COLD, new Goal(Figure.RATIO, 1, 2)),
          Map.entry(Kind.PAGE, new Goal(Figure.RATIO, 20, 100)),
          Map.entry(Kind.TXN, new Goal(Figure.RATIO, 8, 15)),
          Map.entry(Kind.CAS, new Goal(Figure.RATIO, 8, 15)),
          Map.entry(Kind.WATCH, new Goal(Figure.RATIO, 4, 8)),
          Map.entry(Kind.COMPACTING, new Goal(Figure.OWN_SHARE, 0.9, 0.97)),
          Map.entry(Kind.COMPACTINGTAIL, new Goal(Figure.OWN_COST, 1.5, 1.5)),
          Map.entry(Kind.MEMORY, new Goal(Figure.COST_RATIO, 0.8, 0.5)),
          Map.entry(Kind.DISK, new Goal(Figure.COST_RATIO, 0.7, 0.4)),
          Map.entry(Kind.START, new Goal(Figure.COST_RATIO, 0.8, 0.4)),
          Map.entry(Kind.RESTART, new Goal(Figure.OWN_COST, 2, 2)),
          Map.entry(Kind.FIRST, new Goal(Figure.RATIO, 0.7, 1)));

  /** What a bound is about. */
  enum Figure {
    /** The ratio to etcd is at least the bound. */
    RATIO,
    /** The ratio to etcd is at most the bound. */
    COST_RATIO,
    /** Cairn's own figure is at least the bound. */
    OWN_SHARE,
    /** Cairn's own figure is at most the bound. */
    OWN_COST
  }

  /** The goal of {@code row}, if there is one. */
  static Optional<Goal> of(Row row) {
    return Optional.ofNullable(BY_ROW.getOrDefault(row.name(), BY_KIND.get(row.kind())));
  }

  /** Whether {@code line} reaches {@code bound}. */
  boolean isReached(Results.Line line, double bound) {
    return switch (figure) {
      case RATIO -> line.ratio() >= bound;
      case COST_RATIO -> line.ratio() <= bound;
      case OWN_SHARE -> line.cairn() >= bound;
      case OWN_COST -> line.cairn() <= bound;
    };
  }

  /** The bounds and how far {@code line} is. */
  String verdict(Results.Line line) {
    String bounds =
        switch (figure) {
          case RATIO -> "ratio >= ";
          case COST_RATIO -> "ratio <= ";
          case OWN_SHARE -> "Cairn >= ";
          case OWN_COST -> "Cairn <= ";
        };
    String reached =
        isReached(line, then)
            ? "both reached"
            : isReached(line, first) ? "first reached" : "missed";
    return String.format(Locale.ROOT, "%s%s, %s: %s", bounds, plain(first), plain(then), reached);
  }

  private static String plain(double bound) {
    return bound == Math.rint(bound) ? Long.toString((long) bound) : Double.toString(bound);
  }
}
