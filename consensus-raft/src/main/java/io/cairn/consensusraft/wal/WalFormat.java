// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.wal;

import io.cairn.consensusraft.core.Configuration;
import io.cairn.consensusraft.core.EntryKind;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/** The layout of the log's files; the package description draws it. */
final class WalFormat {
  static final int VERSION = 1;

  static final int HEADER_BYTES = 512;

  /** Two headers, so that a lost sector cannot hide that a segment was in use. */
  static final int FIRST_BATCH = 2 * HEADER_BYTES;

  static final int BATCH_HEADER_BYTES = 48;
  static final int FRAME_HEADER_BYTES = 32;

  static final long SEGMENT_MAGIC = 0x4c41574e52494143L; // "CAIRNWAL"
  static final int BATCH_MAGIC = 0x48435442; // "BTCH"

  // Offsets within a batch header.
  static final int BATCH_CRC = 0;
  static final int BATCH_MAGIC_AT = 4;
  static final int BATCH_BODY = 8;
  static final int BATCH_FRAMES = 12;
  static final int BATCH_DURABLE_SEQUENCE = 16;
  static final int BATCH_DURABLE_OFFSET = 24;
  static final int BATCH_COMMIT = 32;
  static final int BATCH_CHAIN = 40;

  // Offsets within a frame.
  static final int FRAME_CRC = 0;
  static final int FRAME_LENGTH = 4;
  static final int FRAME_TERM = 8;
  static final int FRAME_INDEX = 16;
  static final int FRAME_KIND = 24;
  static final int FRAME_FORMAT = 25;
  static final int FRAME_FLAGS = 26;

  // Frame kinds beside those of entries. Term and index are those of the subject; the vote of a
  // STATE frame is its index.
  static final int STATE = 16;
  static final int BASE = 17;
  static final int SNAPSHOT = 18;
  static final int SEAL = 19;

  static final String SUFFIX = ".wal";

  private WalFormat() {}

  static String fileName(long sequence) {
    return String.format("%016x%s", sequence, SUFFIX);
  }

  static boolean isEntry(int kind) {
    return kind <= EntryKind.BINDING.code();
  }

  static int frameBytes(int payloadLength) {
    return FRAME_HEADER_BYTES + ((payloadLength + 7) & ~7);
  }

  /** What makes the checksums of one segment unlike those of any other, ever. */
  static long salt(WalIdentity identity, long sequence) {
    long salt = 0x9e3779b97f4a7c15L;
    for (long part :
        new long[] {identity.clusterId(), identity.memberId(), identity.incarnation(), sequence}) {
      salt = (salt ^ part) * 0xbf58476d1ce4e5b9L;
      salt ^= salt >>> 31;
    }
    return salt;
  }

  /** A checksum that has taken in where it is. */
  static void seed(CRC32C crc, ByteBuffer scratch, long salt, long offset) {
    crc.reset();
    scratch.clear().putLong(salt).putLong(offset).flip();
    crc.update(scratch);
  }

  static ByteBuffer scratch() {
    return ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
  }

  static byte[] encode(Configuration configuration) {
    ByteBuffer out =
        ByteBuffer.allocate(4 + configuration.members().size() * 17).order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(configuration.members().size());
    for (Configuration.Member member : configuration.members()) {
      out.putLong(member.id()).putLong(member.incarnation()).put((byte) (member.learner() ? 1 : 0));
    }
    return out.array();
  }

  static Configuration decodeConfiguration(ByteBuffer in) {
    Configuration configuration = Configuration.EMPTY;
    int count = in.getInt();
    for (int i = 0; i < count; i++) {
      long id = in.getLong();
      long incarnation = in.getLong();
      configuration = configuration.with(new Configuration.Member(id, in.get() != 0, incarnation));
    }
    return configuration;
  }
}
