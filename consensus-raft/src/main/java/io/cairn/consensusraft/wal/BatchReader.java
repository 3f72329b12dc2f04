// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.wal;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Reads batches out of the content of one segment. The content may be only a part of the segment,
 * as long as it is known where it begins.
 */
final class BatchReader {
  /** Takes the frames of a batch. */
  interface Frames {
    /**
     * One frame.
     *
     * @param payload positioned at the payload and limited to it
     */
    void frame(int kind, byte format, byte flags, long term, long index, ByteBuffer payload);
  }

  private final CRC32C crc = new CRC32C();
  private final ByteBuffer scratch = WalFormat.scratch();
  private final long salt;
  private final ByteBuffer content;
  private final ByteBuffer view;
  private final long base;

  /**
   * A reader of {@code content}, little endian.
   *
   * @param base the offset in the segment at which the content begins
   */
  BatchReader(long salt, ByteBuffer content, long base) {
    this.salt = salt;
    this.content = content;
    this.view = content.duplicate().order(content.order());
    this.base = base;
  }

  /** Whether the header of a batch stands at {@code at} within the content. */
  boolean isHeader(int at) {
    if (at + WalFormat.BATCH_HEADER_BYTES > content.limit()
        || content.getInt(at + WalFormat.BATCH_MAGIC_AT) != WalFormat.BATCH_MAGIC) {
      return false;
    }
    seedWithHeader(at);
    return content.getInt(at) == (int) crc.getValue();
  }

  int chain(int at) {
    return content.getInt(at + WalFormat.BATCH_CHAIN);
  }

  long commit(int at) {
    return content.getLong(at + WalFormat.BATCH_COMMIT);
  }

  /** What was durable when the batch at {@code at} was written. */
  Position durable(int at) {
    return new Position(
        content.getLong(at + WalFormat.BATCH_DURABLE_SEQUENCE),
        content.getLong(at + WalFormat.BATCH_DURABLE_OFFSET));
  }

  /** Where the batch whose header is at {@code at} ends, if its body is whole. */
  int end(int at) {
    return at + WalFormat.BATCH_HEADER_BYTES + content.getInt(at + WalFormat.BATCH_BODY);
  }

  /** Whether all frames of the batch with a good header at {@code at} are as they were written. */
  boolean isWhole(int at) {
    int end = end(at);
    if (end < at || end > content.limit()) {
      return false;
    }
    seedWithHeader(at);
    int frames = content.getInt(at + WalFormat.BATCH_FRAMES);
    int frameAt = at + WalFormat.BATCH_HEADER_BYTES;
    for (int i = 0; i < frames; i++) {
      int length = frameLength(frameAt, end);
      if (length < 0) {
        return false;
      }
      crc.update(view.limit(frameAt + length).position(frameAt + 4));
      if (content.getInt(frameAt) != (int) crc.getValue()) {
        return false;
      }
      frameAt += length;
    }
    return frameAt == end;
  }

  /** The last checksum of the whole batch at {@code at}. */
  int lastChecksum(int at) {
    int frames = content.getInt(at + WalFormat.BATCH_FRAMES);
    int frameAt = at + WalFormat.BATCH_HEADER_BYTES;
    int checksumAt = at;
    for (int i = 0; i < frames; i++) {
      checksumAt = frameAt;
      frameAt += frameLength(frameAt, content.limit());
    }
    return content.getInt(checksumAt);
  }

  /** Hands the frames of the whole batch at {@code at} to {@code target}, in order. */
  void read(int at, Frames target) {
    int frames = content.getInt(at + WalFormat.BATCH_FRAMES);
    int frameAt = at + WalFormat.BATCH_HEADER_BYTES;
    for (int i = 0; i < frames; i++) {
      int payload = frameAt + WalFormat.FRAME_HEADER_BYTES;
      int length = content.getInt(frameAt + WalFormat.FRAME_LENGTH);
      view.limit(payload + length).position(payload);
      target.frame(
          content.get(frameAt + WalFormat.FRAME_KIND) & 0xff,
          content.get(frameAt + WalFormat.FRAME_FORMAT),
          content.get(frameAt + WalFormat.FRAME_FLAGS),
          content.getLong(frameAt + WalFormat.FRAME_TERM),
          content.getLong(frameAt + WalFormat.FRAME_INDEX),
          view);
      frameAt += WalFormat.frameBytes(length);
    }
  }

  private void seedWithHeader(int at) {
    WalFormat.seed(crc, scratch, salt, base + at);
    crc.update(view.limit(at + WalFormat.BATCH_HEADER_BYTES).position(at + 4));
  }

  /** The length of the frame at {@code at} with header and padding, or -1 if it cannot be one. */
  private int frameLength(int at, int end) {
    if (at + WalFormat.FRAME_HEADER_BYTES > end) {
      return -1;
    }
    int payload = content.getInt(at + WalFormat.FRAME_LENGTH);
    if (payload < 0 || payload > end - at - WalFormat.FRAME_HEADER_BYTES) {
      return -1;
    }
    int length = WalFormat.frameBytes(payload);
    return at + length <= end ? length : -1;
  }
}
