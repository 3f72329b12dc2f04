// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.consensusraft.fakes.FakeDisk;
import io.cairn.consensusraft.fakes.FakeNetwork;
import io.cairn.consensusraft.fakes.ManualScheduler;
import io.cairn.consensusraft.fakes.PowerCut;
import io.cairn.consensusraft.fakes.RunSeeds;
import io.cairn.consensusraft.fakes.SilentLog;
import io.cairn.consensusraft.runtime.TestMachine.Command;
import io.cairn.consensusraft.wal.WalOptions;
import io.cairn.spi.consensus.AppliedPoint;
import io.cairn.spi.consensus.ConfigurationChange;
import io.cairn.spi.consensus.ConsensusOptions;
import io.cairn.spi.environment.Rng;
import io.cairn.spi.store.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A lone member dies at any operation of its disk, again and again, and loses nothing it answered.
 */
final class KillTest {
  static Stream<Long> seeds() {
    return RunSeeds.with(200);
  }

  @ParameterizedTest(name = "-Dcairn.seed={0}")
  @MethodSource("seeds")
  void noAnsweredProposalIsLost(long seed) {
    Random dice = new Random(seed);
    FakeDisk disk = new FakeDisk();
    List<String> answered = new ArrayList<>();
    AppliedPoint barrier = AppliedPoint.ZERO;
    List<String> state = new ArrayList<>();

    int counter = 0;
    for (int life = 0; life < 10; life++) {
      disk.cutPowerAfter(dice.nextInt(50));
      ManualScheduler lanes = new ManualScheduler();
      TestMachine machine = new TestMachine(disk, barrier);
      machine.durable = barrier.index();
      List<Command> proposed = new ArrayList<>();
      AppliedPoint nextBarrier = barrier;
      List<String> stateAtBarrier = state;
      try {
        RaftConsensus consensus = member(disk, lanes, dice);
        consensus.start(machine);
        // Whatever was answered in earlier lives is there before anybody asks.
        assertThat(answered).isEqualTo(retained(recovered(state, machine), answered));
        for (int step = 0; step < 40; step++) {
          switch (dice.nextInt(6)) {
            case 0, 1, 2 -> {
              Command command = new Command("c" + counter++);
              proposed.add(command);
              consensus.propose(command);
            }
            case 3 -> lanes.runOne();
            case 4 -> lanes.advanceMillis(dice.nextInt(300));
            default -> {
              nextBarrier = machine.point();
              stateAtBarrier = recovered(state, machine);
              machine.durable = nextBarrier.index();
            }
          }
        }
      } catch (PowerCut e) {
        // The next life begins below.
      }
      for (Command command : proposed) {
        if (command.appliedAt != 0) {
          answered.add(command.text);
        }
      }
      barrier = nextBarrier;
      state = stateAtBarrier;
      if (dice.nextInt(3) == 0) {
        disk.restart();
      } else {
        disk.powerCut(dice);
      }
    }
    TestMachine last = new TestMachine(disk, barrier);
    member(disk, new ManualScheduler(), dice).start(last);

    assertThat(answered).isEqualTo(retained(recovered(state, last), answered));
    assertThat(recovered(state, last)).doesNotHaveDuplicates();
  }

  /** Those of {@code all} that were answered, in the order in which they are there now. */
  private static List<String> retained(List<String> all, List<String> answered) {
    return all.stream().filter(answered::contains).toList();
  }

  private static List<String> recovered(List<String> state, TestMachine machine) {
    List<String> all = new ArrayList<>(state);
    all.addAll(machine.applied);
    return all;
  }

  private static RaftConsensus member(FakeDisk disk, ManualScheduler lanes, Random dice) {
    ConsensusOptions options =
        new ConsensusOptions(
            7,
            1,
            3,
            1,
            List.of(new ConfigurationChange(ConfigurationChange.Kind.ADD_VOTER, 1, Bytes.EMPTY)),
            100,
            1000,
            true,
            7000,
            1 << 20,
            1000,
            false,
            0);
    Rng rng =
        new Rng() {
          @Override
          public long next() {
            return dice.nextLong();
          }

          @Override
          public int below(int bound) {
            return dice.nextInt(bound);
          }

          @Override
          public Rng split(String label) {
            return this;
          }
        };
    return new RaftConsensus(
        options,
        new WalOptions("member/wal", 8192, 2),
        LogCutting.Kept.STANDARD,
        disk,
        lanes,
        lanes,
        rng,
        new SilentLog(),
        (what, cause) -> {
          throw new AssertionError(what, cause);
        },
        new FakeNetwork().endpoint(1));
  }
}
