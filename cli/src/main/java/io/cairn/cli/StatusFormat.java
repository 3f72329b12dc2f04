// SPDX-License-Identifier: Apache-2.0
package io.cairn.cli;

import io.cairn.kernel.restore.BackupStatus;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The forms in which etcdutl prints the status of a backup. */
final class StatusFormat {
  private static final List<String> HEADERS =
      List.of("HASH", "REVISION", "TOTAL KEYS", "TOTAL SIZE", "VERSION");
  private static final List<String> UNITS = List.of("B", "kB", "MB", "GB", "TB", "PB", "EB");

  private StatusFormat() {}

  /** The form of that name. */
  static Function<BackupStatus, String> of(String name) throws ToolException {
    return switch (name) {
      case "simple" -> status -> String.join(", ", cells(status)) + "\n";
      case "json" -> StatusFormat::json;
      case "fields" -> StatusFormat::fields;
      case "table" -> StatusFormat::table;
      case "protobuf" ->
          throw new ToolException("protobuf not supported as output format", ToolException.FORMAT);
      default -> throw new ToolException("unsupported output format", ToolException.FORMAT);
    };
  }

  private static List<String> cells(BackupStatus status) {
    return List.of(
        Integer.toHexString(status.hash()),
        Long.toString(status.revision()),
        Long.toString(status.keys()),
        size(status.bytes()),
        status.version());
  }

  private static String json(BackupStatus status) {
    return "{\"hash\":%s,\"revision\":%d,\"totalKey\":%d,\"totalSize\":%d,\"version\":%s}\n"
        .formatted(
            Integer.toUnsignedString(status.hash()),
            status.revision(),
            status.keys(),
            status.bytes(),
            JsonText.of(status.version()));
  }

  private static String fields(BackupStatus status) {
    return """
    "Hash" : %s
    "Revision" : %d
    "Keys" : %d
    "Size" : %d
    "Version" : %s
    """
        .formatted(
            Integer.toUnsignedString(status.hash()),
            status.revision(),
            status.keys(),
            status.bytes(),
            status.version());
  }

  private static String table(BackupStatus status) {
    List<String> cells = cells(status);
    List<Integer> widths =
        IntStream.range(0, cells.size())
            .mapToObj(i -> Math.max(HEADERS.get(i).length(), cells.get(i).length()))
            .toList();
    return rule(widths, "┌", "┬", "┐")
        + row(widths, i -> centred(HEADERS.get(i), widths.get(i)))
        + rule(widths, "├", "┼", "┤")
        + row(widths, i -> " ".repeat(widths.get(i) - cells.get(i).length()) + cells.get(i))
        + rule(widths, "└", "┴", "┘");
  }

  private static String rule(List<Integer> widths, String left, String middle, String right) {
    return widths.stream()
        .map(width -> "─".repeat(width + 2))
        .collect(Collectors.joining(middle, left, right + "\n"));
  }

  private static String row(List<Integer> widths, Function<Integer, String> cell) {
    return IntStream.range(0, widths.size())
        .mapToObj(i -> " " + cell.apply(i) + " ")
        .collect(Collectors.joining("│", "│", "│\n"));
  }

  private static String centred(String text, int width) {
    int left = (width - text.length()) / 2;
    return " ".repeat(left) + text + " ".repeat(width - text.length() - left);
  }

  /** A size in steps of 1000, with two digits at least. */
  static String size(long bytes) {
    double value = bytes;
    int unit = 0;
    while (value >= 1000 && unit < UNITS.size() - 1) {
      value /= 1000;
      unit++;
    }
    double rounded = Math.floor(value * 10 + 0.5) / 10;
    String digits = unit == 0 || rounded >= 10 ? "%.0f" : "%.1f";
    return String.format(Locale.ROOT, digits, rounded) + " " + UNITS.get(unit);
  }
}
