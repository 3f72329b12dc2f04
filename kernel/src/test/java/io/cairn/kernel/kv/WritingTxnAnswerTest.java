// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.kv;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.conformancetests.forwarding.ForwardingEngine;
import io.cairn.kernel.snapshot.TestMember;
import io.cairn.kernel.virtual.CrashingEngine;
import io.cairn.kernel.virtual.KernelWorld;
import io.cairn.kernel.virtual.MemoryEngines;
import io.cairn.kernel.virtual.VirtualTime;
import io.cairn.spi.storage.StorageEngine;
import io.cairn.spi.storage.StorageView;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.Caller;
import io.cairn.spi.store.DeleteRequest;
import io.cairn.spi.store.KeyRange;
import io.cairn.spi.store.Operation;
import io.cairn.spi.store.PutRequest;
import io.cairn.spi.store.RangeRequest;
import io.cairn.spi.store.RangeResult;
import io.cairn.spi.store.Reason;
import io.cairn.spi.store.TxnRequest;
import io.cairn.spi.store.TxnResult;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What transactions that write read for their answers. */
final class WritingTxnAnswerTest {
  private static final int VALUE_BYTES = 10_000;

  /** Keys with more than may be read without room. */
  private static final int KEYS = 500;

  private static final RangeRequest ALL = RangeRequest.of(KeyRange.ALL);

  @Test
  void whatIsReadCountsAmongTheAnswersUnderWay() {
    try (KernelWorld world = new KernelWorld()) {
      fill(world, KEYS);
      NarrowCall call = new NarrowCall(2L * KEYS * VALUE_BYTES);

      TxnResult result =
          world.done(world.kernel().kv().txn(call.caller(), txn(put("k", "v"), ALL)));

      assertThat(((RangeResult) result.results().getLast()).kvs()).hasSize(KEYS + 1);
      assertThat(call.taken + (2 << 20))
          .isBetween((long) KEYS * VALUE_BYTES, (KEYS + 20L) * (VALUE_BYTES + 200));
    }
  }

  @Test
  void whatIsSmallIsAnsweredHoweverMuchOthersHaveUnderWay() {
    try (KernelWorld world = new KernelWorld()) {
      fill(world, 100);

      TxnResult result =
          world.done(world.kernel().kv().txn(new NarrowCall(0).caller(), txn(put("k", "v"), ALL)));

      assertThat(((RangeResult) result.results().getLast()).kvs()).hasSize(101);
    }
  }

  @Test
  void anAnswerWithoutRoomIsRefusedAndTheTransactionCarriedOut() {
    try (KernelWorld world = new KernelWorld()) {
      fill(world, KEYS);
      NarrowCall call = new NarrowCall(20L * VALUE_BYTES);

      Reason reason =
          world.refused(
              world.kernel().kv().txn(call.caller(), txn(put("a", "1"), ALL, ALL, put("b", "2"))));

      assertThat(reason).isEqualTo(new Reason.AnswerTooLarge());
      assertThat(call.most).isLessThanOrEqualTo(20L * VALUE_BYTES);
      assertThat(count(world)).isEqualTo(KEYS + 2);
    }
  }

  @Test
  void keysAloneAreCountedToo() {
    try (KernelWorld world = new KernelWorld()) {
      for (int i = 0; i < 25_000; i++) {
        world.done(world.kernel().kv().put(Caller.LOCAL, put("key-" + i, "")));
      }
      NarrowCall call = new NarrowCall(70_000);
      RangeRequest keysOnly =
          new RangeRequest(
              KeyRange.ALL,
              0,
              0,
              RangeRequest.SortOrder.NONE,
              RangeRequest.SortTarget.KEY,
              false,
              true,
              false,
              0,
              0,
              0,
              0);

      Reason reason =
          world.refused(world.kernel().kv().txn(call.caller(), txn(put("k", "v"), keysOnly)));

      assertThat(reason).isEqualTo(new Reason.AnswerTooLarge());
    }
  }

  @Test
  void deletedValuesWithoutRoomAreDeletedAllTheSame() {
    try (KernelWorld world = new KernelWorld()) {
      fill(world, KEYS);
      NarrowCall call = new NarrowCall(20L * VALUE_BYTES);

      Reason reason =
          world.refused(
              world.kernel().kv().delete(call.caller(), new DeleteRequest(KeyRange.ALL, true)));

      assertThat(reason).isEqualTo(new Reason.AnswerTooLarge());
      assertThat(count(world)).isZero();
    }
  }

  /** The values are more than members keep in memory. */
  @Test
  void onlyTheMemberThatAnswersReads() {
    ObservedEngine leading = new ObservedEngine();
    ObservedEngine following = new ObservedEngine();
    try (TestMember leader = TestMember.leader(new VirtualTime(), leading, new MemoryEngines());
        TestMember follower =
            TestMember.follower(new VirtualTime(), following, new MemoryEngines())) {
      for (int i = 0; i < 500; i++) {
        leader.put("key-" + i, "v".repeat(VALUE_BYTES), 0);
      }
      follower.following().follow(leader.leading().log(), Long.MAX_VALUE);
      leader.settle();
      follower.settle();
      long readBefore = leading.views;
      long readElsewhereBefore = following.views;

      leader.done(leader.kernel.kv().txn(Caller.LOCAL, txn(put("k", "v"), ALL)));
      leader.done(leader.kernel.kv().delete(Caller.LOCAL, new DeleteRequest(KeyRange.ALL, true)));
      assertThat(leading.views).isGreaterThan(readBefore);
      follower.following().follow(leader.leading().log(), Long.MAX_VALUE);

      assertThat(following.views).isEqualTo(readElsewhereBefore);
      assertThat(follower.revision()).isEqualTo(leader.revision());
      assertThat(follower.content(follower.revision())).isEmpty();
    }
  }

  private static void fill(KernelWorld world, int keys) {
    Bytes value = Bytes.of(new byte[VALUE_BYTES]);
    for (int i = 0; i < keys; i++) {
      world.done(
          world.kernel().kv().put(Caller.LOCAL, PutRequest.of(Bytes.utf8("filled-" + i), value)));
    }
  }

  private static long count(KernelWorld world) {
    return world.done(world.kernel().kv().range(Caller.LOCAL, ALL)).count();
  }

  private static PutRequest put(String key, String value) {
    return PutRequest.of(Bytes.utf8(key), Bytes.utf8(value));
  }

  private static TxnRequest txn(Operation... operations) {
    return new TxnRequest(List.of(), List.of(operations), List.of());
  }

  /** Counts how often something is read. */
  private static final class ObservedEngine implements ForwardingEngine {
    private final StorageEngine engine = new CrashingEngine();
    private long views;

    @Override
    public StorageEngine delegate() {
      return engine;
    }

    @Override
    public StorageView view() {
      views++;
      return engine.view();
    }
  }
}
