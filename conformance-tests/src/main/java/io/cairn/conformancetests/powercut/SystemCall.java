// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.powercut;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A call of the kernel that has ended, as {@code strace -f -xx} shows it.
 *
 * <p>A thread stands still while its call is noted, so a call takes effect after the moment {@code
 * begun} and before the moment {@code ended}, which are line numbers.
 *
 * @param plain the arguments, without what was between quotes
 * @param quoted what was between quotes
 * @param result negative if it failed
 */
record SystemCall(
    String name, List<String> plain, List<byte[]> quoted, long result, long begun, long ended) {
  private static final String UNFINISHED = " <unfinished ...>";
  private static final String RESUMED = " resumed>";
  private static final String CLOSE = "close(";

  private record Begun(String text, long line) {}

  /**
   * Reads a record; calls come in the order in which they ended, but closing in that in which it
   * began. Returns the number of lines.
   */
  static long readAll(Path record, Consumer<SystemCall> calls) throws IOException {
    Map<String, Begun> unfinished = new LinkedHashMap<>();
    long number = 0;
    try (BufferedReader lines = Files.newBufferedReader(record, ISO_8859_1)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        number++;
        int space = line.indexOf(' ');
        String thread = line.substring(0, Math.max(0, space));
        String text = line.substring(space + 1).stripLeading();
        long begun = number;
        if (text.startsWith("<... ")) {
          Begun first = unfinished.remove(thread);
          int rest = text.indexOf(RESUMED);
          if (first == null || rest < 0) {
            throw new IOException("line %d ends a call that did not begin".formatted(number));
          }
          begun = first.line();
          text = first.text() + text.substring(rest + RESUMED.length());
          if (text.startsWith(CLOSE)) {
            continue;
          }
        } else if (text.endsWith(UNFINISHED)) {
          text = text.substring(0, text.length() - UNFINISHED.length());
          unfinished.put(thread, new Begun(text, number));
          if (text.startsWith(CLOSE)) {
            // The descriptor is free from now on: another thread may have it before this one ends.
            calls.accept(
                parse(text + ") = 0", CLOSE.length() - 1, text.length() + 1, begun, number));
          }
          continue;
        }
        int open = text.indexOf('(');
        int end = text.lastIndexOf(" = ");
        if (open > 0 && end > open && text.charAt(0) >= 'a' && text.charAt(0) <= 'z') {
          calls.accept(parse(text, open, end, begun, number));
        }
      }
    }
    return number;
  }

  private static SystemCall parse(String text, int open, int end, long begun, long ended) {
    StringBuilder plain = new StringBuilder();
    List<byte[]> quoted = new ArrayList<>();
    int at = open + 1;
    int close = text.lastIndexOf(')', end);
    while (at < close) {
      int quote = text.indexOf('"', at);
      if (quote < 0 || quote >= close) {
        plain.append(text, at, close);
        break;
      }
      plain.append(text, at, quote);
      int closing = text.indexOf('"', quote + 1);
      quoted.add(bytes(text, quote + 1, closing));
      at = closing + 1;
    }
    String result = text.substring(end + 3).split(" ", 2)[0];
    return new SystemCall(
        text.substring(0, open),
        Arrays.stream(plain.toString().split(",", -1)).map(String::strip).toList(),
        quoted,
        result.startsWith("0x") ? 0 : result.equals("?") ? -1 : Long.parseLong(result),
        begun,
        ended);
  }

  /** Everything comes as {@code \x41}. */
  private static byte[] bytes(String text, int from, int to) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream((to - from) / 4);
    for (int i = from; i < to; i += 4) {
      bytes.write(
          Character.digit(text.charAt(i + 2), 16) << 4 | Character.digit(text.charAt(i + 3), 16));
    }
    return bytes.toByteArray();
  }

  /** A number among the plain arguments. */
  long number(int position) {
    return Long.decode(plain.get(position));
  }

  /** The last number, or the one before it, and so on. */
  long numberFromEnd(int position) {
    return number(plain.size() - 1 - position);
  }

  boolean says(String flag) {
    return plain.stream().anyMatch(argument -> List.of(argument.split("\\|", -1)).contains(flag));
  }

  Path path(int position) {
    return Path.of(new String(quoted.get(position), UTF_8)).normalize();
  }

  /** All that is between quotes, one behind the other. */
  byte[] data() {
    if (quoted.size() == 1) {
      return quoted.getFirst();
    }
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    quoted.forEach(all::writeBytes);
    return all.toByteArray();
  }
}
