// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.kv;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.kernel.virtual.KernelWorld;
import io.cairn.spi.consensus.DropReason;
import io.cairn.spi.store.Alarm;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.Caller;
import io.cairn.spi.store.CompactRequest;
import io.cairn.spi.store.Compare;
import io.cairn.spi.store.DeleteRequest;
import io.cairn.spi.store.KeyRange;
import io.cairn.spi.store.KvService;
import io.cairn.spi.store.Operation;
import io.cairn.spi.store.PutRequest;
import io.cairn.spi.store.RangeRequest;
import io.cairn.spi.store.RangeRequest.SortOrder;
import io.cairn.spi.store.RangeRequest.SortTarget;
import io.cairn.spi.store.Reason;
import io.cairn.spi.store.TxnRequest;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.FieldSource;

/**
 * Which request is refused for which reason, on a store whose key {@code k} was put in revision 2.
 */
final class RefusalsTest {
  private static final Bytes K = Bytes.utf8("k");
  private static final Bytes V = Bytes.utf8("v");
  private static final PutRequest PUT = PutRequest.of(K, V);
  private static final PutRequest NO_KEY = PutRequest.of(Bytes.EMPTY, V);
  private static final Caller CALLER = Caller.LOCAL;

  /** A request and the reason of its refusal. */
  record Row(String what, Function<KvService, CompletionStage<?>> request, Reason reason) {
    @Override
    public String toString() {
      return what;
    }
  }

