// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.consensusraft.core.Configuration;
import io.cairn.consensusraft.fakes.FakeDisk;
import io.cairn.consensusraft.fakes.SilentLog;
import io.cairn.consensusraft.fakes.World;
import io.cairn.consensusraft.runtime.RaftCluster.Member;
import io.cairn.consensusraft.wire.FrameCodec.Sender;
import io.cairn.spi.consensus.ConfigurationChange.Kind;
import io.cairn.spi.environment.InvariantViolation;
import java.io.IOException;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** Members that are not what they were. */
final class IdentityTest {
  private static final long SEED = 3;

  private final RaftCluster cluster = new RaftCluster(SEED, 3);

  private void settle() {
    cluster.leader().propose();
    cluster.world.runMillis(2500);
  }

  @Test
  void aMemberWhoseDirectoryWasWipedIsRefusedAndEnds() {
    settle();
    Member wiped = cluster.follower();
    wiped.kill();
    wiped.wipe();
    wiped.mayEnd = true;

    wiped.start();
    cluster.world.runMillis(3000);

    assertThat(wiped.isRunning()).isFalse();
    assertThat(wiped.lastWords).contains("then add it again");
    assertThat(cluster.leader().propose().dropped).isNull();
  }

  @Test
  void aFounderWhoseDirectoryWasWipedTakesTheWordOfTheOnlyMemberThatIsThere() {
    settle();
    Member wiped = cluster.follower();
    wiped.kill();
    wiped.wipe();
    wiped.mayEnd = true;
    Member gone =
        cluster.members.values().stream()
            .filter(member -> member.isRunning() && member != cluster.leader())
            .findFirst()
            .orElseThrow();
    gone.kill();

    wiped.start();
    cluster.world.runMillis(3000);

    assertThat(wiped.isRunning()).isFalse();
    assertThat(wiped.lastWords).contains("etcdctl member remove " + wiped.id);
  }

  @Test
  void aFounderWhoseDirectoryWasWipedTakesTheWordOfThoseWhoCameLater() {
    settle();
    grow(4, 5);
    Member wiped = cluster.member(3);
    shrinkTo(List.of(3L, 4L, 5L));
    wiped.kill();
    wiped.wipe();
    wiped.mayEnd = true;
    cluster.member(5).kill();

    wiped.start();
    cluster.world.runMillis(3000);

    assertThat(wiped.isRunning()).isFalse();
    assertThat(wiped.lastWords).contains("etcdctl member remove " + wiped.id);
  }

  private void grow(long... ids) {
    for (long id : ids) {
      cluster.join(id);
      cluster.leader().change(Kind.ADD_VOTER, id);
      await(() -> cluster.leader().consensus().status().configuration().voters().contains(id));
      settle();
    }
  }

  private void shrinkTo(List<Long> ids) {
    for (long id = 1; id <= 5; id++) {
      long leaving = id;
      if (!ids.contains(leaving)) {
        cluster.leader().change(Kind.REMOVE, leaving);
        await(() ->
            !cluster.leader().consensus().status().configuration().voters().contains(leaving));
        cluster.world.runMillis(1000);
        cluster.member(leaving).kill();
      }
    }
  }

  private void await(BooleanSupplier reached) {
    assertThat(cluster.world.runUntil(reached, 20_000)).isTrue();
  }

  @Test
  void aMemberThatHasFoundItsClusterIsNotToldOffByOneStrayMember() {
    settle();
    Member told = cluster.follower();

    cluster.network.endpoint(99, 1, 1).admit((member, incarnation, boot) -> "not the one I know");
    cluster.network.connectAll();
    cluster.world.runMillis(3000);

    assertThat(told.isRunning()).isTrue();
    assertThat(cluster.leader().propose().dropped).isNull();
  }

