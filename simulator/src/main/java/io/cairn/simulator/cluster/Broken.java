// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.cluster;

/** An invariant of the cluster does not hold; ends the simulation. */
public final class Broken extends Error {
  private static final long serialVersionUID = 1L;

  private final String invariant;

  /** Names the invariant, such as {@code I1}, and what was seen. */
  public Broken(String invariant, String what) {
    super(invariant + ": " + what);
    this.invariant = invariant;
  }

  /** The same, because of something that was thrown. */
  public Broken(String invariant, String what, Throwable cause) {
    super(invariant + ": " + what + ": " + cause, cause);
    this.invariant = invariant;
  }

  /** Which. */
  public String invariant() {
    return invariant;
  }

  /** Whether something did not happen in time, rather than happened wrongly. */
  public boolean isAboutProgress() {
    return invariant.startsWith("L");
  }
}
