// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.environment;

import io.cairn.spi.environment.ThreadSafe;
import io.cairn.spi.environment.TimeSource;

/** The machine's clocks. */
@ThreadSafe
public final class SystemTime implements TimeSource {
  @Override
  public long nanos() {
    return System.nanoTime();
  }

  @Override
  public long wallMillis() {
    return System.currentTimeMillis();
  }
}
