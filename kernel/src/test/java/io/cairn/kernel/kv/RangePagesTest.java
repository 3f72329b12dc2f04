// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.kv;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.kernel.virtual.KernelWorld;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.Caller;
import io.cairn.spi.store.CompactRequest;
import io.cairn.spi.store.KeyRange;
import io.cairn.spi.store.PutRequest;
import io.cairn.spi.store.RangeRequest;
import io.cairn.spi.store.RangeRequest.SortOrder;
import io.cairn.spi.store.RangeRequest.SortTarget;
import io.cairn.spi.store.RangeResult;
import io.cairn.spi.store.RangeStream;
import io.cairn.spi.store.RangeStream.Part;
import io.cairn.spi.store.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class RangePagesTest {
  private static final int MEGABYTE = 1 << 20;

  private final KernelWorld world = new KernelWorld();

  @AfterEach
  void close() {
    world.close();
  }

  @Test
  void firstPartHasTenKeysAndLaterOnesTwiceAsManyWhileSmall() {
    put(100, 10);

    List<Part> parts = parts(stream(Caller.LOCAL, all(0, 0)));

    assertThat(parts.stream().map(part -> part.result().kvs().size()))
        .containsExactly(10, 20, 40, 30);
    assertThat(parts.subList(0, 3)).allMatch(part -> part.result().header().clusterId() == 0);
    assertThat(parts.getLast().result().header().revision()).isEqualTo(101);
    assertThat(parts.getLast().result().count()).isEqualTo(100);
    assertThat(parts.getLast().result().more()).isFalse();
  }

  @Test
  void partsShrinkWhenTheyAreLarge() {
    put(30, MEGABYTE);

    List<Part> parts = parts(stream(Caller.LOCAL, all(0, 0)));

    assertThat(parts.stream().map(part -> part.result().kvs().size()))
        .startsWith(10, 5, 2)
        .allMatch(size -> size > 0);
  }

  @Test
  void limitEndsTheStreamAndSaysThatThereIsMore() {
    put(100, 10);

    List<Part> parts = parts(stream(Caller.LOCAL, all(25, 0)));

    assertThat(parts.stream().map(part -> part.result().kvs().size())).containsExactly(10, 15);
    assertThat(parts.getLast().result().more()).isTrue();
    assertThat(parts.getLast().result().count()).isEqualTo(100);
  }

  @Test
  void allPartsShowTheRevisionOfTheFirst() {
    put(15, 10);
    RangeStream stream = stream(Caller.LOCAL, all(0, 0));
    Part first = world.done(stream.next());

    put(30, 20);
    Part second = world.done(stream.next());

    assertThat(first.last()).isFalse();
    assertThat(second.last()).isTrue();
    assertThat(second.result().kvs()).hasSize(5);
    assertThat(second.result().header().revision()).isEqualTo(16);
  }

  @Test
  void compactionThatOvertakesTheStreamEndsIt() {
    put(15, 10);
    RangeStream stream = stream(Caller.LOCAL, all(0, 0));
    world.done(stream.next());

    put(5, 10);
    world.done(world.kernel().kv().compact(Caller.LOCAL, new CompactRequest(18, true)));

    assertThat(world.refused(stream.next())).isEqualTo(new Reason.Compacted(18));
  }

  @Test
  void streamTakesRoomForOnePartAtATime() {
    put(40, MEGABYTE);
    NarrowCall call = NarrowCall.withoutLine(12 * MEGABYTE);

    List<Part> parts = parts(stream(call.caller(), all(0, 0)));

    assertThat(parts.stream().mapToInt(part -> part.result().kvs().size()).sum()).isEqualTo(40);
    assertThat(call.most).isBetween(9L * MEGABYTE, 12L * MEGABYTE);
    assertThat(call.taken).as("the last part, until the call ends").isLessThan(call.most);
  }

  @Test
  void readThatRunsOutOfRoomLetsGoWaitsAndBeginsAnew() {
    put(30, MEGABYTE);
    NarrowCall call = new NarrowCall(18 * MEGABYTE);

    CompletableFuture<RangeResult> answer =
        world.kernel().kv().range(call.caller(), all(0, 0)).toCompletableFuture();
    world.time.run();
    long takenWhileWaiting = call.taken;
    boolean early = answer.isDone();
    put(31, 10);
    call.roomBytes = 40L * MEGABYTE;
    call.line.complete(null);

    assertThat(call.most).as("not all at once").isGreaterThan(10L * MEGABYTE);
    assertThat(takenWhileWaiting).isZero();
    assertThat(early).isFalse();
    assertThat(call.awaited).isBetween(18L * MEGABYTE, 30L * MEGABYTE);
    assertThat(world.done(answer).count()).as("what is there now").isEqualTo(31);
  }

  @Test
  void answerForWhichThereIsNoRoomIsRefusedAndTakesNone() {
    put(30, MEGABYTE);
    NarrowCall call = NarrowCall.withoutLine(18 * MEGABYTE);

    Reason reason = world.refused(world.kernel().kv().range(call.caller(), all(0, 0)));

    assertThat(reason).isEqualTo(new Reason.ResponsesExhausted());
    assertThat(call.taken).isZero();
  }

  /** They are gathered, too, however small the answer is. */
  @Test
  void keysAndRowsNeedRoomToo() {
    put(2000, 1);
    RangeRequest keysOnly = keysOnly(SortOrder.NONE, SortTarget.KEY, 0);
    RangeRequest oldest = keysOnly(SortOrder.ASCEND, SortTarget.CREATE, 1);
    for (RangeRequest request : List.of(keysOnly, oldest)) {
      NarrowCall narrow = NarrowCall.withoutLine(60_000);
      NarrowCall wide = NarrowCall.withoutLine(MEGABYTE);

      Reason reason = world.refused(world.kernel().kv().range(narrow.caller(), request));
      long found = world.done(world.kernel().kv().range(wide.caller(), request)).count();

      assertThat(reason).isEqualTo(new Reason.ResponsesExhausted());
      assertThat(found).isEqualTo(2000);
    }
  }

  private static RangeRequest keysOnly(SortOrder order, SortTarget target, long limit) {
    return new RangeRequest(KeyRange.ALL, limit, 0, order, target, false, true, false, 0, 0, 0, 0);
  }

  @Test
  void whatIsSmallNeedsNoRoom() {
    put(300, 10);

    RangeResult answer =
        world.done(world.kernel().kv().range(new NarrowCall(0).caller(), all(0, 0)));

    assertThat(answer.count()).isEqualTo(300);
  }

  @Test
  void readForACallerWhoHasGoneIsGivenUp() {
    put(300, 10);
    NarrowCall call = new NarrowCall(MEGABYTE);
    call.over = true;

    Reason reason = world.refused(world.kernel().kv().range(call.caller(), all(0, 0)));

    assertThat(reason).isEqualTo(new Reason.CallCanceled());
  }

  private RangeStream stream(Caller caller, RangeRequest request) {
    return world.done(world.kernel().kv().rangeStream(caller, request));
  }

  private List<Part> parts(RangeStream stream) {
    List<Part> parts = new ArrayList<>();
    try (stream) {
      do {
        parts.add(world.done(stream.next()));
      } while (!parts.getLast().last());
    }
    return parts;
  }

  private void put(int count, int valueBytes) {
    for (int i = 0; i < count; i++) {
      world.done(
          world
              .kernel()
              .kv()
              .put(
                  Caller.LOCAL,
                  PutRequest.of(
                      Bytes.utf8("key%03d".formatted(i)), Bytes.of(new byte[valueBytes]))));
    }
  }

  private static RangeRequest all(long limit, long revision) {
    return new RangeRequest(
        KeyRange.ALL,
        limit,
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
}
