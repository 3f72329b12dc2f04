// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.consensusraft.core.Configuration;
import io.cairn.consensusraft.core.Effects;
import io.cairn.consensusraft.core.Effects.Dropped;
import io.cairn.consensusraft.core.Entry;
import io.cairn.consensusraft.core.EntryKind;
import io.cairn.consensusraft.core.Forwarded;
import io.cairn.consensusraft.core.Input;
import io.cairn.consensusraft.core.Message;
import io.cairn.consensusraft.core.RaftCore;
import io.cairn.consensusraft.core.Recovered;
import io.cairn.consensusraft.core.Settings;
import io.cairn.consensusraft.fakes.FakeNetwork;
import io.cairn.consensusraft.fakes.ManualLane;
import io.cairn.consensusraft.fakes.World;
import io.cairn.consensusraft.runtime.TestMachine.Command;
import io.cairn.consensusraft.wire.FrameCodec;
import io.cairn.consensusraft.wire.PeerMessage;
import io.cairn.spi.consensus.DropReason;
import io.cairn.spi.store.Bytes;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class OwnProposalsTest {
  private static final long BOOT = 9;
  private static final long TIMEOUT = 7_000_000_000L;

  private final World world = new World(1);
  private final RaftCore core =
      RaftCore.start(
          Recovered.fresh(1, Configuration.ofVoters(1, 2, 3)), Settings.of(10), world.newRng());
  private final Inbox inbox = new Inbox(new ManualLane(), () -> {}, 1 << 20, 100);
  private final OwnProposals own =
      new OwnProposals(
          core,
          inbox,
          new Peers(new FakeNetwork().endpoint(1), new FrameCodec.Sender(1, 0, BOOT, 0)),
          world,
          BOOT,
          TIMEOUT);

  private Command taken(String text) {
    Command command = new Command(text);
    assertThat(inbox.offer(command, command)).isEqualTo(Inbox.Admission.TAKEN);
    return command;
  }

  private static Entry entry(long index, long term, @Nullable Object origin) {
    return Entry.of(index, term, EntryKind.COMMAND, Bytes.utf8("x")).withOrigin(origin);
  }

  /** Member 2 leads term {@code term}, and what waits is sent to it. */
  private void follow(long term) {
    core.step(
        List.of(new Input.Receive(new Message.Heartbeat(new Message.Header(2, 1, term, 0), 0, 0))));
    own.dispatch();
  }

  private Command sent(String text) {
    Command command = taken(text);
    own.notAppended(new Dropped(command, Effects.DropReason.NOT_LEADER, 0, 0));
    own.dispatch();
    return command;
  }

  /** Figure 8 of the Raft paper: a leader that comes back brings back what was overwritten. */
  @Test
  void whatAnotherLeaderOverwroteIsNotGivenUpUntilAnotherEntryIsCommittedThere() {
    Command broughtBack = taken("a");
    Command replaced = taken("b");
    own.entriesLost(
        List.of(
            new Dropped(replaced, Effects.DropReason.DISPLACED, 6, 2),
            new Dropped(broughtBack, Effects.DropReason.DISPLACED, 5, 2)));
    DropReason early = broughtBack.dropped;

    Object first = own.originOf(entry(5, 2, null));
    Object second = own.originOf(entry(6, 4, null));

    assertThat(early).isNull();
    assertThat(first).isSameAs(broughtBack);
    assertThat(second).isNull();
    assertThat(replaced.dropped).isEqualTo(DropReason.REPLACED);
  }

  @Test
  void whatWasOverwrittenAndNeverDecidedEndsUnknown() {
    Command lost = taken("a");
    own.entriesLost(List.of(new Dropped(lost, Effects.DropReason.DISPLACED, 5, 2)));

    own.expire(world.nanos() + TIMEOUT + 1);

    assertThat(lost.dropped).isEqualTo(DropReason.TIMED_OUT);
    assertThat(inbox.waiting()).isZero();
  }

  @Test
  void aForwardedProposalIsRecognisedByItsOrigin() {
    follow(3);
    Command command = sent("a");

    Object ofOther = own.originOf(entry(4, 3, new Forwarded(3, BOOT, 1)));
    Object ofEarlierLife = own.originOf(entry(5, 3, new Forwarded(1, BOOT - 1, 1)));
    Object mine = own.originOf(entry(6, 3, new Forwarded(1, BOOT, 1)));
    Object again = own.originOf(entry(7, 3, new Forwarded(1, BOOT, 1)));

    assertThat(ofOther).isNull();
    assertThat(ofEarlierLife).isNull();
    assertThat(mine).isSameAs(command);
    assertThat(again).isNull();
  }

  @Test
  void anEntryOfALaterTermShowsThatAForwardedProposalIsLostSoItIsSentAgain() {
    follow(3);
    Command lost = sent("a");
    follow(4);

    own.originOf(entry(4, 3, Forwarded.BY_NOBODY));
    own.originOf(entry(5, 4, Forwarded.BY_NOBODY));
    own.dispatch();
    Object second = own.originOf(entry(6, 4, new Forwarded(1, BOOT, 2)));

    assertThat(lost.dropped).isNull();
    assertThat(second).isSameAs(lost);
  }

  @Test
  void anEntryOfUnknownOriginLeavesAForwardedProposalOpen() {
    follow(3);
    Command open = sent("a");
    follow(4);

    own.originOf(entry(4, 3, null));
    own.originOf(entry(5, 4, Forwarded.BY_NOBODY));
    own.dispatch();
    Object notSentAgain = own.originOf(entry(6, 4, new Forwarded(1, BOOT, 2)));
    own.expire(world.nanos() + TIMEOUT + 1);

    assertThat(notSentAgain).isNull();
    assertThat(open.dropped).isEqualTo(DropReason.TIMED_OUT);
  }

  @Test
  void aRefusedProposalIsTriedAgainLaterAndOneThatMakesNoSenseIsNot() {
    follow(3);
    Command early = sent("a");
    Command overload = sent("b");

    own.refused(new PeerMessage.Refused(BOOT, 1, PeerMessage.Refusal.NOT_NOW));
    own.refused(new PeerMessage.Refused(BOOT, 2, PeerMessage.Refusal.OVERLOADED));
    own.refused(new PeerMessage.Refused(BOOT - 1, 1, PeerMessage.Refusal.OVERLOADED));
    own.retry();
    own.dispatch();

    assertThat(overload.dropped).isEqualTo(DropReason.OVERLOADED);
    assertThat(own.originOf(entry(4, 3, new Forwarded(1, BOOT, 3)))).isSameAs(early);
  }

  @Test
  void atTheEndEverybodyIsTold() {
    Command waiting = sent("waits for a leader");
    follow(3);
    Command sent = sent("sent");
    Command displaced = taken("displaced");
    own.entriesLost(List.of(new Dropped(displaced, Effects.DropReason.DISPLACED, 5, 2)));

    own.stop();

    assertThat(waiting.dropped).isEqualTo(DropReason.TIMED_OUT);
    assertThat(sent.dropped).isEqualTo(DropReason.TIMED_OUT);
    assertThat(displaced.dropped).isEqualTo(DropReason.TIMED_OUT);
    assertThat(inbox.waiting()).isZero();
  }
}
