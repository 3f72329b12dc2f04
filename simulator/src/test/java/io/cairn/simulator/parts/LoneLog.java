// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.parts;

import io.cairn.spi.consensus.ConfigurationChange;
import io.cairn.spi.environment.Disk;
import io.cairn.spi.environment.DiskFile;
import io.cairn.spi.store.Bytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A log in one file that only grows. Each record is its length, a checksum, its term, its kind and
 * its content; what does not fit its checksum is a write that was cut short, and what came after.
 */
final class LoneLog {
  private static final String DIRECTORY = "member/lone";
  private static final String PATH = DIRECTORY + "/log";
  private static final int FRAME_BYTES = Integer.BYTES + Integer.BYTES;
  private static final int HEADER_BYTES = Long.BYTES + 1;
  private static final byte COMMAND = 0;

  /** The only change that a lone member ever makes: its own beginning. */
  private static final byte ADD_VOTER = 1;

  /** Of entries; either a change or a payload. */
  record Item(long term, @Nullable ConfigurationChange change, @Nullable Bytes payload) {
    Bytes requirePayload() {
      Bytes present = payload;
      if (present == null) {
        throw new IllegalStateException("a change has no payload");
      }
      return present;
    }
  }

  private final DiskFile file;
  private final List<Item> records = new ArrayList<>();
  private long end;

  /** Of the bytes that come next. */
  private int unwritten;

  private LoneLog(DiskFile file) {
    this.file = file;
  }

  static LoneLog open(Disk disk) throws IOException {
    if (!disk.exists(PATH)) {
      disk.createDirectories(DIRECTORY);
      disk.create(PATH).close();
      disk.syncDirectory(DIRECTORY);
    }
    LoneLog log = new LoneLog(disk.open(PATH));
    log.recover();
    return log;
  }

  private void recover() throws IOException {
    while (true) {
      ByteBuffer frame = ByteBuffer.allocate(FRAME_BYTES);
      if (file.read(end, frame) < FRAME_BYTES) {
        break;
      }
      int length = frame.flip().getInt();
      int checksum = frame.getInt();
      if (length < HEADER_BYTES || length > file.size() - end - FRAME_BYTES) {
        break;
      }
      ByteBuffer content = ByteBuffer.allocate(length);
      if (file.read(end + FRAME_BYTES, content) < length || checksum(content.array()) != checksum) {
        break;
      }
      records.add(decode(content.flip()));
      end += FRAME_BYTES + length;
    }
    file.truncate(end);
    writeAgain();
    file.sync();
  }

  /** After a sync has failed, the disk may show what it no longer means to keep. */
  private void writeAgain() throws IOException {
    ByteBuffer all = ByteBuffer.allocate((int) end);
    file.read(0, all);
    file.write(0, all.flip());
  }

  private static int checksum(byte[] content) {
    CRC32C crc = new CRC32C();
    crc.update(content);
    return (int) crc.getValue();
  }

  private static Item decode(ByteBuffer in) {
    long term = in.getLong();
    byte kind = in.get();
    if (kind == COMMAND) {
      return new Item(term, null, rest(in));
    }
    long member = in.getLong();
    return new Item(
        term, new ConfigurationChange(ConfigurationChange.Kind.ADD_VOTER, member, rest(in)), null);
  }

  private static Bytes rest(ByteBuffer in) {
    byte[] bytes = new byte[in.remaining()];
    in.get(bytes);
    return Bytes.of(bytes);
  }

  /** A change as members see it in their log. */
  static Bytes encode(ConfigurationChange change) {
    ByteBuffer out = ByteBuffer.allocate(Long.BYTES + change.context().length());
    out.putLong(change.member()).put(change.context().asByteBuffer());
    return Bytes.of(out.array());
  }

  long size() {
    return records.size();
  }

  long lastTerm() {
    return records.isEmpty() ? 0 : records.getLast().term();
  }

  Item get(long index) {
    return records.get((int) index - 1);
  }

  /** Puts an entry behind the last one; {@link #sync} writes it. */
  void add(Item entry) {
    records.add(entry);
    unwritten++;
  }

  /** Makes everything durable that was added. */
  void sync() throws IOException {
    for (Item entry : records.subList(records.size() - unwritten, records.size())) {
      ConfigurationChange change = entry.change();
      Bytes content = change == null ? entry.requirePayload() : encode(change);
      ByteBuffer out = ByteBuffer.allocate(HEADER_BYTES + content.length());
      out.putLong(entry.term());
      out.put(change == null ? COMMAND : ADD_VOTER);
      out.put(content.asByteBuffer());
      ByteBuffer frame = ByteBuffer.allocate(FRAME_BYTES + out.capacity());
      frame.putInt(out.capacity()).putInt(checksum(out.array())).put(out.flip());
      int bytes = frame.flip().remaining();
      file.write(end, frame);
      end += bytes;
    }
    file.sync();
    unwritten = 0;
  }
}
