// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.environment;

/** Time as a member sees it (X1). */
@ThreadSafe
public interface TimeSource {
  /** Nanoseconds since an arbitrary origin; never goes back. */
  long nanos();

  /**
   * Milliseconds since 1970 as the machine believes; for display and for making ids, never to
   * decide.
   */
  long wallMillis();
}