  static final List<Row> ROWS =
      List.of(
          row(
              "range without key",
              kv -> kv.range(CALLER, RangeRequest.of(KeyRange.single(Bytes.EMPTY))),
              new Reason.KeyMissing()),
          row(
              "unknown sort order",
              kv -> kv.range(CALLER, sorted(SortOrder.UNKNOWN, SortTarget.KEY)),
              new Reason.InvalidSort()),
          row(
              "unknown sort target",
              kv -> kv.range(CALLER, sorted(SortOrder.NONE, SortTarget.UNKNOWN)),
              new Reason.InvalidSort()),
          row("future revision", kv -> kv.range(CALLER, at(3)), new Reason.FutureRevision()),
          row(
              "stream without key",
              kv -> kv.rangeStream(CALLER, RangeRequest.of(KeyRange.single(Bytes.EMPTY))),
              new Reason.KeyMissing()),
          row(
              "descending stream",
              kv -> kv.rangeStream(CALLER, sorted(SortOrder.DESCEND, SortTarget.KEY)),
              new Reason.StreamCannotSort()),
          row(
              "stream sorted by value",
              kv -> kv.rangeStream(CALLER, sorted(SortOrder.ASCEND, SortTarget.VALUE)),
              new Reason.StreamCannotSort()),
          row(
              "filtered stream",
              kv -> kv.rangeStream(CALLER, filtered()),
              new Reason.StreamCannotFilter()),
          row("put without key", kv -> kv.put(CALLER, NO_KEY), new Reason.KeyMissing()),
          row(
              "value with ignored value",
              kv -> kv.put(CALLER, new PutRequest(K, V, 0, false, true, false)),
              new Reason.ValueProvided()),
          row(
              "lease with ignored lease",
              kv -> kv.put(CALLER, new PutRequest(K, V, 1, false, false, true)),
              new Reason.LeaseProvided()),
          row(
              "unknown lease",
              kv -> kv.put(CALLER, new PutRequest(K, V, 1, false, false, false)),
              new Reason.LeaseNotFound()),
          row(
              "ignored value of an absent key",
              kv ->
                  kv.put(
                      CALLER, new PutRequest(Bytes.utf8("x"), Bytes.EMPTY, 0, false, true, false)),
              new Reason.KeyNotFound()),
          row(
              "ignored lease of an absent key",
              kv -> kv.put(CALLER, new PutRequest(Bytes.utf8("x"), V, 0, false, false, true)),
              new Reason.KeyNotFound()),
          row(
              "too large",
              kv -> kv.put(CALLER, PutRequest.of(K, Bytes.of(new byte[1_572_864]))),
              new Reason.RequestTooLarge()),
          row(
              "delete without key",
              kv -> kv.delete(CALLER, new DeleteRequest(KeyRange.single(Bytes.EMPTY), false)),
              new Reason.KeyMissing()),
          row(
              "129 operations",
              kv -> kv.txn(CALLER, txn(Collections.nCopies(129, RangeRequest.of(KeyRange.ALL)))),
              new Reason.TooManyOperations()),
          row(
              "nested transaction beyond what is left",
              kv ->
                  kv.txn(
                      CALLER,
                      txn(List.of(txn(Collections.nCopies(128, RangeRequest.of(KeyRange.ALL)))))),
              new Reason.TooManyOperations()),
          row(
              "compare without key",
              kv ->
                  kv.txn(
                      CALLER,
                      new TxnRequest(
                          List.of(
                              new Compare(
                                  Compare.Result.EQUAL,
                                  Compare.Target.MOD,
                                  KeyRange.single(Bytes.EMPTY),
                                  Compare.Operand.None.INSTANCE)),
                          List.of(),
                          List.of())),
              new Reason.KeyMissing()),
          row(
              "put without key in the branch not taken",
              kv -> kv.txn(CALLER, new TxnRequest(List.of(), List.of(), List.of(NO_KEY))),
              new Reason.KeyMissing()),
          row(
              "operation that is not set",
              kv -> kv.txn(CALLER, txn(List.of(new Operation.Missing()))),
              new Reason.KeyNotFound()),
          row(
              "key put twice",
              kv -> kv.txn(CALLER, txn(List.of(PUT, PUT))),
              new Reason.DuplicateKey()),
          row(
              "put and delete, in any order",
              kv -> kv.txn(CALLER, txn(List.of(PUT, new DeleteRequest(KeyRange.prefix(K), false)))),
              new Reason.DuplicateKey()),
          row(
              "unknown lease and ignored value of an absent key",
              kv ->
                  kv.put(
                      CALLER, new PutRequest(Bytes.utf8("x"), Bytes.EMPTY, 9, false, true, false)),
              new Reason.LeaseNotFound()),
          row(
              "the same in a transaction, where the key is looked at first",
              kv ->
                  kv.txn(
                      CALLER,
                      txn(
                          List.of(
                              new PutRequest(
                                  Bytes.utf8("x"), Bytes.EMPTY, 9, false, true, false)))),
              new Reason.KeyNotFound()),
          row(
              "a range of the future before a put of an unknown lease: puts are looked at first",
              kv ->
                  kv.txn(CALLER, txn(List.of(at(3), new PutRequest(V, V, 9, false, false, false)))),
              new Reason.LeaseNotFound()),
          row(
              "unknown lease in a transaction",
              kv -> kv.txn(CALLER, txn(List.of(PUT, new PutRequest(V, V, 9, false, false, false)))),
              new Reason.LeaseNotFound()),
          row(
              "future revision in a transaction",
              kv -> kv.txn(CALLER, txn(List.of(PUT, at(3)))),
              new Reason.FutureRevision()),
          row(
              "very negative revision in a transaction",
              kv -> kv.txn(CALLER, txn(List.of(PUT, at(-2)))),
              new Reason.Compacted(-1)),
          row(
              "very negative revision in a transaction that only reads",
              kv -> kv.txn(CALLER, txn(List.of(at(-2)))),
              new Reason.Compacted(-1)),
          row(
              "compaction of the future",
              kv -> kv.compact(CALLER, new CompactRequest(3, false)),
              new Reason.FutureRevision()),
          row(
              "negative compaction",
              kv -> kv.compact(CALLER, new CompactRequest(-1, true)),
              new Reason.Compacted(-1)));

  private final KernelWorld world = new KernelWorld();
  private final KvService kv = world.kernel().kv();

  RefusalsTest() {
    world.done(kv.put(CALLER, PUT));
  }

  @AfterEach
  void close() {
    world.close();
  }

  @ParameterizedTest(name = "{0}")
  @FieldSource("ROWS")
  void requestIsRefusedAndChangesNothing(Row row) {
    Reason reason = world.refused(row.request().apply(kv));

    assertThat(reason).isEqualTo(row.reason());
    assertThat(world.kernel().published().state().revision()).isEqualTo(2);
  }

  @Test
  void largestRequestIsAccepted() {
    // 18 bytes of envelope (ids of this member have nine or ten bytes), 3 of key, 4 before the
    // value.
    int value = 1_572_864 - 16 - 3 - 4;

    assertThat(
            world
                .done(kv.put(CALLER, PutRequest.of(K, Bytes.of(new byte[value]))))
                .header()
                .revision())
        .isEqualTo(3);
    assertThat(world.refused(kv.put(CALLER, PutRequest.of(K, Bytes.of(new byte[value + 1])))))
        .isEqualTo(new Reason.RequestTooLarge());
  }

