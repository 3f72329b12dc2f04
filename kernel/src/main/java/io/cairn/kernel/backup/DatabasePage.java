// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.backup;

import io.cairn.spi.environment.OnLane;
import io.cairn.spi.store.Bytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A leaf or a branch of a database that is read. Nothing in it is believed: every distance and
 * length is checked against the page, and every page number against the database.
 *
 * <p>The elements are held, and with them as much of the page as fits into {@link #HELD_BYTES}; a
 * key or a value beyond that is read when it is asked for. So a page that claims to be huge costs
 * no memory.
 */
@OnLane("caller")
final class DatabasePage {
  /** The largest key and value together: more than a member takes, and what a heap can hold. */
  static final int ENTRY_BYTES_MAX = 32 << 20;

  private static final int HELD_BYTES = 64 << 10;
  private static final long INLINE = -1;

  private final DatabaseReader database;

  /** Where the page begins in the file, or {@link #INLINE}. */
  private final long at;

  private final String where;
  private final boolean branch;
  private final int count;

  /** The size of the whole page. */
  private final long bytes;

  private final ByteBuffer held;

  /** An entry of a leaf. */
  record Entry(Bytes key, Bytes value, boolean bucket) {}

  private DatabasePage(
      DatabaseReader database, long at, String where, long bytes, ByteBuffer held, boolean branch)
      throws IOException {
    this.database = database;
    this.at = at;
    this.where = where;
    this.bytes = bytes;
    this.held = held;
    this.branch = branch;
    this.count = Short.toUnsignedInt(held.getShort(10));
    if (Pages.HEADER_BYTES + (long) count * Pages.ELEMENT_BYTES > bytes) {
      throw damaged("it has room for fewer than its " + count + " entries");
    }
  }

  /** The page of that number. */
  static DatabasePage read(DatabaseReader database, long number) throws IOException {
    int pageBytes = database.pageBytes();
    String where = "page " + Long.toUnsignedString(number);
    if (number < 2 || number >= database.pageCount()) {
      throw BackupException.damaged(
          where, "something points to it, but the database has " + database.pageCount() + " pages");
    }
    long at = number * pageBytes;
    where += " (byte " + at + ")";
    ByteBuffer first = database.read(at, pageBytes);
    long overflow = Integer.toUnsignedLong(first.getInt(12));
    if (first.getLong(0) != number) {
      throw BackupException.damaged(
          where, "it says that it is page " + Long.toUnsignedString(first.getLong(0)));
    }
    if (overflow >= database.pageCount() - number) {
      throw BackupException.damaged(where, "it goes on beyond the end of the database");
    }
    boolean branch =
        switch (first.getShort(8)) {
          case Pages.BRANCH -> true;
          case Pages.LEAF -> false;
          default ->
              throw BackupException.damaged(
                  where, "it is neither leaf nor branch but of type " + first.getShort(8));
        };
    long bytes = (overflow + 1) * pageBytes;
    long elements =
        Pages.HEADER_BYTES + Short.toUnsignedInt(first.getShort(10)) * (long) Pages.ELEMENT_BYTES;
    long wanted = Math.min(bytes, Math.max(elements, HELD_BYTES));
    ByteBuffer held = wanted <= pageBytes ? first : database.read(at, (int) wanted);
    return new DatabasePage(database, at, where, bytes, held, branch);
  }

  /** The leaf that stands behind the root's number in the value of a small bucket. */
  static DatabasePage inline(DatabaseReader database, String where, Bytes page) throws IOException {
    ByteBuffer held = page.asByteBuffer().slice().order(ByteOrder.LITTLE_ENDIAN);
    if (held.remaining() < Pages.HEADER_BYTES || held.getShort(8) != Pages.LEAF) {
      throw BackupException.damaged(where, "there is no leaf in it");
    }
    return new DatabasePage(database, INLINE, where, held.remaining(), held, false);
  }

  boolean isBranch() {
    return branch;
  }

  int count() {
    return count;
  }

  /** The page under a branch's element. */
  long child(int i) {
    return held.getLong(element(i) + 8);
  }

  /** An entry of a leaf, in arrays of its own. */
  Entry entry(int i) throws IOException {
    int element = element(i);
    int flags = held.getInt(element);
    if (flags != 0 && flags != Pages.BUCKET) {
      throw damaged("entry " + i + " is of kind " + flags);
    }
    long key = element + Integer.toUnsignedLong(held.getInt(element + 4));
    long keyLength = Integer.toUnsignedLong(held.getInt(element + 8));
    long valueLength = Integer.toUnsignedLong(held.getInt(element + 12));
    long elementsEnd = Pages.HEADER_BYTES + (long) count * Pages.ELEMENT_BYTES;
    if (key < elementsEnd || key + keyLength + valueLength > bytes) {
      throw damaged("entry " + i + " lies outside of it");
    }
    if (keyLength + valueLength > ENTRY_BYTES_MAX) {
      throw new BackupException(
          "%s: entry %d has %d bytes; Cairn takes entries of up to %d"
              .formatted(where, i, keyLength + valueLength, ENTRY_BYTES_MAX));
    }
    byte[] both = new byte[(int) (keyLength + valueLength)];
    if (key + both.length <= held.limit()) {
      held.get((int) key, both);
    } else {
      database.read(at + key, ByteBuffer.wrap(both));
    }
    return new Entry(
        Bytes.of(both, 0, (int) keyLength),
        Bytes.of(both, (int) keyLength, (int) valueLength),
        flags == Pages.BUCKET);
  }

  BackupException damaged(String what) {
    return BackupException.damaged(where, what);
  }

  private static int element(int i) {
    return Pages.HEADER_BYTES + i * Pages.ELEMENT_BYTES;
  }
}