  @Test
  void theBindingOutlivesRestartsAndCutsOfTheLog() {
    RaftCluster shortLogs = RaftCluster.withShortLogs(SEED, 3);
    shortLogs.world.runMillis(3000);
    shortLogs.writeAndForget(600);
    shortLogs.members.values().forEach(Member::kill);
    shortLogs.members.values().forEach(Member::start);
    Member wiped = shortLogs.follower();
    wiped.kill();
    wiped.wipe();
    wiped.mayEnd = true;

    wiped.start();
    shortLogs.world.runMillis(3000);

    assertThat(wiped.lastWords).contains("then add it again");
  }

  private Member afterTwoStartsTheDirectoryIsThatOfBefore() {
    settle();
    Member rolledBack = cluster.follower();
    Runnable restore = rolledBack.backup();
    for (int i = 0; i < 2; i++) {
      rolledBack.kill();
      rolledBack.start();
      settle();
    }
    rolledBack.kill();
    restore.run();
    rolledBack.mayEnd = true;
    return rolledBack;
  }

  @Test
  void aDirectoryThatWasReplacedByAnOlderCopyIsRecognisedByItsBootCounter() {
    Member rolledBack = afterTwoStartsTheDirectoryIsThatOfBefore();

    rolledBack.start();
    cluster.world.runMillis(3000);

    assertThat(rolledBack.isRunning()).isFalse();
    assertThat(rolledBack.lastWords).contains("later state of this one");
  }

  @Test
  void aDirectoryThatWasRefusedStaysRefusedHoweverOftenItIsStarted() {
    Member rolledBack = afterTwoStartsTheDirectoryIsThatOfBefore();

    rolledBack.start();
    cluster.world.runMillis(3000);
    assertThat(rolledBack.isRunning()).isFalse();

    // After so many its boot counter is ahead of what the others have seen.
    for (int i = 0; i < 5; i++) {
      assertThatThrownBy(rolledBack::start).isInstanceOf(World.MemberEnded.class);
      assertThat(rolledBack.lastWords).contains("later state of this one");
    }
  }

  @Test
  void aDirectoryThatWasReplacedByACopyOfTheSameLifeIsRecognisedByItsLog() {
    settle();
    Member rolledBack = cluster.follower();
    Runnable restore = rolledBack.backup();
    settle();
    settle();
    rolledBack.kill();
    restore.run();

    rolledBack.start();

    assertThatThrownBy(() -> cluster.world.runMillis(3000))
        .isInstanceOf(InvariantViolation.class)
        .hasMessageContaining("older copy");
  }

  @Test
  void aMemberThatIsRemovedAndOneThatIsAddedInItsPlaceAreTwo() {
    settle();
    Member wiped = cluster.follower();
    wiped.kill();
    cluster.leader().change(Kind.REMOVE, wiped.id);
    cluster.world.runMillis(1000);
    Member joining = cluster.join(9);
    cluster.leader().change(Kind.ADD_VOTER, 9);

    boolean converged =
        cluster.world.runUntil(
            () -> joining.machine().point().configuration().isVoter(9) && cluster.converged(),
            20_000);

    assertThat(converged).isTrue();
  }

  @Test
  void whatIsKnownOfOthersOutlivesTheProcess() throws IOException {
    FakeDisk disk = new FakeDisk();
    PeerRecordFile file = new PeerRecordFile(disk, "member/wal");
    PeerRecords records = PeerRecords.open(file, new SilentLog(), null);
    records.know(Configuration.ofVoters(1, 2, 3));
    boolean first = records.admits(new Sender(2, 7, 5, 0));
    records.acknowledged(2, 100);
    records.save();

    PeerRecords again = PeerRecords.open(file, new SilentLog(), null);

    assertThat(first).isTrue();
    assertThat(again.admits(new Sender(2, 7, 4, 200))).as("an earlier life").isFalse();
    assertThat(again.admits(new Sender(2, 7, 5, 0))).as("the same life").isTrue();
    assertThat(again.admits(new Sender(2, 7, 6, 99))).as("one that forgot").isFalse();
    assertThat(again.admits(new Sender(2, 7, 6, 100))).as("one that did not").isTrue();
    assertThat(again.refuses(2, 7, 5)).contains("older copy");
  }
}
