// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.consensusraft.core.Configuration;
import io.cairn.consensusraft.core.Effects.RoleKind;
import io.cairn.consensusraft.core.Input;
import io.cairn.consensusraft.core.RaftCore;
import io.cairn.consensusraft.core.Recovered;
import io.cairn.consensusraft.core.Settings;
import io.cairn.consensusraft.fakes.FakeNetwork;
import io.cairn.consensusraft.fakes.NoChance;
import io.cairn.consensusraft.fakes.SilentLog;
import io.cairn.consensusraft.runtime.RaftCluster.Member;
import io.cairn.spi.consensus.ConsensusOptions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code --initial-election-tick-advance}: server flags, section 2. */
final class HeadStartTest {
  /** The ticks that are passed over, less what it takes to connect and to campaign. */
  private static final long SAVED_MILLIS = 6L * RaftCluster.HEARTBEAT_MILLIS;

  private static final int TICKS = 10;

  private final FakeNetwork network = new FakeNetwork();
  private final FakeNetwork.Endpoint self = network.endpoint(1);
  private final RaftCore core =
      RaftCore.start(
          Recovered.fresh(1, Configuration.ofVoters(1, 2, 3)), Settings.of(TICKS), new NoChance());
  private final HeadStart headStart = HeadStart.of(core, TICKS, hastening(), self, new SilentLog());

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void membersThatComeUpTogetherElectSooner(long seed) {
    long waiting = millisToALeader(new RaftCluster(seed, 3), false);
    long hastening = millisToALeader(new RaftCluster(seed, 3), true);

    assertThat(waiting).isGreaterThanOrEqualTo(RaftCluster.ELECTION_MILLIS);
    assertThat(hastening).isLessThan(waiting - SAVED_MILLIS);
  }

  /** What they confirmed to a leader before may still be in force. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void membersOfAClusterWithLeasesWaitTheWholeTimeout(long seed) {
    long hastening = millisToALeader(RaftCluster.withLeases(seed, 3), true);

    assertThat(hastening).isGreaterThanOrEqualTo(RaftCluster.ELECTION_MILLIS);
  }

  private static long millisToALeader(RaftCluster cluster, boolean hastens) {
    cluster.leader();
    cluster.members.values().forEach(Member::kill);
    cluster.members.values().forEach(member -> member.hastensFirstElection = hastens);
    long begun = cluster.world.nanos();
    cluster.members.values().forEach(Member::start);
    cluster.leader();
    return (cluster.world.nanos() - begun) / 1_000_000;
  }

  @Test
  void memberThatIsAloneWaitsUntilItReachesAMajority() {
    RaftCluster cluster = new RaftCluster(6, 3);
    cluster.leader();
    cluster.members.values().forEach(Member::kill);
    cluster.members.values().forEach(member -> member.hastensFirstElection = true);
    cluster.member(1).start();
    cluster.world.runMillis(10_000);
    long begun = cluster.world.nanos();

    cluster.member(2).start();
    cluster.leader();

    // The random part of the timeout and the two ticks that are left.
    assertThat(cluster.world.nanos() - begun)
        .isLessThan((RaftCluster.ELECTION_MILLIS + 300) * 1_000_000L);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void memberThatComesBackLeavesTheLeaderAlone(long seed) {
    RaftCluster cluster = new RaftCluster(seed, 3);
    Member leader = cluster.leader();
    long term = leader.term();
    Member back = cluster.follower();
    back.kill();
    back.hastensFirstElection = true;

    back.start();
    cluster.world.runMillis(5_000);

    assertThat(cluster.leader()).isSameAs(leader);
    assertThat(leader.term()).isEqualTo(term);
    assertThat(back.term()).isEqualTo(term);
  }

  private static ConsensusOptions hastening() {
    return new ConsensusOptions(
        7, 1, 1, 1, List.of(), 100, 1000, true, 7000, 1000, 100, false, 0, false, true);
  }

  /** Lets a tick pass; how many were passed over with it. */
  private int tick() {
    List<Input> inputs = new ArrayList<>(List.of(new Input.Tick()));
    headStart.tick(inputs);
    var _ = core.step(inputs);
    return inputs.size() - 1;
  }

  /** The shortest timeout is ten ticks, and eight of them have gone by at most. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 4, 6, 7})
  void aLeaderHasTwoTicksToBeHeardWheneverAMajorityIsReached(int before) {
    for (int i = 0; i < before; i++) {
      tick();
    }
    network.endpoint(2);
    network.connectAll();

    int passedOver = tick();
    tick();
    RoleKind afterOne = core.role().kind();
    tick();
    RoleKind afterTwo = core.role().kind();

    assertThat(before + passedOver).isEqualTo(7);
    assertThat(afterOne).isEqualTo(RoleKind.FOLLOWER);
    assertThat(afterTwo).isEqualTo(RoleKind.PRE_CANDIDATE);
  }

  @Test
  void aTimeoutThatIsAlmostOverIsNotShortened() {
    for (int i = 0; i < TICKS - 2; i++) {
      tick();
    }
    network.endpoint(2);
    network.connectAll();

    int passedOver = tick();

    assertThat(passedOver).isZero();
    assertThat(core.role().kind()).isEqualTo(RoleKind.FOLLOWER);
  }
}
