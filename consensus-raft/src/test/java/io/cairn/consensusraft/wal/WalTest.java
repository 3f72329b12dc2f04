// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.consensusraft.core.Configuration;
import io.cairn.consensusraft.core.Effects.Persist;
import io.cairn.consensusraft.core.Entry;
import io.cairn.consensusraft.core.EntryKind;
import io.cairn.consensusraft.core.HardState;
import io.cairn.consensusraft.core.SnapshotPoint;
import io.cairn.consensusraft.fakes.FakeDisk;
import io.cairn.consensusraft.fakes.ManualLane;
import io.cairn.consensusraft.fakes.SilentLog;
import io.cairn.spi.store.Bytes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

final class WalTest {
  private static final WalIdentity IDENTITY = new WalIdentity(1, 2, 3);
  private static final WalOptions OPTIONS = new WalOptions("wal", 16384, 2);

  private final FakeDisk disk = new FakeDisk();
  private final ManualLane background = new ManualLane();
  private long token;

  @Test
  void entriesTermVoteAndCommitAreFoundAgain() throws IOException {
    try (Wal wal = open(0)) {
      append(wal, 7, 1, 1, 2, 3);
      wal.sync();
      wal.seal(2);
    }

    RecoveredLog found = open(0).recovered();

    assertThat(found.entries()).extracting(Entry::index).containsExactly(1L, 2L, 3L);
    assertThat(found.entries().getFirst()).isEqualTo(entry(1, 1));
    assertThat(found.hardState()).isEqualTo(new HardState(1, 7, 2));
    assertThat(found.lastIndex()).isEqualTo(3);
    assertThat(found.fresh()).isFalse();
  }

  @Test
  void onlyEntriesBehindTheAppliedIndexAreRead() throws IOException {
    try (Wal wal = open(0)) {
      append(wal, 7, 1, 1, 2, 3);
      wal.sync();
    }

    RecoveredLog found = open(2).recovered();

    assertThat(found.entries()).extracting(Entry::index).containsExactly(3L);
    assertThat(found.lastIndex()).isEqualTo(3);
  }

  @Test
  void entriesInPlaceOfOthersReplaceAllThatFollow() throws IOException {
    try (Wal wal = open(0)) {
      append(wal, 7, 1, 1, 2, 3);
      append(wal, 7, 2, 2);
      wal.sync();

      assertThat(wal.read(1, Long.MAX_VALUE)).containsExactly(entry(1, 1), entry(2, 2));
    }

    assertThat(open(0).recovered().entries()).containsExactly(entry(1, 1), entry(2, 2));
  }

  /** As when a slow disk lets them queue up: they are made durable with one sync. */
  @Test
  void entriesBehindAStateReplaceThoseThatCameBeforeItToo() throws IOException {
    try (Wal wal = open(0)) {
      append(wal, 7, 1, 1, 2, 3, 4, 5);
      SnapshotPoint point = new SnapshotPoint(3, 2, Configuration.ofVoters(2));
      wal.append(new Persist(++token, new HardState(2, 7, 3), point, 0, List.of()));
      append(wal, 7, 2, 4, 5);
      wal.sync();

      assertThat(wal.read(4, Long.MAX_VALUE)).containsExactly(entry(4, 2), entry(5, 2));
      assertThat(wal.termAt(5)).isEqualTo(2);
    }

    assertThat(open(3).recovered().entries()).containsExactly(entry(4, 2), entry(5, 2));
  }

  @Test
  void aBatchCostsOneSync() throws IOException {
    try (Wal wal = open(0)) {
      append(wal, 7, 1, 1);
      wal.sync();
      long before = disk.syncs();

      append(wal, 7, 1, 2, 3, 4, 5);
      wal.sync();
      wal.sync();

      assertThat(disk.syncs() - before).isEqualTo(1);
    }
  }

  @Test
  void segmentsAreReadyBeforeTheyAreNeededAndRecycled() throws IOException {
    try (Wal wal = open(0)) {
      long index = 1;
      for (int i = 0; i < 2000; i++) {
        append(wal, 7, 1, index, index + 1, index + 2);
        index += 3;
        wal.sync();
        background.runAll();
        if (i % 100 == 99) {
          wal.cut(index - 1, Configuration.ofVoters(2));
        }
      }

      assertThat(wal.stalls()).isZero();
      assertThat(wal.cutIndex()).isGreaterThan(5000);
      assertThat(disk.paths()).hasSizeLessThan(30);
    }

    assertThat(open(0).recovered().cutIndex()).isGreaterThan(5000);
  }

