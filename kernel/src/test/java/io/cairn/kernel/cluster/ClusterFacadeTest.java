// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.kernel.request.PendingAnswer;
import io.cairn.kernel.virtual.KernelWorld;
import io.cairn.spi.consensus.DropReason;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.Caller;
import io.cairn.spi.store.ClusterService;
import io.cairn.spi.store.CompactRequest;
import io.cairn.spi.store.Member;
import io.cairn.spi.store.Reason;
import io.cairn.spi.store.ResponseHeader;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class ClusterFacadeTest {
  private static final List<String> PEER = List.of("http://127.0.0.1:2380");
  private static final List<String> OTHER_PEER = List.of("http://127.0.0.2:2380");
  private static final Member SELF =
      new Member(KernelWorld.MEMBER, "m5", PEER, List.of("http://127.0.0.1:2379"), false);

  private final KernelWorld world = new KernelWorld();
  private final ClusterService cluster = world.kernel().cluster();

  @BeforeEach
  void enterTheMember() {
    enter(world);
    world.time.run();
  }

  /** Before anything runs on a lane, so that the member announces itself afterwards. */
  private static void enter(KernelWorld into) {
    into.consensus()
        .proposeChange(
            MemberChange.ofInitialMember(KernelWorld.MEMBER, "", PEER).encode(),
            new PendingAnswer<>(Bytes.EMPTY));
  }

  @AfterEach
  void close() {
    world.close();
  }

  @Test
  void startedMemberIsListedWithNameAndAddresses() {
    ClusterService.Members members = world.done(cluster.list(Caller.LOCAL, true));

    assertThat(members.members()).containsExactly(SELF);
    assertThat(members.header())
        .isEqualTo(new ResponseHeader(KernelWorld.CLUSTER, KernelWorld.MEMBER, 0, 1));
    assertThat(world.done(cluster.list(Caller.LOCAL, false)).members()).containsExactly(SELF);
    assertThat(world.logged)
        .anyMatch(line -> line.startsWith("published local member to cluster through raft"))
        .anyMatch(line -> line.startsWith("set initial cluster version"));
  }

  @Test
  void memberAnnouncesItselfAgainUntilItIsHeard() {
    try (KernelWorld fresh = new KernelWorld()) {
      enter(fresh);
      fresh.consensus().drop(DropReason.NO_LEADER);
      fresh.time.run();
      assertThat(fresh.logged).noneMatch(line -> line.startsWith("published local member"));

      fresh.consensus().drop(null);
      fresh.time.passMillis(7000);

      assertThat(fresh.logged).anyMatch(line -> line.startsWith("published local member"));
    }
  }

  @Test
  void secondMemberIsRefusedForWhatItIsAndThenByName() {
    assertThat(world.refused(cluster.add(Caller.LOCAL, List.of(), false)))
        .isEqualTo(new Reason.BadMemberUrls());
    assertThat(world.refused(cluster.add(Caller.LOCAL, List.of("127.0.0.1:1"), true)))
        .isEqualTo(new Reason.BadMemberUrls());
    assertThat(world.refused(cluster.add(Caller.LOCAL, PEER, false)))
        .isEqualTo(new Reason.PeerUrlExists());
    for (boolean learner : new boolean[] {false, true}) {
      assertThat(world.refused(cluster.add(Caller.LOCAL, OTHER_PEER, learner)))
          .isEqualTo(new Reason.NotBuiltIn("multi-member clusters"));
    }
    assertThat(world.done(cluster.list(Caller.LOCAL, true)).members()).containsExactly(SELF);
  }

  @Test
  void onlyMemberCannotBeRemoved() {
    assertThat(world.refused(cluster.remove(Caller.LOCAL, KernelWorld.MEMBER)))
        .isEqualTo(new Reason.NotEnoughStarted());
    assertThat(world.refused(cluster.remove(Caller.LOCAL, 99)))
        .isEqualTo(new Reason.MemberNotFound());
  }

  @Test
  void memberMovesToAnotherAddress() {
    ClusterService.Members members =
        world.done(cluster.update(Caller.LOCAL, KernelWorld.MEMBER, OTHER_PEER));

    assertThat(members.members())
        .containsExactly(new Member(SELF.id(), SELF.name(), OTHER_PEER, SELF.clientUrls(), false));
    assertThat(world.refused(cluster.update(Caller.LOCAL, 99, OTHER_PEER)))
        .isEqualTo(new Reason.MemberNotFound());
    assertThat(world.refused(cluster.update(Caller.LOCAL, SELF.id(), List.of("nonsense"))))
        .isEqualTo(new Reason.BadMemberUrls());
  }

  @Test
  void voterCannotBePromoted() {
    assertThat(world.refused(cluster.promote(Caller.LOCAL, KernelWorld.MEMBER)))
        .isEqualTo(new Reason.MemberNotLearner());
    assertThat(world.refused(cluster.promote(Caller.LOCAL, 99)))
        .isEqualTo(new Reason.MemberNotFound());
    world.consensus().leads(false);
    assertThat(world.refused(cluster.promote(Caller.LOCAL, KernelWorld.MEMBER)))
        .isEqualTo(new Reason.NoLeader());
  }

  @Test
  void promotionWaitsASecondForWhatIsCommitted() {
    world.consensus().hold(true);
    var _ = world.kernel().kv().compact(Caller.LOCAL, new CompactRequest(1, false));

    var promotion = cluster.promote(Caller.LOCAL, KernelWorld.MEMBER).toCompletableFuture();
    world.time.passMillis(999);
    assertThat(promotion).isNotDone();
    world.time.passMillis(1);

    assertThat(world.refused(promotion))
        .isEqualTo(new Reason.TimedOut(Reason.TimedOut.Cause.APPLIED_INDEX));
    world.consensus().hold(false);
  }

  @Test
  void membersAreKnownAfterARestart() {
    world.done(cluster.update(Caller.LOCAL, KernelWorld.MEMBER, OTHER_PEER));

    world.crash(world.engine().durableCommits());

    assertThat(world.done(world.kernel().cluster().list(Caller.LOCAL, true)).members())
        .extracting(Member::peerUrls)
        .containsExactly(OTHER_PEER);
  }
}
