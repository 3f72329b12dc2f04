// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.environment;

/**
 * Ends the member when going on could be wrong: a failed sync, a broken invariant, an error nobody
 * may catch.
 */
@ThreadSafe
@FunctionalInterface
public interface ProcessExit {
  /**
   * Reports {@code cause} and ends the process. In a simulation, where only the member ends, the
   * call returns by throwing; it never returns normally.
   *
   * @param what what went wrong, where, and what to do about it
   */
  Error fail(String what, Throwable cause);
}
