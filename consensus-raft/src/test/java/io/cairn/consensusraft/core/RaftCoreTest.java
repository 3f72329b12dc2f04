// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.spi.environment.InvariantViolation;
import io.cairn.spi.store.Bytes;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A core by itself, told what no core would tell it, or what is too rare for a scenario. */
final class RaftCoreTest {
  private static final Configuration THREE = Configuration.ofVoters(1, 2, 3);

  private static RaftCore follower(HardState state, Entry... entries) {
    return RaftCore.start(
        new Recovered(1, 0, state, THREE, 0, 0, 0, List.of(entries)),
        Settings.of(10),
        new TestRng(0));
  }

  private static Entry entry(long index, long term) {
    return Entry.of(index, term, EntryKind.COMMAND, Bytes.utf8(index + ":" + term));
  }

  private static Input from(long member, long term, long prev, long prevTerm, long commit) {
    Message.Header header = new Message.Header(member, 1, term, 0);
    return new Input.Receive(new Message.AppendRequest(header, prev, prevTerm, List.of(), commit));
  }

  @Test
  void aFollowerCommitsOnlyWhatThisLeaderHasVerified() {
    // Entry 3 may be different on the leader, which speaks of entry 2 only.
    RaftCore core = follower(new HardState(1, 0, 1), entry(1, 1), entry(2, 1), entry(3, 1));

    Effects effects = core.step(List.of(from(2, 2, 2, 1, 4)));

    assertThat(effects.role().commit()).isEqualTo(2);
    assertThat(core.lastIndex()).isEqualTo(3);
  }

  @Test
  void aNoticeOfTheCommitIndexIsTakenAndNotAnswered() {
    RaftCore core = follower(new HardState(1, 0, 1), entry(1, 1), entry(2, 1), entry(3, 1));
    Message.Header header = new Message.Header(2, 1, 1, 0);

    Effects effects =
        core.step(List.of(new Input.Receive(new Message.CommitNotice(header, 2, 1, 3))));

    assertThat(effects.role().commit()).as("no further than the notice vouches for").isEqualTo(2);
    assertThat(effects.role().leader()).isEqualTo(2);
    assertThat(effects.send()).isEmpty();
  }

  @Test
  void aNoticeAboutAnotherEntryCommitsNothing() {
    RaftCore core = follower(new HardState(1, 0, 1), entry(1, 1), entry(2, 1));
    Message.Header header = new Message.Header(2, 1, 2, 0);

    Effects other =
        core.step(List.of(new Input.Receive(new Message.CommitNotice(header, 2, 2, 2))));
    Effects missing =
        core.step(List.of(new Input.Receive(new Message.CommitNotice(header, 3, 2, 3))));

    assertThat(other.role().commit()).isEqualTo(1);
    assertThat(missing.role().commit()).isEqualTo(1);
  }

  @Test
  void twoLeadersInOneTermEndTheProcess() {
    RaftCore core = follower(new HardState(1, 0, 0), entry(1, 1));
    core.step(List.of(from(2, 2, 1, 1, 0)));

    assertThatThrownBy(() -> core.step(List.of(from(3, 2, 1, 1, 0))))
        .isInstanceOf(InvariantViolation.class)
        .hasMessageContaining("two leaders in one term");
  }

  @Test
  void aLeaderThatCountsOnLostEntriesEndsTheProcess() {
    RaftCore core = follower(new HardState(1, 0, 0), entry(1, 1));
    Message.Header header = new Message.Header(2, 1, 2, 0);

    assertThatThrownBy(
            () -> core.step(List.of(new Input.Receive(new Message.Heartbeat(header, 5, 0)))))
        .isInstanceOf(InvariantViolation.class)
        .hasMessageContaining("lost here");
  }

  @Test
  void anAcknowledgementOfATermThatEndsInTheSameStepIsNotMade() {
    // What it would acknowledge is replaced before it is ever persisted.
    RaftCore core = follower(new HardState(1, 0, 0), entry(1, 1));
    Message older =
        new Message.AppendRequest(
            new Message.Header(2, 1, 1, 0), 1, 1, List.of(entry(2, 1), entry(3, 1)), 0);
    Message newer =
        new Message.AppendRequest(new Message.Header(3, 1, 2, 0), 1, 1, List.of(entry(2, 2)), 0);

    Effects effects = core.step(List.of(new Input.Receive(older), new Input.Receive(newer)));

    assertThat(effects.send())
        .singleElement()
        .satisfies(outgoing -> {
          assertThat(outgoing.message())
              .isEqualTo(new Message.AppendAccepted(new Message.Header(1, 3, 2, 0), 2));
          assertThat(outgoing.after()).isEqualTo(1);
        });
    assertThat(effects.persist())
        .isEqualTo(new Effects.Persist(1, new HardState(2, 0, 0), null, 0, List.of(entry(2, 2))));
  }

  @Test
  void whatWasDurableBehindAnInstalledSnapshotCountsForNothing() {
    RaftCore core =
        follower(new HardState(1, 0, 1), entry(1, 1), entry(2, 1), entry(3, 1), entry(4, 1));
    Message.Header leader = new Message.Header(2, 1, 2, 0);
    core.step(
        List.of(
            new Input.Receive(
                new Message.InstallSnapshot(leader, new SnapshotPoint(2, 2, THREE)))));
    core.step(List.of(new Input.Persisted(1)));

    Effects effects =
        core.step(
            List.of(
                new Input.Receive(
                    new Message.AppendRequest(
                        leader, 2, 2, List.of(entry(3, 2), entry(4, 2)), 4))));

    assertThat(core.durableIndex()).isEqualTo(2);
    assertThat(effects.apply()).isEmpty();
    assertThat(core.step(List.of(new Input.Persisted(2))).apply())
        .containsExactly(entry(3, 2), entry(4, 2));
  }

