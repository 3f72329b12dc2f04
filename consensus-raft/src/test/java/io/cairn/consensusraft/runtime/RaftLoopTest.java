// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.consensusraft.core.Entry;
import io.cairn.consensusraft.core.Message;
import io.cairn.consensusraft.fakes.FakeDisk;
import io.cairn.consensusraft.fakes.HandPlayedNetwork;
import io.cairn.consensusraft.fakes.ManualScheduler;
import io.cairn.consensusraft.runtime.TestMachine.Command;
import io.cairn.spi.consensus.AppliedPoint;
import io.cairn.spi.consensus.ConfigurationChange;
import io.cairn.spi.consensus.ConfigurationChange.Kind;
import io.cairn.spi.consensus.ConsensusOptions;
import io.cairn.spi.store.Bytes;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** One member of three; the test speaks for the other two. No time passes but where it says so. */
final class RaftLoopTest {
  private static final int ELECTION_MILLIS = 1000;
  private static final long TERM = 2;

  /** The last of the entries that found the cluster, one for each member. */
  private static final long FOUNDED = 3;

  private final FakeDisk disk = new FakeDisk();
  private final ManualScheduler lanes = new ManualScheduler();
  private final HandPlayedNetwork network = new HandPlayedNetwork(1);
  private final RaftConsensus consensus = member();

  private RaftConsensus member() {
    ConsensusOptions options =
        new ConsensusOptions(
            7,
            1,
            1,
            1,
            LongStream.rangeClosed(1, FOUNDED)
                .mapToObj(id -> new ConfigurationChange(Kind.ADD_VOTER, id, Bytes.EMPTY))
                .toList(),
            100,
            ELECTION_MILLIS,
            false,
            7000,
            1 << 20,
            100,
            false,
            0);
    return OneMember.of(options, disk, lanes, network);
  }

  private void hears(Message message) {
    network.say(message);
    lanes.runReady();
  }

  private void acknowledged(long index) {
    hears(new Message.AppendAccepted(network.from(2, TERM), index));
  }

  private Command propose(String text) {
    Command command = new Command(text);
    consensus.propose(command);
    lanes.runReady();
    return command;
  }

  /** The member leads, and all that it knows of is committed. */
  private void lead() {
    consensus.start(new TestMachine(disk, AppliedPoint.ZERO));
    lanes.advanceMillis(ELECTION_MILLIS);
    hears(new Message.VoteResponse(network.from(2, TERM), false, true));
    acknowledged(FOUNDED + 1);
    assertThat(consensus.status().leadership().self()).isTrue();
  }

  /** What member 2 has been sent of what was proposed. */
  private List<String> sent() {
    return network.sentTo(2).stream()
        .filter(Message.AppendRequest.class::isInstance)
        .flatMap(message -> ((Message.AppendRequest) message).entries().stream())
        .map(Entry::payload)
        .filter(payload -> !payload.isEmpty())
        .map(Bytes::toUtf8)
        .toList();
  }

  @Test
  void whatGathersLeavesWithTheCommitOfABatchThatItWaitedFor() {
    lead();
    propose("first");
    propose("second");
    propose("third");
    Command last = propose("last");
    List<String> before = sent();

    acknowledged(FOUNDED + 2);

    assertThat(before).containsExactly("first", "second", "third");
    assertThat(sent()).containsExactly("first", "second", "third", "last");
    assertThat(last.appliedAt).isZero();
  }

  @Test
  void whatGathersLeavesAfterATickAtTheLatest() {
    lead();
    propose("first");
    propose("second");
    propose("third");
    propose("last");

    lanes.advanceMillis(100);

    assertThat(sent()).startsWith("first", "second", "third", "last");
  }
}
