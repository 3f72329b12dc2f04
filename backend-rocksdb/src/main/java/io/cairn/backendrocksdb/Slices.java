// SPDX-License-Identifier: Apache-2.0
package io.cairn.backendrocksdb;

import io.cairn.spi.store.Bytes;
import org.rocksdb.RocksIterator;

/**
 * Copies keys and values out of an iterator, into chunks of the heap that are never written twice:
 * a copy per entry, but no allocation per entry.
 *
 * <p><b>Threads.</b> One at a time.
 */
final class Slices {
  private static final int FIRST_CHUNK_BYTES = 1 << 10;
  private static final int CHUNK_BYTES_MAX = 64 << 10;

  private byte[] chunk = new byte[FIRST_CHUNK_BYTES];
  private int used;

  /** The key that {@code iterator}, which is valid, stands on. */
  Bytes key(RocksIterator iterator) {
    int length = iterator.key(chunk, used, chunk.length - used);
    if (length > chunk.length - used) {
      nextChunk(length);
      iterator.key(chunk, 0, chunk.length);
    }
    return take(length);
  }

  /** The value that {@code iterator}, which is valid, stands on. */
  Bytes value(RocksIterator iterator) {
    int length = iterator.value(chunk, used, chunk.length - used);
    if (length > chunk.length - used) {
      nextChunk(length);
      iterator.value(chunk, 0, chunk.length);
    }
    return take(length);
  }

  /** Leaves the present chunk to those who have slices of it. */
  private void nextChunk(int lengthNeeded) {
    int length = Math.min(CHUNK_BYTES_MAX, chunk.length * 4);
    chunk = new byte[Math.max(length, lengthNeeded)];
    used = 0;
  }

  private Bytes take(int length) {
    Bytes taken = Bytes.of(chunk, used, length);
    used += length;
    return taken;
  }
}