  @Test
  void segmentsThatComeBackAfterTheyWereLetGoOfAreRemovedAgain() throws IOException {
    byte[] first;
    try (Wal wal = open(0)) {
      long last = fillSegments(wal);
      first = disk.content("wal/0000000000000001.wal");
      wal.cut(last, Configuration.ofVoters(2));
      wal.sync();
      background.runAll();
    }
    assertThat(disk.paths()).doesNotContain("wal/0000000000000001.wal");
    long cut;
    try (Wal wal = open(0)) {
      cut = wal.cutIndex();
    }

    // The directory was not synced, or its sync failed: one name is back, that behind it is not.
    disk.replace("wal/0000000000000001.wal", first);

    try (Wal wal = open(0)) {
      assertThat(wal.cutIndex()).isEqualTo(cut);
    }
    assertThat(disk.paths()).doesNotContain("wal/0000000000000001.wal");
  }

  @Test
  void aMissingSegmentThatIsNeededIsNamed() throws IOException {
    try (Wal wal = open(0)) {
      fillSegments(wal);
    }
    disk.remove("wal/0000000000000002.wal");

    assertThatThrownBy(() -> open(0))
        .isInstanceOf(WalDamagedException.class)
        .hasMessageContaining("no file in 'wal/0000000000000002.wal'");
  }

  @Test
  void aSealedLogWithALostEndIsRefusedNamingFileAndOffset() throws IOException {
    try (Wal wal = open(0)) {
      append(wal, 7, 1, 1);
      wal.sync();
      append(wal, 7, 1, 2);
      wal.sync();
      wal.seal(2);
    }
    byte[] bytes = disk.content("wal/0000000000000001.wal");
    int second = lastIndexOf(bytes, "entry 2".getBytes(StandardCharsets.UTF_8));
    bytes[second] ^= 1;
    disk.replace("wal/0000000000000001.wal", bytes);

    assertThatThrownBy(() -> open(0))
        .isInstanceOf(WalDamagedException.class)
        .hasMessageContaining("'wal/0000000000000001.wal' at offset");
  }

  @Test
  void anUnsealedLastWriteIsCutOff() throws IOException {
    try (Wal wal = open(0)) {
      append(wal, 7, 1, 1);
      wal.sync();
      append(wal, 7, 1, 2);
      wal.sync();
    }
    byte[] bytes = disk.content("wal/0000000000000001.wal");
    int second = lastIndexOf(bytes, "entry 2".getBytes(StandardCharsets.UTF_8));
    bytes[second] ^= 1;
    disk.replace("wal/0000000000000001.wal", bytes);

    RecoveredLog found = open(0).recovered();

    assertThat(found.entries()).containsExactly(entry(1, 1));
    assertThat(found.tornBytes()).isPositive();
  }

  @Test
  void aLogThatWasClosedMakesAndMovesNoFilesAnyMore() throws IOException {
    Wal wal = open(0);
    background.clear();
    long last = fillSegments(wal);
    wal.cut(last, Configuration.ofVoters(2));
    wal.sync();
    wal.close();
    List<String> left = disk.paths();

    background.runAll();

    assertThat(disk.paths()).isEqualTo(left);
    assertThat(disk.openFiles()).isZero();
  }

  @Test
  void aLogThatIsRefusedLeavesNoFileOpen() throws IOException {
    try (Wal wal = open(0)) {
      fillSegments(wal);
    }
    disk.remove("wal/0000000000000002.wal");
    background.clear();

    assertThatThrownBy(() -> open(0)).isInstanceOf(WalDamagedException.class);
    assertThatThrownBy(() -> Wal.begin(disk, OPTIONS, IDENTITY))
        .isInstanceOf(WalDamagedException.class);

    assertThat(disk.openFiles()).isZero();
  }

  @Test
  void theLogOfAnotherMemberIsRefused() throws IOException {
    try (Wal wal = open(0)) {
      append(wal, 7, 1, 1);
      wal.sync();
    }

    assertThatThrownBy(
            () -> Wal.open(disk, OPTIONS, new WalIdentity(1, 2, 4), background, new SilentLog(), 0))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("belongs to");
  }

  private Wal open(long after) throws IOException {
    return Wal.open(disk, OPTIONS, IDENTITY, background, new SilentLog(), after);
  }

  /** Fills three segments and more; returns the last index. */
  private long fillSegments(Wal wal) throws IOException {
    long index = 0;
    while (disk.paths().stream().filter(path -> path.endsWith(".wal")).count() < 6) {
      append(wal, 7, 1, index + 1, index + 2, index + 3);
      index += 3;
      wal.sync();
      background.runAll();
    }
    return index;
  }

  private void append(Wal wal, long vote, long term, long... indexes) throws IOException {
    List<Entry> entries = new ArrayList<>();
    for (long index : indexes) {
      entries.add(entry(index, term));
    }
    wal.append(new Persist(++token, new HardState(term, vote, 0), null, 0, entries));
  }

  private static Entry entry(long index, long term) {
    return Entry.of(index, term, EntryKind.COMMAND, Bytes.utf8("entry " + index));
  }

  private static int lastIndexOf(byte[] bytes, byte[] wanted) {
    for (int at = bytes.length - wanted.length; at >= 0; at--) {
      if (Arrays.equals(bytes, at, at + wanted.length, wanted, 0, wanted.length)) {
        return at;
      }
    }
    throw new AssertionError("not found");
  }
}
