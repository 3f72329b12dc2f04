// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.backup;

import io.cairn.spi.environment.OnLane;
import java.io.IOException;
import java.nio.ByteBuffer;

/** The bytes of a file that is only read and does not change meanwhile. */
@OnLane("caller")
public interface DatabaseBytes {
  /** How many there are. */
  long size() throws IOException;

  /**
   * Fills {@code target} with the bytes from {@code at} on, which are all there.
   *
   * @throws IOException if they cannot be read, or the file has become shorter
   */
  void read(long at, ByteBuffer target) throws IOException;
}
