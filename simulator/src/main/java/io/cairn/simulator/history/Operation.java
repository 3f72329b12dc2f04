// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.history;

/**
 * One call of one client.
 *
 * @param number its number in the history, from 1
 * @param client who called
 * @param member whom it called
 * @param call what was asked
 * @param calledNanos when, in true time
 * @param returnedNanos when the outcome was known, {@link #NEVER} if it is unknown
 * @param outcome what became of it
 */
public record Operation(
    long number,
    int client,
    long member,
    Call call,
    long calledNanos,
    long returnedNanos,
    Outcome outcome) {
  /** The call has not returned. */
  public static final long NEVER = Long.MAX_VALUE;

  /** Whether it was answered. */
  public boolean isOk() {
    return outcome instanceof Outcome.Ok;
  }
}
