// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.backup;

import io.cairn.spi.environment.InvariantViolation;
import io.cairn.spi.store.Bytes;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The pages of a bbolt database, version 2; all numbers are little endian.
 *
 * <p>A page is 4096 bytes, or a multiple for one that does not fit ("overflow" counts the
 * additional ones). It begins with its number (8 bytes), its type (2), how many elements it has (2)
 * and the overflow (4). Pages 0 and 1 are meta pages; the valid one with the higher transaction
 * number counts. A leaf has one element of 16 bytes per entry (flags, distance from the element to
 * the key, length of key, length of value; 4 bytes each), then keys and values. A branch has one
 * element of 16 bytes per child (distance to the key, length of key, 4 bytes each; page number, 8),
 * then the keys, each the first of its child.
 *
 * <p>The entries of the root are the buckets, marked by flag 1: name to page number of the bucket's
 * own root and a sequence number (8 bytes each). A bucket whose root is 0 has its page inline,
 * behind these 16 bytes.
 */
final class Pages {
  static final int PAGE_BYTES = 4096;
  static final int HEADER_BYTES = 16;
  static final int ELEMENT_BYTES = 16;

  static final short BRANCH = 0x01;
  static final short LEAF = 0x02;
  private static final short META = 0x04;
  private static final short FREE_LIST = 0x10;
  static final int BUCKET = 0x01;

  /** What tells where a bucket is: the number of its root, and a sequence number. */
  static final int BUCKET_BYTES = 16;

  private static final int MAGIC = 0xED0CDAED;
  private static final int VERSION = 2;
  static final int META_BYTES = 64;

  /** What comes before the first bucket: two meta pages, the list of free pages, the root. */
  static final int FREE_LIST_PAGE = 2;

  static final int ROOT_PAGE = 3;
  static final int FIRST_BUCKET_PAGE = 4;

  /** bbolt writes the next transaction's meta to the page of its number's parity. */
  private static final long TRANSACTION = 2;

  private Pages() {}

  /** A named bucket and the page of its root, 0 for an empty one. */
  record Bucket(Bytes name, long rootPage) {}

  /** An entry of a branch: the first key under a page. */
  record Child(Bytes firstKey, long page) {}

  /**
   * What a meta page says.
   *
   * @param root the page of the root
   * @param end the number behind the last page
   * @param transaction the number of the transaction that wrote it
   */
  record Meta(int pageBytes, long root, long end, long transaction) {}

  /** How many pages {@code bytes} take. */
  static long count(long bytes) {
    return (bytes + PAGE_BYTES - 1) / PAGE_BYTES;
  }

  /** Writes the pages before the first bucket; {@code end} is the number behind the last page. */
  static void writeFront(PageOutput out, List<Bucket> buckets, long end) {
    writeMeta(out, 0, TRANSACTION, end);
    writeMeta(out, 1, TRANSACTION - 1, end);
    ByteBuffer free = page(FREE_LIST_PAGE, FREE_LIST, 0, 0);
    write(out, free);
    writeRoot(out, buckets);
  }

  private static void writeMeta(PageOutput out, int number, long transaction, long end) {
    ByteBuffer page = page(number, META, 0, 0);
    page.putInt(MAGIC).putInt(VERSION).putInt(PAGE_BYTES).putInt(0);
    page.putLong(ROOT_PAGE).putLong(0);
    page.putLong(FREE_LIST_PAGE).putLong(end).putLong(transaction);
    page.putLong(fnv1a(page.array(), page.arrayOffset() + HEADER_BYTES, META_BYTES - Long.BYTES));
    write(out, page);
  }

  /** What a meta page says that begins where {@code page} does; null if it is not a whole one. */
  static @Nullable Meta readMeta(ByteBuffer page) {
    byte[] meta = new byte[META_BYTES];
    page.get(page.position() + HEADER_BYTES, meta);
    ByteBuffer in = ByteBuffer.wrap(meta).order(ByteOrder.LITTLE_ENDIAN);
    boolean whole =
        in.getInt(0) == MAGIC
            && in.getInt(4) == VERSION
            && in.getLong(META_BYTES - Long.BYTES) == fnv1a(meta, 0, META_BYTES - Long.BYTES);
    return whole ? new Meta(in.getInt(8), in.getLong(16), in.getLong(40), in.getLong(48)) : null;
  }

  /** A leaf without entries, as it stands in an empty bucket. */
  static Bytes emptyLeaf() {
    ByteBuffer leaf = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    header(leaf, 0, LEAF, 0, 0);
    return Bytes.of(leaf.array());
  }

