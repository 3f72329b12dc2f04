// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.core;

/** What an entry is for. The codes are written to disk and sent to peers: never renumber. */
public enum EntryKind {
  /** Appended by a new leader so that it can commit what older terms left behind. */
  NOOP(0),
  /** A command of the state machine. */
  COMMAND(1),
  /** A change of membership, whose payload only the state machine understands. */
  CONFIGURATION(2),
  /** Which life of its directory a member is from now on. Known to the engine alone. */
  BINDING(3);

  private final int code;

  EntryKind(int code) {
    this.code = code;
  }

  /** The number by which disk and wire know this kind. */
  public int code() {
    return code;
  }

  /**
   * The kind with the given number.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static EntryKind ofCode(int code) {
    return switch (code) {
      case 0 -> NOOP;
      case 1 -> COMMAND;
      case 2 -> CONFIGURATION;
      case 3 -> BINDING;
      default -> throw new IllegalArgumentException("no entry kind has code " + code);
    };
  }
}
