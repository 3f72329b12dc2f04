// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.consensusraft.core.Effects.RoleKind;
import io.cairn.consensusraft.core.Effects.RoleView;
import io.cairn.consensusraft.fakes.ManualLane;
import io.cairn.consensusraft.runtime.TestMachine.Command;
import io.cairn.spi.consensus.DropReason;
import java.util.List;
import org.junit.jupiter.api.Test;

final class GatheringTest {
  private final Gathering gathering = new Gathering();

  private static RoleView leading(long commit) {
    return new RoleView(RoleKind.LEADER, 1, 5, true, commit);
  }

  private static RoleView following() {
    return new RoleView(RoleKind.FOLLOWER, 2, 5, false, 0);
  }

  /** Batches that end at 10, 20 and 30 are on their way. */
  private void threeBatchesUnderWay() {
    for (int end = 10; end <= 30; end += 10) {
      gathering.add(new Command("batch up to " + end));
      assertThat(gathering.isDue()).isTrue();
      gathering.take();
      gathering.stepped(leading(0));
      gathering.taken(end);
    }
  }

  @Test
  void aProposalWaitsWhileThreeBatchesAreUnderWay() {
    threeBatchesUnderWay();

    gathering.add(new Command("a"));
    gathering.stepped(leading(9));

    assertThat(gathering.isDue()).isFalse();
    assertThat(gathering.isOn()).isTrue();
  }

  @Test
  void whatHasGatheredGoesTogetherWhenABatchIsCommitted() {
    threeBatchesUnderWay();
    Command first = new Command("a");
    Command second = new Command("b");
    gathering.add(first);
    gathering.add(second);

    gathering.stepped(leading(10));

    assertThat(gathering.isDue()).isTrue();
    assertThat(gathering.take().origins()).isEqualTo(List.of(first, second));
    assertThat(gathering.isEmpty()).isTrue();
  }

  @Test
  void whatIsEnoughDoesNotWait() {
    threeBatchesUnderWay();

    gathering.add(new Command("x".repeat(Gathering.BYTES_ENOUGH)));

    assertThat(gathering.isDue()).isTrue();
  }

  @Test
  void batchesThatAreCommittedInTheirStepAreNotUnderWay() {
    for (int end = 10; end <= 30; end += 10) {
      gathering.stepped(leading(end));
      gathering.taken(end);
    }

    assertThat(gathering.isOn()).isFalse();
  }

  @Test
  void whoDoesNotLeadGathersNothing() {
    threeBatchesUnderWay();

    gathering.add(new Command("a"));
    gathering.stepped(following());
    gathering.taken(40);

    assertThat(gathering.isDue()).isTrue();
    assertThat(gathering.isOn()).isFalse();
  }

  @Test
  void whatHasGatheredIsGivenBackAtTheEnd() {
    Inbox inbox = new Inbox(new ManualLane(), () -> {}, 1 << 20, 100);
    Command command = new Command("a");
    assertThat(inbox.offer(command, command)).isEqualTo(Inbox.Admission.TAKEN);
    threeBatchesUnderWay();
    gathering.add(command);

    gathering.stop(inbox);

    assertThat(command.dropped).isEqualTo(DropReason.STOPPED);
    assertThat(inbox.waiting()).isZero();
    assertThat(gathering.isEmpty()).isTrue();
  }
}
