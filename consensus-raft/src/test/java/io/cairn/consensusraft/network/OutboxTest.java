// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.network;

import static io.cairn.consensusraft.network.Outbox.Outcome.DROPPED;
import static io.cairn.consensusraft.network.Outbox.Outcome.DROPPED_FIRST;
import static io.cairn.consensusraft.network.Outbox.Outcome.QUEUED;
import static io.cairn.consensusraft.network.Outbox.Outcome.QUEUED_FIRST;
import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.spi.store.Bytes;
import java.util.List;
import org.junit.jupiter.api.Test;

final class OutboxTest {
  private static final int PLENTY = 1 << 20;

  private static Frame frame(int payload) {
    return Frame.message(Bytes.of(new byte[payload]));
  }

  @Test
  void whatIsHandedInTogetherWakesOnceAndLeavesTogether() {
    Outbox outbox = new Outbox(10, PLENTY);
    Frame one = frame(1);
    Frame two = frame(2);

    assertThat(outbox.add(one)).isEqualTo(QUEUED_FIRST);
    assertThat(outbox.add(two)).isEqualTo(QUEUED);

    assertThat(outbox.take(PLENTY)).containsExactly(one, two);
    assertThat(outbox.add(one)).as("the loop has not gone yet").isEqualTo(QUEUED);
    assertThat(outbox.take(PLENTY)).containsExactly(one);
    assertThat(outbox.take(PLENTY)).isEmpty();
    assertThat(outbox.add(two)).as("the loop has gone").isEqualTo(QUEUED_FIRST);
  }

  @Test
  void batchEndsAtItsBoundButHoldsOneFrameAtLeast() {
    Outbox outbox = new Outbox(10, PLENTY);
    List<Frame> frames = List.of(frame(500), frame(400), frame(400));
    frames.forEach(frame -> assertThat(outbox.add(frame)).isNotEqualTo(DROPPED));

    assertThat(outbox.take(1000)).containsExactly(frames.get(0), frames.get(1));
    assertThat(outbox.take(10)).containsExactly(frames.get(2));
  }

  @Test
  void fullOutboxDropsAndSaysSoOncePerEpisode() {
    Outbox outbox = new Outbox(2, PLENTY);
    Frame frame = frame(1);
    for (int episode = 1; episode <= 2; episode++) {
      assertThat(outbox.add(frame)).isNotEqualTo(DROPPED);
      assertThat(outbox.add(frame)).isEqualTo(QUEUED);

      assertThat(outbox.add(frame)).isEqualTo(DROPPED_FIRST);
      assertThat(outbox.add(frame)).isEqualTo(DROPPED);

      assertThat(outbox.dropped()).isEqualTo(2L * episode);
      assertThat(outbox.take(PLENTY)).hasSize(2);
    }
  }

  @Test
  void bytesAreBoundedButOneLargeMessageAlwaysFits() {
    Outbox outbox = new Outbox(100, 1000);

    assertThat(outbox.add(frame(5000))).isEqualTo(QUEUED_FIRST);
    assertThat(outbox.add(frame(1))).isEqualTo(DROPPED_FIRST);

    assertThat(outbox.take(PLENTY)).hasSize(1);
    assertThat(outbox.add(frame(900))).isEqualTo(QUEUED);
    assertThat(outbox.add(frame(900))).isEqualTo(DROPPED_FIRST);
  }

  @Test
  void closedOutboxTakesNothingAndForgetsWhatWaited() {
    Outbox outbox = new Outbox(10, PLENTY);
    assertThat(outbox.add(frame(1))).isEqualTo(QUEUED_FIRST);

    outbox.close();

    assertThat(outbox.add(frame(1))).isEqualTo(DROPPED);
    assertThat(outbox.take(PLENTY)).isEmpty();
    outbox.open();
    assertThat(outbox.add(frame(1))).isEqualTo(QUEUED_FIRST);
  }
}
