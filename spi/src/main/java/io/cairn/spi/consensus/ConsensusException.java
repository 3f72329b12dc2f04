// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.consensus;

/** A consensus engine could not do what was asked. */
public final class ConsensusException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What kind of failure it is. */
  public enum Kind {
    /** The leader changed while a read waited. */
    LEADER_CHANGED,
    /** The request timeout passed. */
    TIMED_OUT,
    /** The target of a transfer is not a voter, or this member does not lead. */
    TRANSFER_REFUSED,
    /** The engine has stopped. */
    STOPPED,
    /** The log cannot be opened. */
    LOG
  }

  private final Kind kind;

  /** Says what was wanted, what was found and what would help. */
  public ConsensusException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  /** Says the same, and what caused it. */
  public ConsensusException(Kind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  /** What kind of failure it is. */
  public Kind kind() {
    return kind;
  }
}
