// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.environment;

import io.cairn.spi.environment.EventLog;
import io.cairn.spi.environment.ThreadSafe;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Writes events as lines, in the two forms that etcd's logs have: JSON objects with the keys {@code
 * level}, {@code ts}, {@code caller}, {@code msg} and then the event's fields, or the same
 * separated by tabs for people.
 *
 * <p>Each message is written a hundred times a second at most and every hundredth time beyond, so
 * that a fault that repeats does not fill the disk.
 */
@ThreadSafe
public final class JsonEventLog implements EventLog {
  /** The form of a line. */
  public enum Form {
    /** One JSON object. */
    JSON,
    /** Tab-separated columns. */
    CONSOLE
  }

  private static final int PER_SECOND_MAX = 100;
  private static final int MESSAGES_COUNTED_MAX = 1000;
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSSX", Locale.ROOT);
  private static final DateTimeFormatter TIME_WITH_OFFSET =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSSxx", Locale.ROOT);
  private static final StackWalker STACK = StackWalker.getInstance();

  private final List<OutputStream> outputs;
  private final Level least;
  private final Form form;

  // Guarded by this; forgotten every second, so it stays as small as the events of one second.
  private final Map<String, Integer> counts = new HashMap<>();
  private long countedSecond;

  /**
   * A log that writes to all of {@code outputs} what is at least as grave as {@code least}. The
   * outputs remain the caller's to close.
   */
  public JsonEventLog(List<OutputStream> outputs, Level least, Form form) {
    this.outputs = List.copyOf(outputs);
    this.least = least;
    this.form = form;
  }

  @Override
  public boolean writes(Level level) {
    return level.compareTo(least) >= 0;
  }

  @Override
  public void log(Level level, String message, Field... fields) {
    if (!writes(level)) {
      return;
    }
    Instant now = Instant.now();
    String caller = STACK.walk(frames -> caller(frames.iterator()));
    String line =
        switch (form) {
          case JSON -> json(level, now, caller, message, fields);
          case CONSOLE -> console(level, now, caller, message, fields);
        };
    write(level, message, now.getEpochSecond(), line.getBytes(StandardCharsets.UTF_8));
  }

  @SuppressWarnings("EmptyCatch") // See the comment there.
  private synchronized void write(Level level, String message, long second, byte[] line) {
    if (second != countedSecond || counts.size() > MESSAGES_COUNTED_MAX) {
      countedSecond = second;
      counts.clear();
    }
    int count = counts.merge(level + message, 1, Integer::sum);
    if (count > PER_SECOND_MAX && count % PER_SECOND_MAX != 0) {
      return;
    }
    for (OutputStream output : outputs) {
      try {
        output.write(line);
        output.flush();
      } catch (IOException e) {
        // There is nowhere left to say it: a log whose reader has gone must not end the member.
      }
    }
  }

  private static String caller(java.util.Iterator<StackWalker.StackFrame> frames) {
    while (frames.hasNext()) {
      StackWalker.StackFrame frame = frames.next();
      if (!frame.getClassName().endsWith("EventLog")) {
        String inPackage = packageOf(frame.getClassName());
        String folder = inPackage.substring(inPackage.lastIndexOf('.') + 1);
        return folder + "/" + frame.getFileName() + ":" + frame.getLineNumber();
      }
    }
    return "cairn/unknown:0";
  }

  private static String packageOf(String className) {
    int dot = className.lastIndexOf('.');
    return dot < 0 ? "cairn" : className.substring(0, dot);
  }

  private static String json(
      Level level, Instant now, String caller, String message, Field[] fields) {
    StringBuilder out = new StringBuilder(200);
    out.append("{\"level\":\"")
        .append(level.name().toLowerCase(Locale.ROOT))
        .append("\",\"ts\":\"");
    out.append(time(now)).append("\",\"caller\":");
    appendText(out, caller);
    out.append(",\"msg\":");
    appendText(out, message);
    for (Field field : fields) {
      out.append(',');
      appendText(out, field.name());
      out.append(':');
      appendValue(out, field.value());
    }
    return out.append("}\n").toString();
  }

  private static String console(
      Level level, Instant now, String caller, String message, Field[] fields) {
    StringBuilder out = new StringBuilder(200);
    out.append(time(now)).append('\t').append(level.name().toLowerCase(Locale.ROOT)).append('\t');
    out.append(caller).append('\t').append(message.replace('\n', ' '));
    char separator = '{';
    for (Field field : fields) {
      out.append(separator == '{' ? "\t{" : ", ");
      separator = ',';
      appendText(out, field.name());
      out.append(": ");
      appendValue(out, field.value());
    }
    return out.append(fields.length == 0 ? "\n" : "}\n").toString();
  }

  private static String time(Instant now) {
    var local = now.atZone(ZoneId.systemDefault());
    return (local.getOffset().getTotalSeconds() == 0 ? TIME : TIME_WITH_OFFSET).format(local);
  }

  private static void appendValue(StringBuilder out, Object value) {
    switch (value) {
      case Number number -> out.append(number);
      case Boolean flag -> out.append(flag);
      case List<?> list -> {
        out.append('[');
        for (int i = 0; i < list.size(); i++) {
          if (i > 0) {
            out.append(',');
          }
          appendValue(out, list.get(i));
        }
        out.append(']');
      }
      case Throwable failure -> appendText(out, trace(failure));
      default -> appendText(out, value.toString());
    }
  }

  private static String trace(Throwable failure) {
    StringWriter text = new StringWriter();
    failure.printStackTrace(new PrintWriter(text));
    return text.toString().stripTrailing();
  }

  private static void appendText(StringBuilder out, String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          if (c < 0x20 || Character.isSurrogate(c)) {
            out.append(String.format("\\u%04x", (int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }
}
