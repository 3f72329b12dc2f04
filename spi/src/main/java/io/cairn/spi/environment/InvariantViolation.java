// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.environment;

/** Something that must never happen did: a mistake of ours. It ends the process. */
public final class InvariantViolation extends Error {
  private static final long serialVersionUID = 1L;

  /** Says what should have held and what was found. */
  public InvariantViolation(String message) {
    super(message);
  }

  /** Throws unless {@code holds}. The message is a constant, so that checking costs nothing. */
  public static void check(boolean holds, String message) {
    if (!holds) {
      throw new InvariantViolation(message);
    }
  }
}
