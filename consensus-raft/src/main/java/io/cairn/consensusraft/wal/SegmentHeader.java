// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.wal;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * What a segment in use begins with, twice.
 *
 * @param previousEnd where the log ended in the segment before when this one was taken into use
 * @param chain the last checksum there
 */
record SegmentHeader(WalIdentity identity, long sequence, Position previousEnd, int chain) {

  private static final int USED_BYTES = WalFormat.HEADER_BYTES;

  /** Writes both copies at the buffer's position, which must be 0, and moves it behind them. */
  void write(ByteBuffer out) {
    for (int copy = 0; copy < 2; copy++) {
      int at = copy * WalFormat.HEADER_BYTES;
      out.putLong(at + 4, WalFormat.SEGMENT_MAGIC);
      out.putInt(at + 12, WalFormat.VERSION);
      out.putInt(at + 16, 0); // The key that the segment is encrypted with; none yet.
      out.putLong(at + 24, identity.clusterId());
      out.putLong(at + 32, identity.memberId());
      out.putLong(at + 40, identity.incarnation());
      out.putLong(at + 48, sequence);
      out.putLong(at + 56, WalFormat.salt(identity, sequence));
      out.putLong(at + 64, previousEnd.sequence());
      out.putLong(at + 72, previousEnd.offset());
      out.putInt(at + 80, chain);
      for (int i = at + 84; i < at + WalFormat.HEADER_BYTES; i++) {
        out.put(i, (byte) 0);
      }
      out.putInt(at + 20, 0);
      out.putInt(at, checksum(out, at));
    }
    out.position(WalFormat.FIRST_BATCH);
  }

  /** The header of a segment as read from its file, or null if neither copy is whole. */
  static @Nullable SegmentHeader read(String file, ByteBuffer in) throws WalDamagedException {
    for (int copy = 0; copy < 2; copy++) {
      int at = copy * WalFormat.HEADER_BYTES;
      if (in.getLong(at + 4) != WalFormat.SEGMENT_MAGIC || in.getInt(at) != checksum(in, at)) {
        continue;
      }
      int version = in.getInt(at + 12);
      if (version != WalFormat.VERSION) {
        throw new WalDamagedException(
            file, at, "format version " + version + " instead of " + WalFormat.VERSION);
      }
      WalIdentity identity =
          new WalIdentity(in.getLong(at + 24), in.getLong(at + 32), in.getLong(at + 40));
      long sequence = in.getLong(at + 48);
      Position previous = new Position(in.getLong(at + 64), in.getLong(at + 72));
      return new SegmentHeader(identity, sequence, previous, in.getInt(at + 80));
    }
    return null;
  }

  private static int checksum(ByteBuffer buffer, int at) {
    CRC32C crc = new CRC32C();
    crc.update(buffer.duplicate().limit(at + USED_BYTES).position(at + 4));
    return (int) crc.getValue();
  }
}