  @Test
  void aCopyGoesItsOwnWay() {
    RaftCore core =
        RaftCore.start(
            Recovered.fresh(1, Configuration.ofVoters(1)), Settings.of(10), new TestRng(0));
    core.step(List.of());
    RaftCore copy = core.copy(new TestRng(0));
    long before = core.fingerprint();

    copy.step(List.of(new Input.Persisted(1)));

    assertThat(core.fingerprint()).isEqualTo(before);
    assertThat(copy.fingerprint()).isNotEqualTo(before);
    core.step(List.of(new Input.Persisted(1)));
    assertThat(copy.fingerprint()).isEqualTo(core.fingerprint());
  }

  @Test
  void originsComeBackWithTheirEntriesOnlyHere() {
    RaftCore core =
        RaftCore.start(
            Recovered.fresh(1, Configuration.ofVoters(1)), Settings.of(10), new TestRng(0));
    Object origin = new Object();
    core.step(List.of());
    core.step(List.of(new Input.Persisted(1)));
    core.step(List.of(new Input.Persisted(2)));
    core.step(List.of(new Input.Propose(0, List.of(Bytes.utf8("a")), List.of(origin))));

    Effects effects = core.step(List.of(new Input.Persisted(3)));

    assertThat(effects.apply()).singleElement().extracting(Entry::origin).isSameAs(origin);
  }

  @Test
  void aLeaderKeepsInMemoryWhatAFollowerLacks() {
    RaftCore core = leaderOfThree();
    propose(core, 100);

    settle(core, accepted(2, 101));
    int whileOneLacksThem = core.window().size();
    settle(core, accepted(3, 101));
    propose(core, 1);
    settle(core, accepted(2, 102), accepted(3, 102));

    assertThat(core.applied()).isEqualTo(102);
    assertThat(whileOneLacksThem).isEqualTo(101);
    assertThat(core.window()).as("half a MiB of what all have").hasSize(5);
  }

  @Test
  void aLeaderKeepsNothingInMemoryForAFollowerThatLacksMore() {
    RaftCore core = leaderOfThree();
    for (int last = 101; last <= 301; last += 100) {
      propose(core, 100);
      settle(core, accepted(2, last));
    }

    settle(core, accepted(2, 301));

    assertThat(core.applied()).isEqualTo(301);
    assertThat(core.window()).hasSize(5);
  }

  private static RaftCore leaderOfThree() {
    RaftCore core = follower(new HardState(1, 0, 0));
    settle(core, new Input.Receive(new Message.TimeoutNow(new Message.Header(2, 1, 1, 0))));
    Message.Header voter = new Message.Header(2, 1, 2, 0);
    settle(core, new Input.Receive(new Message.VoteResponse(voter, false, true)));
    return core;
  }

  private static void propose(RaftCore core, int count) {
    List<Bytes> payloads = Collections.nCopies(count, Bytes.of(new byte[100_000]));
    settle(core, new Input.Propose(0, payloads, payloads));
  }

  /** A step, after which everything is durable and applied at once. */
  private static void settle(RaftCore core, Input... inputs) {
    Effects effects = core.step(List.of(inputs));
    for (Effects.Persist persist = effects.persist();
        persist != null;
        persist = effects.persist()) {
      effects = core.step(List.of(new Input.Persisted(persist.token())));
    }
    core.step(List.of(new Input.Applied(core.handedOut())));
  }

  private static Input accepted(long member, long match) {
    return new Input.Receive(
        new Message.AppendAccepted(new Message.Header(member, 1, 2, 0), match));
  }

  @Test
  void aLeaderWithoutAQuorumStepsDownHoweverOftenItIsToHandOver() {
    RaftCore core = follower(new HardState(1, 0, 1), entry(1, 1));
    for (int i = 0; i < 10; i++) {
      core.step(List.of(new Input.Tick()));
    }
    core.step(List.of(vote(2, true)));
    core.step(List.of(vote(2, false), vote(3, false)));
    Effects.RoleKind before = core.role().kind();

    for (int i = 0; i < 6; i++) {
      core.step(List.of(new Input.Transfer(2 + i % 2)));
      core.step(Collections.nCopies(4, new Input.Tick()));
    }

    assertThat(before).isEqualTo(Effects.RoleKind.LEADER);
    assertThat(core.role().kind()).isNotEqualTo(Effects.RoleKind.LEADER);
  }

  private static Input vote(long member, boolean pre) {
    return new Input.Receive(
        new Message.VoteResponse(new Message.Header(member, 1, 2, 0), pre, true));
  }

  @Test
  void aTransferThatNobodyTakesEndsAfterAnElectionTimeout() {
    RaftCore core = follower(new HardState(1, 0, 1), entry(1, 1));
    for (int i = 0; i < 10; i++) {
      core.step(List.of(new Input.Tick()));
    }
    core.step(List.of(vote(2, true)));
    core.step(List.of(vote(2, false), vote(3, false)));
    core.step(Collections.nCopies(5, new Input.Tick()));

    core.step(List.of(new Input.Transfer(2)));
    core.step(
        List.of(
            new Input.Receive(new Message.HeartbeatResponse(new Message.Header(2, 1, 2, 0), 0))));
    core.step(Collections.nCopies(9, new Input.Tick()));
    Effects during = core.step(List.of(propose("during")));
    Effects after = core.step(List.of(new Input.Tick(), propose("after")));

    assertThat(during.dropped())
        .containsExactly(new Effects.Dropped("during", Effects.DropReason.TRANSFERRING, 0, 0));
    assertThat(after.dropped()).isEmpty();
  }

  private static Input propose(String text) {
    return new Input.Propose(0, List.of(Bytes.utf8(text)), List.of(text));
  }
}
