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
import io.cairn.spi.store.RangeStream;
import io.cairn.spi.store.RangeStream.Part;
import io.cairn.spi.store.Reason;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class RangePagesTest {
  private static final int MEGABYTE = 1 << 20;

  /** A call that goes on until the test ends it. */
  private static final class OpenCall implements Caller.Call {
    private final List<Runnable> actions = new ArrayList<>();
    private boolean over;

    @Override
    public boolean ended() {
      return over;
    }

    @Override
    public void onEnd(Runnable action) {
      actions.add(action);
    }

    void end() {
      over = true;
      actions.forEach(Runnable::run);
    }
  }

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
  void streamLargerThanTheBudgetGoesOnBesideOtherAnswers() {
    put(40, MEGABYTE);
    OpenCall other = new OpenCall();
    Caller slow = new Caller(null, null, false, false, other);
    world.done(world.kernel().kv().range(slow, all(3, 0)));

    List<Part> parts = parts(stream(Caller.LOCAL, all(0, 0)));

    assertThat(parts.stream().mapToInt(part -> part.result().kvs().size()).sum()).isEqualTo(40);
    other.end();
  }

  @Test
  void answerBeyondTheBudgetIsRefusedBesideOthersAndNotAlone() {
    put(30, MEGABYTE);
    OpenCall other = new OpenCall();
    Caller slow = new Caller(null, null, false, false, other);
    world.done(world.kernel().kv().range(slow, all(3, 0)));

    Reason beside = world.refused(world.kernel().kv().range(Caller.LOCAL, all(0, 0)));
    other.end();
    int alone = world.done(world.kernel().kv().range(Caller.LOCAL, all(0, 0))).kvs().size();

    assertThat(beside).isEqualTo(new Reason.ResponsesExhausted());
    assertThat(alone).isEqualTo(30);
  }

  @Test
  void readForACallerWhoHasGoneIsGivenUp() {
    put(300, 10);
    OpenCall call = new OpenCall();
    call.end();

    Reason reason =
        world.refused(
            world.kernel().kv().range(new Caller(null, null, false, false, call), all(0, 0)));

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
