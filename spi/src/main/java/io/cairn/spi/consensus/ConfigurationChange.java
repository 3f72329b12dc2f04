// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.consensus;

import io.cairn.spi.store.Bytes;

/**
 * A change of one member.
 *
 * @param kind what happens
 * @param member to whom
 * @param context what the state machine wants to know with it; opaque to the engine
 */
public record ConfigurationChange(Kind kind, long member, Bytes context) {
  /** What can happen to a member. */
  public enum Kind {
    /** A new member that votes. */
    ADD_VOTER,
    /** A new member that only follows. */
    ADD_LEARNER,
    /** A learner becomes a voter. */
    PROMOTE,
    /** The member leaves for good. */
    REMOVE,
    /** Only what the state machine keeps about the member changes. */
    UPDATE
  }
}
