// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.consensus;

/** Why a proposal did not come back (C3, C4). */
public enum DropReason {
  /** Too much is waiting already. */
  OVERLOADED,
  /** A configuration change is under way, or the change asked for is not possible now. */
  CHANGE_REFUSED,
  /** Leadership is being transferred, or this member has been removed. */
  DROPPED,
  /** Another entry was committed in its place. */
  REPLACED,
  /** No leader was found in time. */
  NO_LEADER,
  /** The engine has stopped. */
  STOPPED,
  /** It was not applied in time, and may be later: the outcome is unknown. */
  TIMED_OUT
}
