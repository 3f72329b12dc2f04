// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.store;

/**
 * An alarm that is raised.
 *
 * @param memberId the member that it concerns, 0 if that cannot be told
 * @param kind what is wrong
 */
public record Alarm(long memberId, Kind kind) {
  /** What can be wrong. */
  public enum Kind {
    /** Nothing; in a question: anything. */
    NONE,
    /** A member has reached its quota. */
    NOSPACE,
    /** Members disagree on what is stored. */
    CORRUPT,
    /** A number that is not known (V10). */
    UNKNOWN
  }

  /** What can be done about alarms. */
  public enum Action {
    /** List them. */
    GET,
    /** Raise one. */
    ACTIVATE,
    /** End one. */
    DEACTIVATE,
    /** A number that is not known (V10). */
    UNKNOWN
  }
}
