// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.consensusraft.fakes.ManualLane;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class InboxTest {
  private final ManualLane lane = new ManualLane();
  private final List<Object> taken = new ArrayList<>();
  private final Inbox inbox = new Inbox(lane, this::drain, 64 << 20, 100);
  private boolean patient = true;
  private int comings;

  InboxTest() {
    inbox.drained(true);
  }

  private void drain() {
    comings++;
    for (@Nullable Object item : inbox.take(Inbox.spare())) {
      if (item != null) {
        taken.add(item);
      }
    }
    inbox.drained(patient);
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
    inbox.drained(false);

    inbox.reportIdly("applied");
    lane.runAll();

    assertThat(taken).containsExactly("applied");
  }

  @Test
  void aLaneThatLosesItsPatienceComesForWhatLiesThere() {
    patient = false;
    inbox.reportIdly("applied");
    lane.runAll();
    int before = comings;

    inbox.drained(false);
    lane.runAll();

    assertThat(before).isZero();
    assertThat(taken).containsExactly("applied");
  }
}
