// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.consensus;

import io.cairn.spi.consensus.AppliedPoint;
import io.cairn.spi.consensus.Configuration;
import io.cairn.spi.store.Bytes;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** How a state travels: {@code number|text|...} for each text, {@code number|point|...} at last. */
final class StatePart {
  private StatePart() {}

  static Bytes ofText(int number, String text) {
    return Bytes.utf8(number + "|text|" + text);
  }

  static Bytes ofPoint(int number, AppliedPoint point) {
    Configuration members = point.configuration();
    return Bytes.utf8(
        "%d|point|%d|%d|%s|%s"
            .formatted(
                number,
                point.index(),
                point.term(),
                join(members.voters()),
                join(members.learners())));
  }

  static int number(Bytes part) {
    return Integer.parseInt(part.toUtf8().split("\\|", 2)[0]);
  }

  static boolean isPoint(Bytes part) {
    return part.toUtf8().split("\\|", -1)[1].equals("point");
  }

  static String text(Bytes part) {
    return part.toUtf8().split("\\|", 3)[2];
  }

  static AppliedPoint point(Bytes part) {
    String[] fields = part.toUtf8().split("\\|", -1);
    return new AppliedPoint(
        Long.parseLong(fields[2]),
        Long.parseLong(fields[3]),
        new Configuration(split(fields[4]), split(fields[5])));
  }

  private static String join(List<Long> ids) {
    return ids.stream().map(String::valueOf).collect(Collectors.joining(","));
  }

  private static List<Long> split(String ids) {
    return Stream.of(ids.split(",", -1)).filter(id -> !id.isEmpty()).map(Long::parseLong).toList();
  }
}