  @Test
  void compactionTwiceAtOneRevisionIsRefused() {
    world.done(kv.compact(CALLER, new CompactRequest(2, true)));

    assertThat(world.refused(kv.compact(CALLER, new CompactRequest(2, true))))
        .isEqualTo(new Reason.Compacted(2));
  }

  @Test
  void revisionZeroCanBeCompactedOnce() {
    world.done(kv.compact(CALLER, new CompactRequest(0, false)));

    assertThat(world.refused(kv.compact(CALLER, new CompactRequest(0, false))))
        .isEqualTo(new Reason.Compacted(0));
  }

  @Test
  void noSpaceRefusesWhatPutsAndNothingElse() {
    world.raise(new Alarm(KernelWorld.MEMBER, Alarm.Kind.NOSPACE));

    assertThat(world.refused(kv.put(CALLER, PUT))).isEqualTo(new Reason.NoSpace());
    assertThat(world.refused(kv.txn(CALLER, new TxnRequest(List.of(), List.of(), List.of(PUT)))))
        .isEqualTo(new Reason.NoSpace());
    assertThat(world.done(kv.range(CALLER, RangeRequest.of(KeyRange.ALL))).count()).isEqualTo(1);
    assertThat(world.done(kv.delete(CALLER, new DeleteRequest(KeyRange.ALL, false))).deleted())
        .isEqualTo(1);
    assertThat(world.done(kv.compact(CALLER, new CompactRequest(3, true))).header().revision())
        .isEqualTo(3);
  }

  @Test
  void corruptionRefusesAllWritesAndNoReads() {
    world.raise(new Alarm(0, Alarm.Kind.CORRUPT));
    Reason corrupt = new Reason.CorruptCluster();

    assertThat(world.refused(kv.put(CALLER, PUT))).isEqualTo(corrupt);
    assertThat(world.refused(kv.delete(CALLER, new DeleteRequest(KeyRange.ALL, false))))
        .isEqualTo(corrupt);
    assertThat(world.refused(kv.txn(CALLER, txn(List.of(PUT))))).isEqualTo(corrupt);
    assertThat(world.refused(kv.compact(CALLER, new CompactRequest(2, false)))).isEqualTo(corrupt);
    assertThat(world.done(kv.txn(CALLER, txn(List.of(at(0))))).succeeded()).isTrue();
  }

  @Test
  void callerWhoDemandsALeaderIsRefusedWhileThereIsNone() {
    Caller demanding = new Caller(null, null, true, false, Caller.Call.ENDLESS);
    world.consensus().leads(false);

    assertThat(world.refused(kv.put(demanding, PUT))).isEqualTo(new Reason.NoLeader());
    assertThat(world.refused(kv.range(demanding, at(0)))).isEqualTo(new Reason.NoLeader());
    assertThat(world.done(kv.range(CALLER, at(0))).count()).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  void droppedProposalIsRefusedForItsReason(DropReason reason) {
    world.time.passMillis(60_000); // The leader is no longer new, so no other one is suspected.
    world.consensus().drop(reason);

    Reason refusal = world.refused(kv.put(CALLER, PUT));

    assertThat(refusal)
        .isEqualTo(
            switch (reason) {
              case OVERLOADED -> new Reason.TooManyRequests();
              case CHANGE_REFUSED, DROPPED -> new Reason.ProposalDropped();
              case REPLACED -> new Reason.TimedOut(Reason.TimedOut.Cause.LEADER_FAILURE);
              case NO_LEADER -> new Reason.DeadlineExceeded();
              case STOPPED -> new Reason.Stopped();
              case TIMED_OUT -> new Reason.TimedOut(Reason.TimedOut.Cause.NONE);
            });
  }

  private static Row row(
      String what, Function<KvService, CompletionStage<?>> request, Reason reason) {
    return new Row(what, request, reason);
  }

  private static TxnRequest txn(List<? extends Operation> success) {
    return new TxnRequest(List.of(), List.copyOf(success), List.of());
  }

  private static RangeRequest at(long revision) {
    return new RangeRequest(
        KeyRange.single(K),
        0,
        revision,
        SortOrder.NONE,
        SortTarget.KEY,
        false,
        false,
        false,
        0,
        0,
        0,
        0);
  }

  private static RangeRequest sorted(SortOrder order, SortTarget target) {
    return new RangeRequest(KeyRange.ALL, 0, 0, order, target, false, false, false, 0, 0, 0, 0);
  }

  private static RangeRequest filtered() {
    return new RangeRequest(
        KeyRange.ALL, 0, 0, SortOrder.NONE, SortTarget.KEY, false, false, false, 1, 0, 0, 0);
  }
}
