// SPDX-License-Identifier: Apache-2.0
package io.cairn.distribution;

import io.cairn.spi.environment.EventLog;
import io.netty.handler.codec.http2.Http2Exception;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/**
 * Takes what libraries say through {@code java.util.logging}, gRPC and Netty first of all, into the
 * member's own log, so that the process prints nothing but that log's lines.
 *
 * <p>Libraries tell at length of every connection that breaks; only their warnings are written,
 * unless the member's log is for developers. What a client did wrong in HTTP/2, such as leaving
 * while answers were under way, is for developers even if gRPC warns of it: no operator can do
 * anything about it. <b>Threads.</b> Any.
 */
final class LibraryLog extends Handler {
  private final EventLog log;
  private final Formatter text = new SimpleFormatter();

  private LibraryLog(EventLog log) {
    this.log = log;
  }

  /** From now on {@code log} gets what libraries say, and nobody else does. */
  static void install(EventLog log) {
    Logger root = Logger.getLogger("");
    for (Handler other : root.getHandlers()) {
      root.removeHandler(other);
    }
    root.addHandler(new LibraryLog(log));
    root.setLevel(log.writes(EventLog.Level.DEBUG) ? Level.ALL : Level.WARNING);
  }

  @Override
  public void publish(LogRecord record) {
    if (!isLoggable(record)) {
      return;
    }
    List<EventLog.Field> fields = new ArrayList<>();
    fields.add(EventLog.field("logger", String.valueOf(record.getLoggerName())));
    Throwable thrown = record.getThrown();
    if (thrown != null) {
      fields.add(EventLog.field("error", thrown));
    }
    log.log(
        thrown instanceof Http2Exception ? EventLog.Level.DEBUG : levelOf(record.getLevel()),
        String.valueOf(text.formatMessage(record)),
        fields.toArray(new EventLog.Field[0]));
  }

  private static EventLog.Level levelOf(Level level) {
    int value = level.intValue();
    if (value >= Level.SEVERE.intValue()) {
      return EventLog.Level.ERROR;
    }
    if (value >= Level.WARNING.intValue()) {
      return EventLog.Level.WARN;
    }
    return value >= Level.INFO.intValue() ? EventLog.Level.INFO : EventLog.Level.DEBUG;
  }

  @Override
  public void flush() {
    // The member's log keeps nothing back.
  }

  @Override
  public void close() {
    // The member's log is not this handler's to close.
  }
}
