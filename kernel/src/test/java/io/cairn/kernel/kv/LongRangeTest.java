// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.kv;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.kernel.virtual.KernelWorld;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.Caller;
import io.cairn.spi.store.CompactRequest;
import io.cairn.spi.store.KeyRange;
import io.cairn.spi.store.KeyValueFormat;
import io.cairn.spi.store.LongRangeResult;
import io.cairn.spi.store.PutRequest;
import io.cairn.spi.store.RangeAnswer;
import io.cairn.spi.store.RangeRequest;
import io.cairn.spi.store.RangeRequest.SortOrder;
import io.cairn.spi.store.RangeRequest.SortTarget;
import io.cairn.spi.store.RangeResult;
import io.cairn.spi.store.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Answers that are longer than the room there is. */
final class LongRangeTest {
  private static final int KEYS = 300;
  private static final int VALUE_BYTES = 20_000;
  private static final long ALL_BYTES = (long) KEYS * VALUE_BYTES;

  /** Of the last of the keys. */
  private static final long REVISION = KEYS + 1;

  private static final RangeRequest ALL = RangeRequest.of(KeyRange.ALL);

  private final KernelWorld world = new KernelWorld();

  @BeforeEach
  void fill() {
    for (int i = 0; i < KEYS; i++) {
      put(i, VALUE_BYTES);
    }
  }

  @AfterEach
  void close() {
    world.close();
  }

  @Test
  void whatThereIsRoomForIsGathered() {
    NarrowCall call = new NarrowCall(2 * ALL_BYTES);

    RangeAnswer answer = world.done(ask(call, ALL));

    assertThat(answer).isInstanceOf(RangeResult.class);
    assertThat(((RangeResult) answer).kvs()).hasSize(KEYS);
    assertThat(call.taken).isBetween(ALL_BYTES - LocalReads.FREE_BYTES, ALL_BYTES + KEYS * 100L);
    assertThat(call.turnAwaited).isFalse();
  }

  @Test
  void whatThereIsNoRoomForIsMeasuredAndComesInParts() {
    NarrowCall call = NarrowCall.withoutLine(ALL_BYTES / 2);

    LongRangeResult answer = longAnswer(call, ALL);
    long takenInBetween = call.taken;
    List<List<Bytes>> parts = parts(answer);

    assertThat(takenInBetween).isZero();
    assertThat(call.taken).isZero();
    assertThat(call.most).isGreaterThan(ALL_BYTES / 3);
    assertThat(keys(parts)).containsExactlyElementsOf(expectedKeys(KEYS));
    assertThat(parts).allMatch(part -> bytes(part) < LongRangeResult.PART_BYTES + 2 * VALUE_BYTES);
    assertThat(parts).hasSizeBetween(5, 7);
    assertThat(answer.count()).isEqualTo(KEYS);
    assertThat(answer.more()).isFalse();
    assertThat(answer.header().revision()).isEqualTo(REVISION);
  }

  @Test
  void partsShowTheRevisionThatWasMeasuredWhateverIsWrittenMeanwhile() {
    LongRangeResult answer = longAnswer(NarrowCall.withoutLine(0), ALL);

    put(0, 5);
    put(KEYS - 1, 2 * VALUE_BYTES);
    put(KEYS, 5);

    assertThat(keys(parts(answer))).containsExactlyElementsOf(expectedKeys(KEYS));
  }

  @Test
  void limitCutsAndSaysThatThereIsMore() {
    LongRangeResult answer = longAnswer(NarrowCall.withoutLine(0), limited(100));

    assertThat(keys(parts(answer))).containsExactlyElementsOf(expectedKeys(100));
    assertThat(answer.more()).isTrue();
    assertThat(answer.count()).isEqualTo(KEYS);
  }

  @Test
  void keysAloneComeInPartsToo() {
    for (int i = 0; i < 3000; i++) {
      put(i, 1);
    }
    RangeRequest request =
        new RangeRequest(
            KeyRange.ALL, 0, 0, SortOrder.NONE, SortTarget.KEY, false, true, false, 0, 0, 0, 0);

    LongRangeResult answer = longAnswer(NarrowCall.withoutLine(0), request);

    assertThat(keys(parts(answer))).containsExactlyElementsOf(expectedKeys(3000));
  }

  @Test
  void largeValuesComeOneByOne() {
    for (int i = 0; i < 20; i++) {
      put(i, LongRangeResult.PART_BYTES);
    }

    List<List<Bytes>> parts = parts(longAnswer(NarrowCall.withoutLine(0), limited(20)));

    assertThat(parts).hasSize(20).allMatch(part -> part.size() == 1);
  }

