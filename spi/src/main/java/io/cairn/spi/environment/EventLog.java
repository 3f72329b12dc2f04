// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.environment;

/**
 * The member's log: one line per event with named fields, in etcd's form.
 *
 * <p><b>Threads.</b> Any. <b>Blocking.</b> May write to a pipe or file; not for per-request events.
 */
@ThreadSafe
public interface EventLog {
  /** How much an event matters. */
  enum Level {
    /** For developers. */
    DEBUG,
    /** Ordinary life of a member. */
    INFO,
    /** Something an operator may want to act on. */
    WARN,
    /** Something an operator has to act on. */
    ERROR,
    /** The last words of a process. */
    FATAL
  }

  /**
   * A named value of an event.
   *
   * @param name the name as in etcd's logs where it has the event, lower case with hyphens
   * @param value a string, number, boolean or list of these
   */
  record Field(String name, Object value) {}

  /** Whether events of {@code level} are written at all. */
  boolean writes(Level level);

  /** Writes one event. */
  void log(Level level, String message, Field... fields);

  /** Shorthand for a field. */
  static Field field(String name, Object value) {
    return new Field(name, value);
  }

  /** Writes an event of level {@link Level#INFO}. */
  default void info(String message, Field... fields) {
    log(Level.INFO, message, fields);
  }

  /** Writes an event of level {@link Level#WARN}. */
  default void warn(String message, Field... fields) {
    log(Level.WARN, message, fields);
  }

  /** Writes an event of level {@link Level#ERROR}. */
  default void error(String message, Field... fields) {
    log(Level.ERROR, message, fields);
  }
}
