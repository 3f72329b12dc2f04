// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.spi.store.Bytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DatabaseReaderTest {
  private static final int PAGE = 4096;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void everythingThatWasWrittenIsRead(long seed) throws IOException {
    NavigableMap<String, NavigableMap<Bytes, Bytes>> buckets = random(seed);

    DatabaseReader read = open(WrittenDatabase.of(buckets));

    assertThat(content(read)).isEqualTo(buckets);
    assertThat(entries(read, "none")).isEmpty();
  }

  @Test
  void valueLargerThanWhatIsHeldOfItsPageIsRead() throws IOException {
    TreeMap<String, NavigableMap<Bytes, Bytes>> buckets = new TreeMap<>();
    byte[] value = new byte[1_000_000];
    new Random(1).nextBytes(value);
    buckets.put("key", new TreeMap<>());
    buckets.firstEntry().getValue().put(Bytes.utf8("a"), Bytes.of(value));
    buckets.firstEntry().getValue().put(Bytes.utf8("b"), Bytes.utf8("small"));

    assertThat(content(open(WrittenDatabase.of(buckets)))).isEqualTo(buckets);
  }

  @Test
  void digestIsChecked() throws IOException {
    byte[] file = WrittenDatabase.withDigest(WrittenDatabase.of(random(1)));
    byte[] flipped = file.clone();
    flipped[flipped.length / 2] ^= 1;

    DatabaseReader.openVerified(WrittenDatabase.bytes(file)).checkDigest();

    assertThatThrownBy(() -> DatabaseReader.openVerified(WrittenDatabase.bytes(flipped)))
        .isInstanceOf(BackupException.class)
        .hasMessageMatching("expected sha256 \\[[0-9 ]+\\], got \\[[0-9 ]+\\]; .*");
  }

  @Test
  void fileWithoutDigestIsRefusedWhereOneIsWanted() {
    byte[] database = WrittenDatabase.of(random(1));

    assertThatThrownBy(() -> DatabaseReader.openVerified(WrittenDatabase.bytes(database)))
        .isInstanceOf(BackupException.class)
        .hasMessage("snapshot missing hash but --skip-hash-check=false");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 31, 100, 512, PAGE - 1, 2 * PAGE, 5 * PAGE + 32})
  void fileThatIsCutOffIsRefused(int length) {
    byte[] file = Arrays.copyOf(WrittenDatabase.of(random(1)), length);

    assertThatThrownBy(() -> open(file))
        .isInstanceOf(BackupException.class)
        .hasMessageMatching("the backup is cut off: .*|the file is not a backup: .*");
  }

  @Test
  void somethingElseIsRefused() {
    byte[] noise = new byte[100_000];
    new Random(1).nextBytes(noise);

    assertThatThrownBy(() -> open(noise))
        .isInstanceOf(BackupException.class)
        .hasMessageContaining("the file is not a backup");
  }

  @Test
  void secondMetaPageDoesIfTheFirstIsDamaged() throws IOException {
    NavigableMap<String, NavigableMap<Bytes, Bytes>> buckets = random(2);
    byte[] file = WrittenDatabase.of(buckets);
    file[20] ^= 1;

    assertThat(content(open(file))).isEqualTo(buckets);
  }

  /** Whatever a byte is changed to, the answer is some content or a refusal, and soon. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void noDamageDoesMoreThanBeRefused(long seed) throws IOException {
    byte[] file = WrittenDatabase.of(random(seed));
    Random random = new Random(seed);
    for (int i = 0; i < 400; i++) {
      byte[] damaged = file.clone();
      // Where pages begin there is more to break.
      int page = random.nextInt(file.length / PAGE) * PAGE;
      int at = random.nextBoolean() ? page + random.nextInt(64) : random.nextInt(file.length);
      damaged[at] = (byte) random.nextInt();

      try {
        var _ = content(open(damaged));
      } catch (BackupException refused) {
        assertThat(refused).hasMessageNotContaining("null");
      }
    }
  }

  @Test
  void branchThatLeadsToItselfIsRefused() {
    byte[] file = ofBranches();
    ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    int branch = branch(bytes);
    for (int i = 0; i < bytes.getShort(branch + 10); i++) {
      bytes.putLong(branch + 16 + i * 16 + 8, branch / PAGE);
    }

    assertThatThrownBy(() -> content(open(file)))
        .isInstanceOf(BackupException.class)
        .hasMessageContaining("page " + branch / PAGE)
        .hasMessageContaining("leads in circles");
  }

  @Test
  void branchWhoseChildrenAreTheSameIsRefused() {
    byte[] file = ofBranches();
    ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    int branch = branch(bytes);
    bytes.putLong(branch + 16 + 16 + 8, bytes.getLong(branch + 16 + 8));

    assertThatThrownBy(() -> content(open(file)))
        .isInstanceOf(BackupException.class)
        .hasMessageContaining("of bucket 'key' is out of order");
  }

  @Test
  void pagesAndEntriesOutsideOfTheDatabaseAreRefused() {
    byte[] away = ofBranches();
    ByteBuffer bytes = ByteBuffer.wrap(away).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(branch(bytes) + 16 + 8, Long.MAX_VALUE);
    byte[] huge = ofBranches();
    ByteBuffer leaf = ByteBuffer.wrap(huge).order(ByteOrder.LITTLE_ENDIAN);
    leaf.putInt(4 * PAGE + 12, -1);
    byte[] distant = ofBranches();
    ByteBuffer entry = ByteBuffer.wrap(distant).order(ByteOrder.LITTLE_ENDIAN);
    entry.putInt(4 * PAGE + 16 + 12, -1);

    assertThatThrownBy(() -> content(open(away))).hasMessageContaining("something points to it");
    assertThatThrownBy(() -> content(open(huge)))
        .hasMessageContaining("page 4 (byte 16384): it goes on beyond the end");
    assertThatThrownBy(() -> content(open(distant))).hasMessageContaining("lies outside of it");
  }

  /** A database in which the bucket's root is a branch. */
  private static byte[] ofBranches() {
    TreeMap<String, NavigableMap<Bytes, Bytes>> buckets = new TreeMap<>();
    TreeMap<Bytes, Bytes> entries = new TreeMap<>();
    for (int i = 0; i < 1000; i++) {
      entries.put(Bytes.utf8("%05d".formatted(i)), Bytes.of(new byte[100]));
    }
    buckets.put("key", entries);
    return WrittenDatabase.of(buckets);
  }

  /** Where the only branch begins. */
  private static int branch(ByteBuffer file) {
    for (int at = 4 * PAGE; at < file.limit(); at += PAGE) {
      if (file.getLong(at) == at / PAGE && file.getShort(at + 8) == Pages.BRANCH) {
        return at;
      }
    }
    throw new AssertionError("there is no branch");
  }

  private static NavigableMap<String, NavigableMap<Bytes, Bytes>> random(long seed) {
    Random random = new Random(seed);
    TreeMap<String, NavigableMap<Bytes, Bytes>> buckets = new TreeMap<>();
    for (String name : new String[] {"alarm", "key", "lease", "meta"}) {
      TreeMap<Bytes, Bytes> entries = new TreeMap<>();
      int count = name.equals("alarm") ? 0 : 200 + random.nextInt(500);
      for (int i = 0; i < count; i++) {
        byte[] key = new byte[1 + random.nextInt(300)];
        byte[] value = new byte[random.nextInt(1 << random.nextInt(14))];
        random.nextBytes(key);
        random.nextBytes(value);
        entries.put(Bytes.of(key), Bytes.of(value));
      }
      buckets.put(name, entries);
    }
    return buckets;
  }

  private static DatabaseReader open(byte[] file) throws IOException {
    return DatabaseReader.open(WrittenDatabase.bytes(file));
  }

  private static NavigableMap<String, NavigableMap<Bytes, Bytes>> content(DatabaseReader database)
      throws IOException {
    TreeMap<String, NavigableMap<Bytes, Bytes>> content = new TreeMap<>();
    for (String bucket : database.buckets()) {
      content.put(bucket, entries(database, bucket));
    }
    return content;
  }

  private static NavigableMap<Bytes, Bytes> entries(DatabaseReader database, String bucket)
      throws IOException {
    TreeMap<Bytes, Bytes> found = new TreeMap<>();
    for (BucketEntries entries = database.entries(bucket); entries.next(); ) {
      found.put(entries.key(), entries.value());
    }
    return found;
  }
}
