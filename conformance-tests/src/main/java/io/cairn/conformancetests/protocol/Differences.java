// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.protocol;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where older versions of etcd differ from the rules, which are those of etcd 3.7. */
final class Differences {
  private enum Kind {
    /** The rule fails. */
    DIFFERS,
    /** The test would end the server's process, so that it is not run. */
    ENDS_THE_SERVER
  }

  /**
   * One difference.
   *
   * @param rule of which rule
   * @param below the first version that keeps it, as in {@code 3.7}
   * @param why what older versions do instead
   */
  private record Row(String rule, String below, Kind kind, String why) {
    boolean concerns(String version) {
      return compare(version, below) < 0;
    }
  }

  private static final Pattern DIGITS = Pattern.compile("[0-9]+");
  private static final String NO_RANGE_STREAM = "RangeStream came with 3.7";

  /** Seen of 3.4; of 3.5 and 3.6 what their documentation says. */
  private static final List<Row> ROWS =
      List.of(
          differs("RANGE-8", "3.7", "keys_only keeps the lease"),
          differs("RANGE-15", "3.5", "an end given as no bytes is a range of its own"),
          differs("ORDER-5", "3.5", "an unknown order counts as none"),
          ends("ORDER-7", "3.5", "an unknown target ends the process"),
          differs("STREAM-1", "3.7", NO_RANGE_STREAM),
          differs("STREAM-2", "3.7", NO_RANGE_STREAM),
          differs("STREAM-3", "3.7", NO_RANGE_STREAM),
          differs("STREAM-4", "3.7", NO_RANGE_STREAM),
          differs("STREAM-5", "3.7", NO_RANGE_STREAM),
          differs("STREAM-6", "3.7", NO_RANGE_STREAM),
          differs("WATCH-5", "3.5", "a negative start is accepted"),
          differs("EVENT-12", "3.5.16", "a deletion at the compacted revision is forgotten"),
          differs("MAINT-3", "3.6", "the status has no such fields"),
          differs("MAINT-5", "3.6", "the answer has no such field"),
          differs("MAINT-10", "3.6", "the pieces have no such field"),
          differs("MAINT-13", "3.5", "Downgrade came with 3.5"),
          differs("AUTH-2", "3.7", "AuthStatus came with 3.5, and was for administrators"),
          differs("AUTH-3", "3.5", "a token is refused although authentication is off"),
          differs("HEADER-4", "3.5", "answers about alarms have no header"));

  private Differences() {}

  private static Row differs(String rule, String below, String why) {
    return new Row(rule, below, Kind.DIFFERS, why);
  }

  private static Row ends(String rule, String below, String why) {
    return new Row(rule, below, Kind.ENDS_THE_SERVER, why);
  }

  /** The rules that fail on a server of this version, and why. */
  static Map<String, String> of(String version) {
    Map<String, String> explained = new TreeMap<>();
    for (Row row : ROWS) {
      if (row.kind() == Kind.DIFFERS && row.concerns(version)) {
        explained.put(row.rule(), "before " + row.below() + ": " + row.why());
      }
    }
    return explained;
  }

  /** Why a rule must not be tried on a server of this version, if so. */
  static Optional<String> whatEndsTheServer(String rule, String version) {
    return ROWS.stream()
        .filter(row ->
            row.kind() == Kind.ENDS_THE_SERVER && row.rule().equals(rule) && row.concerns(version))
        .findFirst()
        .map(row -> "before " + row.below() + ": " + row.why());
  }

  /** Compares the numbers of two versions; what is missing counts as 0. */
  static int compare(String one, String other) {
    return Arrays.compare(numbers(one), numbers(other));
  }

  private static int[] numbers(String version) {
    Matcher digits = DIGITS.matcher(version);
    int[] numbers = new int[3];
    for (int i = 0; i < numbers.length && digits.find(); i++) {
      numbers[i] = Integer.parseInt(digits.group());
    }
    return numbers;
  }
}
