// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.snapshot;

import io.cairn.spi.environment.OnLane;
import io.cairn.spi.store.Bytes;
import java.util.zip.CRC32C;

/** Counts and hashes records in key order: CRC-32C over keys and contents. */
@OnLane("snapshot")
final class ContentCheck {
  private final CRC32C crc = new CRC32C();
  private long count;

  void add(Bytes key, Bytes record) {
    crc.update(key.array(), key.offset(), key.length());
    crc.update(record.array(), record.offset(), record.length());
    count++;
  }

  long count() {
    return count;
  }

  int hash() {
    return (int) crc.getValue();
  }
}
