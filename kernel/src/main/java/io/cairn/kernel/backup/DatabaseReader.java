// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.backup;

import io.cairn.spi.environment.InvariantViolation;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.store.Bytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Reads a backup that Cairn or etcd has written: a bbolt database, and behind it, when it came over
 * the network, the SHA-256 of its bytes.
 *
 * <p>Reads forward, page by page, whatever the size; see {@link BucketEntries}. <b>Failure.</b>
 * {@link BackupException} for a file that is not such a database or is damaged; another {@link
 * IOException} if it cannot be read.
 */
@OnLane("caller")
public final class DatabaseReader {
  /** What snapshots are followed by; databases are multiples of 512 bytes. */
  private static final int DIGEST_BYTES = 32;

  private static final int SECTOR_BYTES = 512;
  private static final int PAGE_BYTES_MIN = 1024;
  private static final int PAGE_BYTES_MAX = 64 << 10;
  private static final int COPY_BYTES = 256 << 10;
  private static final int BUCKETS_MAX = 1000;

  private final DatabaseBytes file;

  /** Without the digest. */
  private final long contentBytes;

  private final Pages.Meta meta;
  private final NavigableMap<String, Bytes> buckets;

  private DatabaseReader(DatabaseBytes file, long contentBytes, Pages.Meta meta)
      throws IOException {
    this.file = file;
    this.contentBytes = contentBytes;
    this.meta = meta;
    this.buckets = Collections.unmodifiableNavigableMap(new TreeMap<>(readBuckets()));
  }

  /** Opens a file; its pages are checked as they are read. */
  public static DatabaseReader open(DatabaseBytes file) throws IOException {
    return open(file, false);
  }

  /**
   * Opens a file after checking the digest that follows it.
   *
   * @throws BackupException also if there is no digest
   */
  public static DatabaseReader openVerified(DatabaseBytes file) throws IOException {
    return open(file, true);
  }

  private static DatabaseReader open(DatabaseBytes file, boolean verified) throws IOException {
    long size = file.size();
    long content = size % SECTOR_BYTES == DIGEST_BYTES ? size - DIGEST_BYTES : size;
    Pages.Meta meta = newest(file, content);
    if (content / meta.pageBytes() < meta.end()) {
      throw new BackupException(
          ("the backup is cut off: the file has %d bytes, its database %d pages of %d bytes. Take"
                  + " another copy of the file, or another backup")
              .formatted(size, meta.end(), meta.pageBytes()));
    }
    if (verified) {
      if (content == size) {
        throw new BackupException("snapshot missing hash but --skip-hash-check=false");
      }
      checkDigest(file, content);
    }
    return new DatabaseReader(file, content, meta);
  }

  /** Checks the digest, if there is one. */
  public void checkDigest() throws IOException {
    if (contentBytes < file.size()) {
      checkDigest(file, contentBytes);
    }
  }

  private static void checkDigest(DatabaseBytes file, long contentBytes) throws IOException {
    MessageDigest sha = sha256();
    ByteBuffer buffer = ByteBuffer.allocate(COPY_BYTES);
    for (long at = 0; at < contentBytes; at += COPY_BYTES) {
      buffer.clear().limit((int) Math.min(COPY_BYTES, contentBytes - at));
      file.read(at, buffer);
      sha.update(buffer.flip());
    }
    byte[] computed = sha.digest();
    ByteBuffer stored = ByteBuffer.allocate(DIGEST_BYTES);
    file.read(contentBytes, stored);
    if (!Arrays.equals(computed, stored.array())) {
      throw new BackupException(
          "expected sha256 %s, got %s; the file is damaged or cut off"
              .formatted(decimal(stored.array()), decimal(computed)));
    }
  }

  /** As Go prints bytes. */
  private static String decimal(byte[] bytes) {
    return IntStream.range(0, bytes.length)
        .mapToObj(i -> Integer.toString(bytes[i] & 0xff))
        .collect(Collectors.joining(" ", "[", "]"));
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new InvariantViolation("every JDK offers SHA-256: " + e);
    }
  }

  /** The size of the database: what etcd's tools call its size. */
  public long databaseBytes() {
    return meta.end() * meta.pageBytes();
  }

  /** The names of the buckets, ascending. */
  public List<String> buckets() {
    return List.copyOf(buckets.navigableKeySet());
  }

  /** The entries of a bucket; none if there is no such bucket. */
  public BucketEntries entries(String bucket) throws IOException {
    Bytes location = buckets.get(bucket);
    if (location == null) {
      return new BucketEntries(
          this, bucket, DatabasePage.inline(this, bucket, Pages.emptyLeaf()), false);
    }
    long root = location.asByteBuffer().order(ByteOrder.LITTLE_ENDIAN).getLong();
    String where = "bucket '" + bucket + "'";
    DatabasePage page =
        root == 0
            ? DatabasePage.inline(
                this, where, location.slice(Pages.BUCKET_BYTES, location.length()))
            : DatabasePage.read(this, root);
    return new BucketEntries(this, bucket, page, false);
  }

  private NavigableMap<String, Bytes> readBuckets() throws IOException {
    NavigableMap<String, Bytes> found = new TreeMap<>();
    BucketEntries roots =
        new BucketEntries(this, "root", DatabasePage.read(this, meta.root()), true);
    while (roots.next()) {
      String name = roots.key().toUtf8();
      if (roots.value().length() < Pages.BUCKET_BYTES) {
        throw BackupException.damaged("bucket '" + name + "'", "it does not say where it begins");
      }
      if (found.size() == BUCKETS_MAX) {
        throw new BackupException("the file has more buckets than any database of etcd");
      }
      found.put(name, roots.value());
    }
    return found;
  }

  /** The valid meta page of the later transaction. */
  private static Pages.Meta newest(DatabaseBytes file, long content) throws IOException {
    List<Pages.Meta> valid = new ArrayList<>();
    // The second one lies a page behind the first, whose size only the first tells.
    for (long at = 0; at <= PAGE_BYTES_MAX; at = Math.max(PAGE_BYTES_MIN, at * 2)) {
      if (at + Pages.HEADER_BYTES + Pages.META_BYTES <= content) {
        ByteBuffer page = read(file, at, Pages.HEADER_BYTES + Pages.META_BYTES);
        Pages.Meta meta = Pages.readMeta(page);
        if (meta != null && isSound(meta) && (at == 0 || at == meta.pageBytes())) {
          valid.add(meta);
        }
      }
    }
    return valid.stream()
        .max((one, other) -> Long.compareUnsigned(one.transaction(), other.transaction()))
        .orElseThrow(() ->
            new BackupException(
                "the file is not a backup: it does not begin as a database of etcd does (or"
                    + " its first two pages are damaged). Give a file that 'etcdctl snapshot"
                    + " save' has written"));
  }

  private static boolean isSound(Pages.Meta meta) {
    return meta.pageBytes() >= PAGE_BYTES_MIN
        && meta.pageBytes() <= PAGE_BYTES_MAX
        && Integer.bitCount(meta.pageBytes()) == 1
        && meta.end() > 0;
  }

  int pageBytes() {
    return meta.pageBytes();
  }

  long pageCount() {
    return meta.end();
  }

  ByteBuffer read(long at, int length) throws IOException {
    return read(file, at, length);
  }

  void read(long at, ByteBuffer target) throws IOException {
    file.read(at, target);
  }

  private static ByteBuffer read(DatabaseBytes file, long at, int length) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    file.read(at, buffer);
    return buffer.flip();
  }
}
