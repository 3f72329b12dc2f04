// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.consensusraft.core.Configuration;
import io.cairn.consensusraft.core.Effects;
import io.cairn.consensusraft.core.Input;
import io.cairn.consensusraft.core.Message;
import io.cairn.consensusraft.core.RaftCore;
import io.cairn.consensusraft.core.Recovered;
import io.cairn.consensusraft.core.Settings;
import io.cairn.consensusraft.core.Settled;
import io.cairn.consensusraft.fakes.World;
import io.cairn.spi.store.Bytes;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A leader of three, as far as it has got when its first entry is committed everywhere. */
final class GatheringTest {
  private static final long TERM = 1;

  private final World world = new World(1);
  private final RaftCore core =
      RaftCore.start(
          Recovered.fresh(1, Configuration.ofVoters(1, 2, 3)), Settings.of(10), world.newRng());
  private final Gathering gathering = new Gathering(core, world);
  private long token;

  GatheringTest() {
    step(new Input.Receive(new Message.TimeoutNow(header(2, 0))));
    persisted();
    step(new Input.Receive(new Message.VoteResponse(header(2, TERM), false, true)));
    persisted();
    accepted(2);
    accepted(3);
  }

  private static Message.Header header(long from, long term) {
    return new Message.Header(from, 1, term, 0);
  }

  private Effects step(Input input) {
    Effects effects = core.step(List.of(input));
    if (effects.persist() != null) {
      token = effects.persist().token();
    }
    gathering.stepped(effects);
    return effects;
  }

  private Effects propose() {
    return step(new Input.Propose(0, List.of(Bytes.utf8("x")), List.of("x")));
  }

  private void persisted() {
    step(new Input.Persisted(token));
  }

  private Message acceptance(long from) {
    return new Message.AppendAccepted(header(from, TERM), core.lastIndex());
  }

  private Effects accepted(long from) {
    return step(new Input.Receive(acceptance(from)));
  }

  private boolean waitsFor(Inbox.Wait wait) {
    return (gathering.waits(true) & wait.bit()) != 0;
  }

  @Test
  void proposalsWaitWhileARoundIsUnderWay() {
    boolean before = gathering.holds();
    propose();
    boolean during = gathering.holds();
    persisted();
    accepted(2);

    assertThat(before).isFalse();
    assertThat(during).isTrue();
    assertThat(gathering.holds()).isFalse();
  }

  @Test
  void roundsOverlapWhereTheyTakeLong() {
    propose();
    world.runMillis(21);
    boolean late = gathering.holds();
    persisted();
    accepted(2);
    propose();
    boolean afterALongOne = gathering.holds();
    persisted();
    accepted(2);
    propose();

    assertThat(late).isFalse();
    assertThat(afterALongOne).isFalse();
    assertThat(gathering.holds()).as("after a short one").isTrue();
  }

  @Test
  void gatheredProposalsLeaveWithTheCommitIndexThatTheyWaitedFor() {
    propose();
    persisted();
    long committed = core.lastIndex();

    Effects effects =
        core.step(
            List.of(new Input.Receive(acceptance(2))),
            () -> new Input.Propose(0, List.of(Bytes.utf8("y")), List.of("y")));

    assertThat(effects.send())
        .extracting(Effects.Outgoing::message)
        .filteredOn(message -> message.header().to() == 2)
        .singleElement()
        .isInstanceOfSatisfying(
            Message.AppendRequest.class,
            request -> {
              assertThat(request.commit()).isEqualTo(committed);
              assertThat(request.entries()).hasSize(1);
            });
  }

  @Test
  void theLogsReportIsAwaitedOnlyOnceAnotherMemberHasTheEntries() {
    propose();
    boolean atFirst = waitsFor(Inbox.Wait.FOR_ANSWERS);
    accepted(2);

    assertThat(atFirst).isTrue();
    assertThat(waitsFor(Inbox.Wait.FOR_ANSWERS)).isFalse();
    persisted();
    assertThat(core.role().commit()).isEqualTo(core.lastIndex());
  }

  @Test
  void anAnswerThatSaysNothingNewIsSettled() {
    propose();
    persisted();
    Settled before = core.settled();
    accepted(2);
    Settled after = core.settled();

    assertThat(before.covers(acceptance(2))).isFalse();
    assertThat(after.covers(acceptance(3))).isTrue();
    propose();
    assertThat(after.covers(acceptance(3))).as("of the next round").isFalse();
  }

  @Test
  void anAnswerThatLetsMoreBeSentIsNot() {
    propose();
    persisted();
    step(new Input.Unreachable(3));
    accepted(2);

    assertThat(core.role().commit()).isEqualTo(core.lastIndex());
    assertThat(core.settled().covers(acceptance(3))).isFalse();
  }

  @Test
  void nothingIsSettledForWhoDoesNotLead() {
    step(new Input.Receive(new Message.Heartbeat(header(2, TERM + 1), 0, 0)));

    assertThat(core.settled().covers(acceptance(3))).isFalse();
    assertThat(core.awaitsPersisted()).isTrue();
  }

  @Test
  void readersWaitWhileARoundOfReadsIsUnderWay() {
    boolean before = waitsFor(Inbox.Wait.FOR_READS);
    step(new Input.ReadIndex("reader"));

    assertThat(before).isFalse();
    assertThat(waitsFor(Inbox.Wait.FOR_READS)).isTrue();
  }
}
