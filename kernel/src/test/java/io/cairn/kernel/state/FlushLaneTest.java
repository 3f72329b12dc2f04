// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.kernel.options.KernelOptions;
import io.cairn.kernel.virtual.KernelWorld;
import io.cairn.spi.storage.Cursor;
import io.cairn.spi.storage.StorageView;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.Caller;
import io.cairn.spi.store.KeyRange;
import io.cairn.spi.store.PutRequest;
import io.cairn.spi.store.RangeRequest;
import io.cairn.spi.store.TxnRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What reaches the engine, and when, seen through a whole member. */
final class FlushLaneTest {
  @Test
  void nothingIsCommittedBeforeItsTimeAndEverythingAtIt() {
    try (KernelWorld world = new KernelWorld(flush(1000, 1 << 20, 1 << 20, 1 << 20))) {
      world.time.passMillis(200);
      int before = world.engine().commits();
      put(world, 10, 10);

      world.time.passMillis(99);
      int early = world.engine().commits();
      world.time.passMillis(1);

      assertThat(early).isEqualTo(before);
      assertThat(world.engine().commits()).isEqualTo(before + 1);
      assertThat(records(world)).isEqualTo(10);
    }
  }

  @Test
  void manyOperationsAreCommittedAtOnce() {
    try (KernelWorld world = new KernelWorld(flush(20, 1 << 20, 1 << 20, 1 << 20))) {
      put(world, 25, 10);

      world.time.run();

      assertThat(records(world)).isGreaterThanOrEqualTo(20);
    }
  }

  @Test
  void applyingWorksForTheEngineWhenTooMuchIsUnflushed() {
    try (KernelWorld world = new KernelWorld(flush(100_000, 1 << 20, 4_000, 1 << 20))) {
      // No lane runs, so only applying itself can have committed.
      put(world, 100, 100);

      assertThat(records(world)).isGreaterThan(50);
    }
  }

  @Test
  void barriersFollowBytesAndMoveTheDurableIndex() {
    try (KernelWorld world = new KernelWorld(flush(10, 1 << 20, 1 << 20, 10_000))) {
      world.time.run();
      long fresh = world.kernel().flushLane().durableIndex();
      put(world, 300, 100);

      world.time.passMillis(100);

      FlushLane lane = world.kernel().flushLane();
      assertThat(fresh).isZero();
      assertThat(lane.durableIndex()).isGreaterThan(200);
      assertThat(lane.barrierCount()).isBetween(3L, 12L);
    }
  }

  @Test
  void flushCompletesWhenTheEngineHoldsWhatWasPublished() {
    try (KernelWorld world = new KernelWorld()) {
      put(world, 3, 10);

      CompletableFuture<Void> flushed = world.kernel().flushLane().flush();
      boolean early = flushed.isDone();
      world.time.run();

      assertThat(early).isFalse();
      assertThat(flushed).isDone();
      assertThat(records(world)).isEqualTo(3);
    }
  }

  @Test
  void splitEntryThatNeverEndedIsCutOffAndReplayed() {
    try (KernelWorld world = new KernelWorld(flush(4, 1 << 20, 1 << 20, 1 << 20))) {
      put(world, 1, 10);
      world.time.passMillis(100);
      List<PutRequest> puts = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        puts.add(PutRequest.of(Bytes.utf8("key" + i), Bytes.utf8("in one transaction")));
      }
      world.done(
          world
              .kernel()
              .kv()
              .txn(Caller.LOCAL, new TxnRequest(List.of(), List.copyOf(puts), List.of())));
      world.time.passMillis(100);
      int all = world.engine().commits();

      world.crash(all - 1);

      assertThat(world.kernel().published().state().revision()).isEqualTo(3);
      assertThat(
              world
                  .done(world.kernel().kv().range(Caller.LOCAL, RangeRequest.of(KeyRange.ALL)))
                  .count())
          .isEqualTo(20);
      world.time.passMillis(100);
      assertThat(records(world)).isEqualTo(21);
    }
  }

  private static KernelOptions flush(int operations, long bytes, long unflushed, long barrier) {
    return KernelWorld.options(new KernelOptions.Flush(operations, bytes, 100, unflushed, barrier));
  }

  private static void put(KernelWorld world, int count, int valueBytes) {
    for (int i = 0; i < count; i++) {
      assertThat(
              world
                  .kernel()
                  .kv()
                  .put(
                      Caller.LOCAL,
                      PutRequest.of(Bytes.utf8("key" + i), Bytes.of(new byte[valueBytes])))
                  .toCompletableFuture())
          .isCompleted();
    }
  }

  private static int records(KernelWorld world) {
    int records = 0;
    try (StorageView view = world.engine().view();
        Cursor cursor = view.scan(Tables.REVISIONS, Bytes.EMPTY, Bytes.EMPTY)) {
      while (cursor.next()) {
        records++;
      }
    }
    return records;
  }
}
