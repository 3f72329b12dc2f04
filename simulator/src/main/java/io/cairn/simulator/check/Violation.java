// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.check;

/**
 * A promise that was broken.
 *
 * @param promise which: an invariant such as {@code I9}, or the checker's letter
 * @param what what was seen and what should have been
 */
public record Violation(String promise, String what) {
  @Override
  public String toString() {
    return promise + ": " + what;
  }
}
