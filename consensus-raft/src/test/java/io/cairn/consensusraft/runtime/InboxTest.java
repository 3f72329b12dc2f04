// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.consensusraft.fakes.ManualLane;
import io.cairn.consensusraft.runtime.Inbox.Patience;
import io.cairn.consensusraft.runtime.TestMachine.Command;
import io.cairn.spi.environment.Lane;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class InboxTest {
  private final ManualLane lane = new ManualLane();
  private final List<Object> taken = new ArrayList<>();
  private final Inbox inbox = new Inbox(lane, this::drain, 64 << 20, 100);
  private Patience patience = new Patience(true, true, true);
  private int comings;

  InboxTest() {
    inbox.drained(patience);
  }

  private void drain() {
    comings++;
    for (@Nullable Object item : inbox.take(Inbox.spare())) {
      if (item != null) {
        taken.add(item);
      }
    }
    inbox.drained(patience);
  }

  @Test
  void anIdleReportIsTakenWithWhateverComesNext() {
    inbox.reportIdly("applied");
    lane.runAll();
    int before = comings;
    inbox.report("answer");
    lane.runAll();

    assertThat(before).isZero();
    assertThat(comings).isEqualTo(1);
    assertThat(taken).containsExactly("applied", "answer");
  }

  @Test
  void anImpatientLaneComesForAnIdleReport() {
    inbox.drained(Patience.NONE);

    inbox.reportIdly("applied");
    lane.runAll();

    assertThat(taken).containsExactly("applied");
  }

  @Test
  void aLaneThatLosesItsPatienceComesForWhatLiesThere() {
    patience = Patience.NONE;
    inbox.reportIdly("applied");
    lane.runAll();
    int before = comings;

    inbox.drained(Patience.NONE);
    lane.runAll();

    assertThat(before).isZero();
    assertThat(taken).containsExactly("applied");
  }

  @Test
  void proposalsGatherUntilSomethingElseComesOrTheyAreEnough() {
    Command few = new Command("a");
    Command enough = new Command("x".repeat(Gathering.BYTES_ENOUGH));
    inbox.offer(few, few);
    lane.runAll();
    int before = comings;
    inbox.offer(enough, enough);
    lane.runAll();

    assertThat(before).isZero();
    assertThat(taken).containsExactly(few, enough);
  }

  @Test
  void aLaneThatLetsNothingGatherComesForAProposal() {
    inbox.drained(new Patience(true, false, true));
    Command command = new Command("a");

    inbox.offer(command, command);
    lane.runAll();

    assertThat(taken).containsExactly(command);
  }

  @Test
  void aQuestionWaitsForTheRoundThatIsUnderWay() {
    Requests.Read read = new Requests.Read(new CompletableFuture<>());
    inbox.offer(read);
    lane.runAll();
    int before = comings;

    inbox.drained(new Patience(true, true, false));
    lane.runAll();

    assertThat(before).isZero();
    assertThat(taken).containsExactly(read);
  }

  /** Whoever came behind the last would never be answered. */
  @Test
  void nothingComesInBehindTheLast() {
    List<Boolean> offered = new ArrayList<>();
    List<Inbox> closing = new ArrayList<>();
    Lane intruding =
        new Lane() {
          @Override
          public String name() {
            return "raft";
          }

          @Override
          public void execute(Runnable task) {
            offered.add(closing.getFirst().offer("late"));
          }
        };
    closing.add(new Inbox(intruding, () -> {}, 1, 1));
    closing.getFirst().drained(Patience.NONE);

    boolean first = closing.getFirst().close("stop");
    boolean second = closing.getFirst().close("stop again");

    assertThat(offered).containsExactly(false);
    assertThat(first).isTrue();
    assertThat(second).isFalse();
  }
}
