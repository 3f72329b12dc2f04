// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.maintenance;

import io.cairn.spi.environment.OnLane;
import io.cairn.spi.store.Bytes;
import java.util.List;
import java.util.stream.Collectors;

/** Builds a flat JSON object, its members in the order of the calls. */
@OnLane("owner")
final class Json {
  private final StringBuilder out = new StringBuilder("{");

  /** A text. */
  Json text(String name, String value) {
    return member(name, quoted(value));
  }

  /** A list of texts. */
  Json texts(String name, List<String> values) {
    return member(
        name, values.stream().map(Json::quoted).collect(Collectors.joining(",", "[", "]")));
  }

  /** An unsigned number. */
  Json id(String name, long value) {
    return member(name, Long.toUnsignedString(value));
  }

  /** A list of unsigned numbers. */
  Json ids(String name, List<Long> values) {
    return member(
        name,
        values.stream().map(Long::toUnsignedString).collect(Collectors.joining(",", "[", "]")));
  }

  /** True or false. */
  Json flag(String name, boolean value) {
    return member(name, Boolean.toString(value));
  }

  /** The object. */
  Bytes bytes() {
    return Bytes.utf8(out + "}");
  }

  private Json member(String name, String value) {
    if (out.length() > 1) {
      out.append(',');
    }
    out.append(quoted(name)).append(':').append(value);
    return this;
  }

  private static String quoted(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        quoted.append('\\').append(c);
      } else if (c < ' ') {
        quoted.append(String.format("\\u%04x", (int) c));
      } else {
        quoted.append(c);
      }
    }
    return quoted.append('"').toString();
  }
}
