// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.history;

import io.cairn.spi.store.Bytes;
import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The words of a line, taken one by one, and how bytes are written as a word. */
final class Words {
  private static final String PLAIN = "-_.:+";

  private final Deque<String> words;
  private final String line;

  Words(String line) {
    this.line = line;
    List<String> parts = Arrays.asList(line.strip().split(" +", -1));
    this.words = new ArrayDeque<>(line.isBlank() ? List.of() : parts);
  }

  boolean isEmpty() {
    return words.isEmpty();
  }

  String next() {
    String word = words.poll();
    if (word == null) {
      throw malformed("a word is missing");
    }
    return word;
  }

  long number() {
    String word = next();
    try {
      return Long.parseLong(word);
    } catch (NumberFormatException e) {
      throw malformed("not a number: '" + word + "'");
    }
  }

  @Nullable String peek() {
    return words.peek();
  }

  /** Takes the next word if it is this one. */
  boolean take(String word) {
    if (word.equals(words.peek())) {
      words.remove();
      return true;
    }
    return false;
  }

  /** Takes the next word if it is {@code name=...}, and gives what follows; null otherwise. */
  @Nullable String option(String name) {
    String word = words.peek();
    if (word != null && word.startsWith(name + "=")) {
      words.remove();
      return word.substring(name.length() + 1);
    }
    return null;
  }

  long numberOption(String name) {
    String value = option(name);
    return value == null ? 0 : Long.parseLong(value);
  }

  IllegalArgumentException malformed(String what) {
    return new IllegalArgumentException(what + " in '" + line + "'");
  }

  /** Bytes as one word without spaces, {@code =}, {@code /} or {@code ,}. */
  static String word(Bytes bytes) {
    if (bytes.isEmpty()) {
      return "''";
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < bytes.length(); i++) {
      int b = bytes.byteAt(i) & 0xff;
      boolean plain =
          (b >= '0' && b <= '9')
              || (b >= 'A' && b <= 'Z')
              || (b >= 'a' && b <= 'z')
              || (PLAIN.indexOf(b) >= 0 && !(b == '.' && i > 0 && bytes.byteAt(i - 1) == '.'));
      if (plain) {
        text.append((char) b);
      } else {
        text.append('%')
            .append(Character.forDigit(b >> 4, 16))
            .append(Character.forDigit(b & 15, 16));
      }
    }
    return text.toString();
  }

  /** What {@link #word} was made of. */
  static Bytes bytes(String word) {
    if (word.equals("''")) {
      return Bytes.EMPTY;
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int i = 0; i < word.length(); i++) {
      char c = word.charAt(i);
      if (c == '%') {
        out.write(Integer.parseInt(word.substring(i + 1, i + 3), 16));
        i += 2;
      } else {
        out.write(c);
      }
    }
    return Bytes.of(out.toByteArray());
  }
}
