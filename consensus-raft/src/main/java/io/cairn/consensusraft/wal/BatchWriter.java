// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.wal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * Encodes one batch after another into one buffer outside the heap, from which the file is written
 * without another copy.
 */
final class BatchWriter {
  private final CRC32C crc = new CRC32C();
  private final ByteBuffer scratch = WalFormat.scratch();
  private ByteBuffer buffer;
  private int batchAt;
  private int frames;

  BatchWriter(int initialBytes) {
    buffer = allocate(initialBytes);
  }

  /** What the buffer holds, in bytes. */
  int size() {
    return buffer.position();
  }

  /** Begins a batch at the buffer's start, behind {@code header} if there is one. */
  void begin(SegmentHeader header) {
    buffer.clear();
    header.write(buffer);
    beginBatch();
  }

  void begin() {
    buffer.clear();
    beginBatch();
  }

  private void beginBatch() {
    batchAt = buffer.position();
    frames = 0;
    buffer.position(batchAt + WalFormat.BATCH_HEADER_BYTES);
  }

  void add(
      int kind,
      byte format,
      byte flags,
      long term,
      long index,
      byte[] payload,
      int from,
      int length) {
    int size = WalFormat.frameBytes(length);
    if (buffer.remaining() < size) {
      grow(size);
    }
    int at = buffer.position();
    buffer.putInt(at + WalFormat.FRAME_LENGTH, length);
    buffer.putLong(at + WalFormat.FRAME_TERM, term);
    buffer.putLong(at + WalFormat.FRAME_INDEX, index);
    // The upper half holds the id of the key that the payload is encrypted with; none yet.
    buffer.putLong(at + WalFormat.FRAME_KIND, kind | (format & 0xffL) << 8 | (flags & 0xffL) << 16);
    // The last word first: its unused bytes become zeros.
    if ((length & 7) != 0) {
      buffer.putLong(at + size - 8, 0);
    }
    buffer.put(at + WalFormat.FRAME_HEADER_BYTES, payload, from, length);
    buffer.position(at + size);
    frames++;
  }

  /**
   * Completes the batch and makes the buffer ready to be written at {@code offset}.
   *
   * @param batchOffset where the batch, without a segment header before it, will stand
   * @return the last checksum, the chain of the next batch
   */
  int finish(long salt, long batchOffset, Position durable, long commit, int chain) {
    int end = buffer.position();
    buffer.putInt(batchAt + WalFormat.BATCH_MAGIC_AT, WalFormat.BATCH_MAGIC);
    buffer.putInt(batchAt + WalFormat.BATCH_BODY, end - batchAt - WalFormat.BATCH_HEADER_BYTES);
    buffer.putInt(batchAt + WalFormat.BATCH_FRAMES, frames);
    buffer.putLong(batchAt + WalFormat.BATCH_DURABLE_SEQUENCE, durable.sequence());
    buffer.putLong(batchAt + WalFormat.BATCH_DURABLE_OFFSET, durable.offset());
    buffer.putLong(batchAt + WalFormat.BATCH_COMMIT, commit);
    buffer.putLong(batchAt + WalFormat.BATCH_CHAIN, chain & 0xffffffffL);
    WalFormat.seed(crc, scratch, salt, batchOffset);
    int at = batchAt;
    int length = WalFormat.BATCH_HEADER_BYTES;
    int checksum = 0;
    for (int frame = 0; frame <= frames; frame++) {
      crc.update(buffer.limit(at + length).position(at + 4));
      checksum = (int) crc.getValue();
      buffer.putInt(at, checksum);
      at += length;
      if (frame < frames) {
        buffer.limit(buffer.capacity());
        length = WalFormat.frameBytes(buffer.getInt(at + WalFormat.FRAME_LENGTH));
      }
    }
    buffer.limit(end).position(0);
    frames = 0;
    return checksum;
  }

  /** The bytes to write, once finished. */
  ByteBuffer buffer() {
    return buffer;
  }

  private void grow(int size) {
    int needed = buffer.position() + size;
    ByteBuffer larger =
        allocate(Math.max(buffer.capacity() * 2, Integer.highestOneBit(needed) * 2));
    larger.put(buffer.flip());
    buffer = larger;
  }

  private static ByteBuffer allocate(int bytes) {
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