  private static void writeRoot(PageOutput out, List<Bucket> buckets) {
    ByteBuffer page = page(ROOT_PAGE, LEAF, buckets.size(), 0);
    int data = HEADER_BYTES + buckets.size() * ELEMENT_BYTES;
    for (Bucket bucket : buckets) {
      int valueLength = bucket.rootPage() == 0 ? 2 * HEADER_BYTES : HEADER_BYTES;
      page.putInt(BUCKET).putInt(data - page.position() + Integer.BYTES);
      page.putInt(bucket.name().length()).putInt(valueLength);
      data += bucket.name().length() + valueLength;
    }
    InvariantViolation.check(data <= PAGE_BYTES, "the buckets of a backup fit into one page");
    for (Bucket bucket : buckets) {
      page.put(bucket.name().asByteBuffer());
      page.putLong(bucket.rootPage()).putLong(0);
      if (bucket.rootPage() == 0) {
        page.putLong(0).putShort(LEAF).putShort((short) 0).putInt(0);
      }
    }
    write(out, page);
  }

  /** The size of a leaf with no entries yet; each adds an element, its key and its value. */
  static long leafBytes(Bytes key, Bytes value) {
    return (long) ELEMENT_BYTES + key.length() + value.length();
  }

  /** Writes a leaf; returns the number of pages that it took. */
  static long writeLeaf(PageOutput out, long number, List<Bytes> keys, List<Bytes> values) {
    long size = HEADER_BYTES;
    for (int i = 0; i < keys.size(); i++) {
      size += leafBytes(keys.get(i), values.get(i));
    }
    ByteBuffer front = front(number, LEAF, keys.size(), size);
    long data = front.capacity();
    for (int i = 0; i < keys.size(); i++) {
      front.putInt(0).putInt((int) (data - front.position() + Integer.BYTES));
      front.putInt(keys.get(i).length()).putInt(values.get(i).length());
      data += (long) keys.get(i).length() + values.get(i).length();
    }
    write(out, front);
    for (int i = 0; i < keys.size(); i++) {
      write(out, keys.get(i));
      write(out, values.get(i));
    }
    return pad(out, size);
  }

  /** What a child adds to a branch. */
  static long branchBytes(Child child) {
    return (long) ELEMENT_BYTES + child.firstKey().length();
  }

  /** Writes a branch; returns the number of pages that it took. */
  static long writeBranch(PageOutput out, long number, List<Child> children) {
    long size = HEADER_BYTES;
    for (Child child : children) {
      size += branchBytes(child);
    }
    ByteBuffer front = front(number, BRANCH, children.size(), size);
    long data = front.capacity();
    for (Child child : children) {
      front.putInt((int) (data - front.position())).putInt(child.firstKey().length());
      front.putLong(child.page());
      data += child.firstKey().length();
    }
    write(out, front);
    children.forEach(child -> write(out, child.firstKey()));
    return pad(out, size);
  }

  private static ByteBuffer front(long number, short type, int count, long size) {
    InvariantViolation.check(count <= 0xfffe, "a page has fewer than 65535 elements");
    ByteBuffer front =
        ByteBuffer.allocate(HEADER_BYTES + count * ELEMENT_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    header(front, number, type, count, (int) (count(size) - 1));
    return front;
  }

  private static ByteBuffer page(long number, short type, int count, int overflow) {
    ByteBuffer page = ByteBuffer.allocate(PAGE_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    header(page, number, type, count, overflow);
    return page;
  }

  private static void header(ByteBuffer page, long number, short type, int count, int overflow) {
    page.putLong(number).putShort(type).putShort((short) count).putInt(overflow);
  }

  private static void write(PageOutput out, ByteBuffer whole) {
    out.write(whole.array(), whole.arrayOffset(), whole.capacity());
  }

  private static void write(PageOutput out, Bytes bytes) {
    out.write(bytes.array(), bytes.offset(), bytes.length());
  }

  private static long pad(PageOutput out, long size) {
    long pages = count(size);
    out.zeros(pages * PAGE_BYTES - size);
    return pages;
  }

  private static long fnv1a(byte[] bytes, int offset, int length) {
    long hash = 0xcbf2_9ce4_8422_2325L;
    for (int i = offset; i < offset + length; i++) {
      hash = (hash ^ (bytes[i] & 0xff)) * 0x100_0000_01b3L;
    }
    return hash;
  }
}
