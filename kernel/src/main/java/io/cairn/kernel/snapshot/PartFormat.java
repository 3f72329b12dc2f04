// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.snapshot;

import io.cairn.kernel.records.RevisionKey;
import io.cairn.kernel.state.StoredNumbers;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.WireCursor;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * How parts are encoded: a kind, fields, and four bytes (big endian) of CRC-32C over both. Numbers
 * are varints, bytes have their length in front.
 *
 * <table>
 *   <caption>Parts</caption>
 *   <tr><th>kind</th><th>fields</th></tr>
 *   <tr><td>1 begin</td><td>format, cluster, sender, whether it goes on with what the receiver has,
 *       and then behind which record (key)</td></tr>
 *   <tr><td>2 records</td><td>floor and revision of the view, then per record: main revision less
 *       that of the one before, doubled, plus 1 for a tombstone; sub revision; content</td></tr>
 *   <tr><td>3 survivors</td><td>up to where they reach (key, exclusive), whether these are the last,
 *       and as bytes of their own per record the same without content</td></tr>
 *   <tr><td>4 table</td><td>name, then keys and values</td></tr>
 *   <tr><td>5 end</td><td>applied index and term, revision, floor, freed up to, number of records,
 *       their hash</td></tr>
 * </table>
 */
final class PartFormat {
  /** The version of the format. A receiver refuses others. */
  static final int VERSION = 1;

  static final int BEGIN = 1;
  static final int RECORDS = 2;
  static final int SURVIVORS = 3;
  static final int TABLE = 4;
  static final int END = 5;

  /**
   * What a begin part says.
   *
   * @param behind the record behind which the sender goes on; null if it begins with the first
   */
  record Begin(long cluster, long sender, @Nullable Bytes behind) {
    Bytes encode() {
      PartWriter part = new PartWriter(BEGIN).add(VERSION).add(cluster).add(sender);
      if (behind == null) {
        return part.add(0).finish();
      }
      return part.add(1).add(behind).finish();
    }

    static Begin decode(WireCursor in) {
      long version = in.varint();
      if (version != VERSION) {
        throw in.malformed(
            "the sender uses format " + version + " of states; this version reads " + VERSION);
      }
      long cluster = in.varint();
      long sender = in.varint();
      return new Begin(cluster, sender, in.bool() ? in.bytes() : null);
    }
  }

  /** What an end part says. */
  record End(StoredNumbers numbers, long count, int hash) {
    Bytes encode() {
      return new PartWriter(END)
          .add(numbers.appliedIndex())
          .add(numbers.appliedTerm())
          .add(numbers.revision())
          .add(numbers.compactionFloor())
          .add(numbers.compacted())
          .add(count)
          .add(Integer.toUnsignedLong(hash))
          .finish();
    }

    static End decode(WireCursor in) {
      StoredNumbers numbers =
          new StoredNumbers(in.varint(), in.varint(), in.varint(), in.varint(), in.varint());
      return new End(numbers, in.varint(), (int) in.varint());
    }
  }

  /** Writes and reads keys of records, each as the difference to the one before. */
  @OnLane("snapshot")
  static final class Keys {
    private long main;

    void write(PartWriter part, RevisionKey key) {
      part.add((key.main() - main) << 1 | (key.tombstone() ? 1 : 0)).add(key.sub());
      main = key.main();
    }

    RevisionKey read(WireCursor in) {
      long step = in.varint();
      long sub = in.varint();
      main += step >>> 1;
      if (main < 0 || sub < 0 || sub > Integer.MAX_VALUE) {
        throw in.malformed("a record has a revision out of range");
      }
      return new RevisionKey(main, (int) sub, (step & 1) != 0);
    }
  }

  private PartFormat() {}

  /**
   * A cursor over the kind and fields of a part.
   *
   * @throws IllegalArgumentException if the checksum shows that it is damaged
   */
  static WireCursor open(Bytes part) {
    int length = part.length() - PartWriter.CHECKSUM_BYTES;
    if (length <= 0) {
      throw new IllegalArgumentException("a part of a state has only " + part.length() + " bytes");
    }
    CRC32C crc = new CRC32C();
    crc.update(part.array(), part.offset(), length);
    if (part.slice(length, part.length()).asByteBuffer().getInt() != (int) crc.getValue()) {
      throw new IllegalArgumentException("a part of a state does not match its checksum");
    }
    return new WireCursor(part.slice(0, length));
  }
}