  @Test
  void nothingIsReadBeforeTheTurnHasCome() {
    NarrowCall call = new NarrowCall(0);
    CompletionStage<? extends RangeAnswer> asked = ask(call, ALL);
    world.time.run();
    boolean early = asked.toCompletableFuture().isDone();

    call.turn.complete(null);

    assertThat(call.turnAwaited).isTrue();
    assertThat(early).isFalse();
    assertThat(world.done(asked)).isInstanceOf(LongRangeResult.class);
  }

  @Test
  void compactionThatOvertakesMeasuringLetsItBeginAnew() {
    NarrowCall call = new NarrowCall(0);
    CompletionStage<? extends RangeAnswer> newest = ask(call, ALL);
    CompletionStage<? extends RangeAnswer> old = ask(call, at(REVISION));
    world.time.run();

    put(KEYS, 10);
    compact(REVISION + 1);
    call.turn.complete(null);

    LongRangeResult answer = (LongRangeResult) world.done(newest);
    assertThat(keys(parts(answer))).containsExactlyElementsOf(expectedKeys(KEYS + 1));
    assertThat(answer.header().revision()).isEqualTo(REVISION + 1);
    assertThat(world.refused(old)).isEqualTo(new Reason.Compacted(REVISION + 1));
  }

  @Test
  void compactionThatOvertakesThePartsEndsThem() {
    LongRangeResult answer = longAnswer(NarrowCall.withoutLine(0), ALL);
    world.done(answer.next());

    put(0, 10);
    compact(REVISION + 1);

    assertThat(world.refused(answer.next())).isEqualTo(new Reason.Compacted(REVISION + 1));
  }

  @Test
  void callerWhoHasGoneIsReadNothing() {
    NarrowCall call = NarrowCall.withoutLine(0);
    LongRangeResult answer = longAnswer(call, ALL);

    call.over = true;

    assertThat(world.refused(answer.next())).isEqualTo(new Reason.CallCanceled());
    assertThat(world.refused(ask(call, ALL))).isEqualTo(new Reason.CallCanceled());
  }

  private CompletionStage<? extends RangeAnswer> ask(NarrowCall call, RangeRequest request) {
    return world.kernel().kv().rangeOfAnyLength(call.caller(), request);
  }

  private LongRangeResult longAnswer(NarrowCall call, RangeRequest request) {
    return (LongRangeResult) world.done(ask(call, request));
  }

  /** All parts, which are as long as was said. */
  private List<List<Bytes>> parts(LongRangeResult answer) {
    List<List<Bytes>> parts = new ArrayList<>();
    long left = answer.fieldBytes();
    while (left > 0) {
      List<Bytes> part = world.done(answer.next());
      parts.add(part);
      for (Bytes kv : part) {
        // A tag, and a length of one byte for seven bits of it.
        left -= 1 + (kv.length() < 1 << 7 ? 1 : kv.length() < 1 << 14 ? 2 : 3) + kv.length();
      }
    }
    assertThat(left).isZero();
    return parts;
  }

  private static long bytes(List<Bytes> part) {
    return part.stream().mapToLong(Bytes::length).sum();
  }

  private static List<Bytes> keys(List<List<Bytes>> parts) {
    return parts.stream().flatMap(List::stream).map(KeyValueFormat::key).toList();
  }

  private static List<Bytes> expectedKeys(int count) {
    return IntStream.range(0, count).mapToObj(LongRangeTest::key).toList();
  }

  private static Bytes key(int i) {
    return Bytes.utf8("key%05d".formatted(i));
  }

  private void put(int i, int valueBytes) {
    PutRequest request = PutRequest.of(key(i), Bytes.of(new byte[valueBytes]));
    world.done(world.kernel().kv().put(Caller.LOCAL, request));
  }

  private void compact(long revision) {
    world.done(world.kernel().kv().compact(Caller.LOCAL, new CompactRequest(revision, true)));
  }

  private static RangeRequest limited(long limit) {
    return new RangeRequest(
        KeyRange.ALL, limit, 0, SortOrder.NONE, SortTarget.KEY, false, false, false, 0, 0, 0, 0);
  }

  private static RangeRequest at(long revision) {
    return new RangeRequest(
        KeyRange.ALL, 0, revision, SortOrder.NONE, SortTarget.KEY, false, false, false, 0, 0, 0, 0);
  }
}
