// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.apply;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.kernel.records.RevisionKey;
import io.cairn.kernel.state.StoredNumbers;
import io.cairn.kernel.state.Tables;
import io.cairn.kernel.virtual.KernelWorld;
import io.cairn.spi.storage.Cursor;
import io.cairn.spi.storage.StorageView;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.Caller;
import io.cairn.spi.store.CompactRequest;
import io.cairn.spi.store.DeleteRequest;
import io.cairn.spi.store.HeaderResult;
import io.cairn.spi.store.KeyRange;
import io.cairn.spi.store.PutRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class CompactorTest {
  private final KernelWorld world = new KernelWorld();

  @AfterEach
  void close() {
    world.close();
  }

  @Test
  void physicalCompactionIsAnsweredWhenTheEngineHasFreedTheRecords() {
    put("a"); // 2
    put("a"); // 3
    put("b"); // 4
    delete("b"); // 5
    put("c"); // 6
    delete("c"); // 7
    put("a"); // 8

    CompletableFuture<HeaderResult> compacted = compact(7, true);
    boolean early = compacted.isDone();
    world.done(compacted);

    assertThat(early).isFalse();
    // The newest put up to the floor stays, and a tombstone of the floor itself.
    assertThat(records())
        .containsExactly(
            new RevisionKey(3, 0, false),
            new RevisionKey(7, 0, true),
            new RevisionKey(8, 0, false));
  }

  @Test
  void logicalCompactionIsAnsweredAtOnceAndFreesLater() {
    put("a");
    put("a");

    boolean answered = compact(3, false).isDone();
    world.time.run();
    world.time.passMillis(100);

    assertThat(answered).isTrue();
    assertThat(records()).containsExactly(new RevisionKey(3, 0, false));
  }

  @Test
  void compactionThatACrashInterruptedIsFinishedInTheNextLife() {
    for (int i = 0; i < 50; i++) {
      put("a");
    }
    world.time.passMillis(100);
    var _ = compact(51, false);
    int beforeFreeing = world.engine().commits();
    world.time.passMillis(1000);
    assertThat(records()).hasSize(1);

    world.crash(beforeFreeing);
    world.time.passMillis(1000);

    assertThat(records()).containsExactly(new RevisionKey(51, 0, false));
  }

  /** Engines that merge files give no space back before. */
  @Test
  void whatIsFreedReachesTheMediumThoughNothingIsWrittenAnyMore() {
    putsThenCompact();
    long before = barriers();

    world.time.passMillis(4900);
    long early = barriers();
    world.time.passMillis(200);
    long then = barriers();
    put("a");
    world.time.passMillis(60_000);

    assertThat(early).isEqualTo(before);
    assertThat(then).isEqualTo(before + 1);
    assertThat(barriers()).as("not without compaction").isEqualTo(then);
  }

  @Test
  void compactionsInQuickSuccessionShareABarrier() {
    for (int i = 0; i < 20; i++) {
      putsThenCompact();
      world.time.passMillis(100);
    }
    long before = barriers();

    world.time.passMillis(10_000);

    assertThat(barriers()).isEqualTo(before + 1);
  }

  private void putsThenCompact() {
    put("a");
    put("a");
    world.done(compact(world.kernel().published().state().revision(), true));
  }

  private long barriers() {
    return world.kernel().flushLane().barrierCount();
  }

  @Test
  void waitingForAFloorThatIsFreedAlreadyDoesNotWait() {
    put("a");
    world.done(compact(2, true));

    CompletableFuture<HeaderResult> refused = compact(2, true);

    assertThat(refused).isCompletedExceptionally();
  }

  @Test
  void manyKeysAreFreedInPieces() {
    for (int i = 0; i < 5000; i++) {
      put("key" + i);
    }
    for (int i = 0; i < 5000; i++) {
      put("key" + i);
    }

    CompletableFuture<HeaderResult> compacted = compact(10_001, true);
    world.time.passMillis(1000);

    assertThat(compacted).isCompleted();
    assertThat(records()).hasSize(5000).allMatch(key -> key.main() > 5001);
  }

  @Test
  void besideWritesIsFasterFreedWhatSomebodyWaitsFor() {
    int unhurried = millisBesideWrites(false);
    int awaited = millisBesideWrites(true);

    assertThat(unhurried).isBetween(150, 180);
    assertThat(awaited).isBetween(38, 50);
  }

  /** How long it takes to free 5000 records while there is a put every millisecond. */
  private int millisBesideWrites(boolean physical) {
    for (int i = 0; i < 10_000; i++) {
      put("key" + physical + i % 5000);
    }
    long floor = world.kernel().published().state().revision();
    var _ = compact(floor, physical);
    int millis = 0;
    while (compacted() < floor) {
      put("other");
      world.time.passMillis(1);
      millis++;
    }
    return millis;
  }

  private long compacted() {
    try (StorageView view = world.engine().view()) {
      return StoredNumbers.of(view).compacted();
    }
  }

  private void put(String key) {
    assertThat(
            world
                .kernel()
                .kv()
                .put(Caller.LOCAL, PutRequest.of(Bytes.utf8(key), Bytes.utf8("v")))
                .toCompletableFuture())
        .isCompleted();
  }

  private void delete(String key) {
    assertThat(
            world
                .kernel()
                .kv()
                .delete(Caller.LOCAL, new DeleteRequest(KeyRange.single(Bytes.utf8(key)), false))
                .toCompletableFuture())
        .isCompleted();
  }

  private CompletableFuture<HeaderResult> compact(long revision, boolean physical) {
    return world
        .kernel()
        .kv()
        .compact(Caller.LOCAL, new CompactRequest(revision, physical))
        .toCompletableFuture();
  }

  private List<RevisionKey> records() {
    List<RevisionKey> keys = new ArrayList<>();
    try (StorageView view = world.engine().view();
        Cursor cursor = view.scan(Tables.REVISIONS, Bytes.EMPTY, Bytes.EMPTY)) {
      while (cursor.next()) {
        keys.add(RevisionKey.parse(cursor.key()));
      }
    }
    return keys;
  }
}
