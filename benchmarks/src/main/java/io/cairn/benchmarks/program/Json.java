// SPDX-License-Identifier: Apache-2.0
package io.cairn.benchmarks.program;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Writes maps, lists, texts, numbers and truth values as JSON (RFC 8259). */
public final class Json {
  private final StringBuilder out = new StringBuilder();

  private Json() {}

  /** The text of {@code value}, indented, with a line end at its end. */
  public static String write(Object value) {
    Json json = new Json();
    json.value(value, "\n");
    return json.out.append('\n').toString();
  }

  private void value(Object value, String lineEnd) {
    switch (value) {
      case Map<?, ?> map -> {
        String separator = "{";
        for (Map.Entry<?, ?> entry : map.entrySet()) {
          out.append(separator).append(lineEnd).append("  ");
          text(entry.getKey().toString());
          out.append(": ");
          value(entry.getValue(), lineEnd + "  ");
          separator = ",";
        }
        out.append(map.isEmpty() ? "{" : lineEnd).append('}');
      }
      case List<?> list -> {
        String separator = "[";
        for (Object element : list) {
          out.append(separator).append(lineEnd).append("  ");
          value(element, lineEnd + "  ");
          separator = ",";
        }
        out.append(list.isEmpty() ? "[" : lineEnd).append(']');
      }
      case Double number ->
          // JSON has no word for what is not a number; six digits are more than any figure is
          // worth.
          out.append(Double.isFinite(number) ? String.format(Locale.ROOT, "%.6g", number) : "null");
      case Number number -> out.append(number);
      case Boolean truth -> out.append(truth);
      default -> text(value.toString());
    }
  }

  private void text(String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        default -> {
          if (c < ' ') {
            out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }
}
