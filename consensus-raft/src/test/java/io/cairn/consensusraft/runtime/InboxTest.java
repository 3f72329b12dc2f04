// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.consensusraft.fakes.ManualLane;
import io.cairn.consensusraft.runtime.Inbox.Wait;
import io.cairn.consensusraft.runtime.TestMachine.Command;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class InboxTest {
  private final ManualLane lane = new ManualLane();
  private final List<Object> taken = new ArrayList<>();
  private final Inbox inbox = new Inbox(lane, this::drain, 64 << 20, 100);
  private int waits;
  private int comings;

  InboxTest() {
    inbox.drained();
  }

  private void drain() {
    comings++;
    for (@Nullable Object item : inbox.take(Inbox.spare())) {
      if (item != null) {
        taken.add(item);
      }
    }
    inbox.drained(waits);
  }

  /** From now on the lane does not come for this by itself. */
  private void patientAbout(Wait wait) {
    waits = wait.bit();
    inbox.drained(waits);
  }

  @Test
  void whatCanWaitIsTakenWithWhatCannotAndInOrder() {
    patientAbout(Wait.FOR_ROUND);

    Command command = new Command("a");
    inbox.offer(command, command);
    lane.runAll();
    int before = comings;
    inbox.report("answer");
    lane.runAll();

    assertThat(before).isZero();
    assertThat(comings).isEqualTo(1);
    assertThat(taken).containsExactly(command, "answer");
  }

  @Test
  void whatWaitsForSomethingElseIsNotHeldUp() {
    patientAbout(Wait.FOR_READS);

    inbox.report("applied", Wait.FOR_ANYTHING);
    lane.runAll();

    assertThat(taken).containsExactly("applied");
  }

  @Test
  void theLaneComesOnceThereIsNothingToWaitForAnyMore() {
    patientAbout(Wait.FOR_ANSWERS);
    inbox.report("durable", Wait.FOR_ANSWERS);
    lane.runAll();
    int before = comings;

    inbox.drained(0);
    lane.runAll();

    assertThat(before).isZero();
    assertThat(taken).containsExactly("durable");
  }

  @Test
  void proposalsThatFillAnAppendDoNotWait() {
    patientAbout(Wait.FOR_ROUND);

    String text = "x".repeat(600_000);
    List<Command> commands = List.of(new Command(text), new Command(text));
    commands.forEach(command -> inbox.offer(command, command));
    lane.runAll();

    assertThat(taken).containsExactlyElementsOf(commands);
  }
}
