// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.runtime;

import io.cairn.consensusraft.runtime.PeerRecords.Seen;
import io.cairn.spi.environment.Disk;
import io.cairn.spi.environment.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/**
 * The file {@code PEERS} beside the log: version, count, then for each member id, incarnation, boot
 * and acknowledged index (8 bytes each, big endian), and a CRC-32C. It is replaced as a whole, so
 * it is old or new after a crash.
 */
final class PeerRecordFile {
  private static final int VERSION = 1;
  private static final int HEAD_BYTES = 8;
  private static final int RECORD_BYTES = 40;
  private static final int TAIL_BYTES = 8;

  private final Disk disk;
  private final String directory;

  PeerRecordFile(Disk disk, String directory) {
    this.disk = disk;
    this.directory = directory;
  }

  Map<Long, Seen> read() throws IOException {
    Map<Long, Seen> result = new TreeMap<>();
    if (!disk.exists(path())) {
      return result;
    }
    ByteBuffer in;
    try (DiskFile file = disk.open(path())) {
      in = ByteBuffer.allocate((int) Math.min(file.size(), 1 << 20));
      while (in.hasRemaining() && file.read(in.position(), in) >= 0) {}
    }
    in.flip();
    if (in.remaining() < HEAD_BYTES + TAIL_BYTES || in.getLong(in.limit() - 8) != checksum(in)) {
      throw new IOException("'" + path() + "' is damaged; remove this member, then add it again");
    }
    int version = in.getInt();
    if (version != VERSION) {
      throw new IOException("'" + path() + "' is of version " + version + ", wanted " + VERSION);
    }
    for (int count = in.getInt(); count > 0; count--) {
      result.put(in.getLong(), new Seen(in.getLong(), in.getLong(), in.getLong(), in.getLong()));
    }
    return result;
  }

  void write(Map<Long, Seen> records) throws IOException {
    ByteBuffer out = ByteBuffer.allocate(HEAD_BYTES + records.size() * RECORD_BYTES + TAIL_BYTES);
    out.putInt(VERSION).putInt(records.size());
    records.forEach((id, seen) ->
        out.putLong(id)
            .putLong(seen.incarnation())
            .putLong(seen.boot())
            .putLong(seen.acknowledged())
            .putLong(seen.acknowledgedBoot()));
    out.putLong(0).flip();
    out.putLong(out.limit() - TAIL_BYTES, checksum(out));
    String fresh = path() + ".new";
    disk.remove(fresh);
    try (DiskFile file = disk.create(fresh)) {
      file.write(0, out);
      file.sync();
    }
    disk.rename(fresh, path());
    disk.syncDirectory(directory);
  }

  private String path() {
    return directory + "/PEERS";
  }

  private static long checksum(ByteBuffer content) {
    CRC32C crc = new CRC32C();
    crc.update(content.duplicate().position(0).limit(content.limit() - TAIL_BYTES));
    return crc.getValue();
  }
}
