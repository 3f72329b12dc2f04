// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.kernel.command.Command;
import io.cairn.kernel.command.CommandCodec;
import io.cairn.kernel.peer.LeaderOnly;
import io.cairn.kernel.peer.PeerAnswer;
import io.cairn.kernel.peer.PeerCalls;
import io.cairn.kernel.peer.PeerRequest;
import io.cairn.kernel.request.PendingAnswer;
import io.cairn.kernel.virtual.KernelWorld;
import io.cairn.kernel.virtual.LocalNetwork;
import io.cairn.spi.auth.Identity;
import io.cairn.spi.consensus.Configuration;
import io.cairn.spi.consensus.DropReason;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.Caller;
import io.cairn.spi.store.ClusterService;
import io.cairn.spi.store.CompactRequest;
import io.cairn.spi.store.Member;
import io.cairn.spi.store.Reason;
import io.cairn.spi.store.ResponseHeader;
import io.cairn.spi.store.StoreException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
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
  void memberIsRefusedForWhatItIs() {
    assertThat(world.refused(cluster.add(Caller.LOCAL, List.of(), false)))
        .isEqualTo(new Reason.BadMemberUrls());
    assertThat(world.refused(cluster.add(Caller.LOCAL, List.of("127.0.0.1:1"), true)))
        .isEqualTo(new Reason.BadMemberUrls());
    assertThat(world.refused(cluster.add(Caller.LOCAL, PEER, false)))
        .isEqualTo(new Reason.PeerUrlExists());
    assertThat(world.done(cluster.list(Caller.LOCAL, true)).members()).containsExactly(SELF);
  }

  @Test
  void clusterGrowsAndTheNetworkLearnsWhereTo() {
    ClusterService.Added added = world.done(cluster.add(Caller.LOCAL, OTHER_PEER, false));

    Member other = new Member(added.member().id(), "", OTHER_PEER, List.of(), false);
    assertThat(added.member()).isEqualTo(other);
    assertThat(added.members()).containsExactlyInAnyOrder(SELF, other);
    assertThat(world.network.reached).isEqualTo(Map.of(other.id(), OTHER_PEER));

    world.done(cluster.update(Caller.LOCAL, other.id(), List.of("http://127.0.0.3:2380")));
    assertThat(world.network.reached)
        .isEqualTo(Map.of(other.id(), List.of("http://127.0.0.3:2380")));
  }

  @Test
  void removedMemberIsForgottenAndNeverComesBack() {
    long id = world.done(cluster.add(Caller.LOCAL, OTHER_PEER, true)).member().id();

    ClusterService.Members rest = world.done(cluster.remove(Caller.LOCAL, id));

    assertThat(rest.members()).containsExactly(SELF);
    assertThat(world.network.forgotten).containsExactly(id);
    assertThat(world.refused(cluster.remove(Caller.LOCAL, id)))
        .isEqualTo(new Reason.MemberNotFound());
    assertThat(world.refused(cluster.update(Caller.LOCAL, id, OTHER_PEER)))
        .isEqualTo(new Reason.MemberNotFound());
  }

  @Test
  void thirdVoterIsRefusedUntilTheSecondHasStartedAndIsConnected() {
    long second = world.done(cluster.add(Caller.LOCAL, OTHER_PEER, false)).member().id();
    List<String> third = List.of("http://127.0.0.3:2380");

    assertThat(world.refused(cluster.add(Caller.LOCAL, third, false)))
        .isEqualTo(new Reason.NotEnoughStarted());
    start(second);
    assertThat(world.refused(cluster.add(Caller.LOCAL, third, false)))
        .isEqualTo(new Reason.UnhealthyCluster());
    world.network.connected.put(second, 5_000_000_000L);

    assertThat(world.done(cluster.add(Caller.LOCAL, third, false)).members()).hasSize(3);
  }

  @Test
  void moreLearnersThanAllowedAreRefused() {
    world.done(cluster.add(Caller.LOCAL, OTHER_PEER, true));

    assertThat(world.refused(cluster.add(Caller.LOCAL, List.of("http://127.0.0.3:2380"), true)))
        .isEqualTo(new Reason.TooManyLearners());
  }

  @Test
  void learnerIsPromotedOnceItHasNineTenthsOfTheLog() {
    long learner = world.done(cluster.add(Caller.LOCAL, OTHER_PEER, true)).member().id();
    for (int i = 0; i < 100; i++) {
      world.consensus().commit(Bytes.EMPTY);
    }
    long committed = world.consensus().status().committedIndex();

    world.consensus().acknowledge(learner, committed * 9 / 10 - 1);
    assertThat(world.refused(cluster.promote(Caller.LOCAL, learner)))
        .isEqualTo(new Reason.LearnerNotReady());
    world.consensus().acknowledge(learner, committed * 9 / 10 + 1);

    assertThat(world.done(cluster.promote(Caller.LOCAL, learner)).members())
        .noneMatch(Member::learner);
  }

  @Test
  void promotionAskedElsewhereIsDoneByTheLeader() {
    long learner = world.done(cluster.add(Caller.LOCAL, OTHER_PEER, true)).member().id();
    world.consensus().acknowledge(learner, world.consensus().status().committedIndex());
    LocalNetwork.Endpoint other = world.peers.join(learner, OTHER_PEER.getFirst());
    other.reach(KernelWorld.MEMBER, PEER);

    PeerAnswer answer =
        world.done(
            new PeerCalls(other).ask(KernelWorld.MEMBER, new PeerRequest.Promote(learner), 1));

    long index = world.kernel().published().state().appliedIndex();
    assertThat(answer).isEqualTo(new PeerAnswer.Promoted(index));
    assertThat(world.done(cluster.list(Caller.LOCAL, false)).members()).noneMatch(Member::learner);
  }

  @Test
  void followerLetsTheLeaderPromoteAndWaitsUntilItKnowsOfIt() {
    long learner = world.done(cluster.add(Caller.LOCAL, OTHER_PEER, true)).member().id();
    long leader = 99;
    List<PeerRequest> asked = new ArrayList<>();
    world.network.reach(leader, List.of("http://127.0.0.9:2380"));
    long next = world.kernel().published().state().appliedIndex() + 1;
    new PeerCalls(world.peers.join(leader, "http://127.0.0.9:2380"))
        .serve(request -> {
          asked.add(request);
          return CompletableFuture.completedFuture(
              asked.size() == 1 ? new PeerAnswer.NotNow() : new PeerAnswer.Promoted(next));
        });
    world.consensus().follow(leader);

    var promotion = cluster.promote(Caller.LOCAL, learner).toCompletableFuture();
    world.time.passMillis(LeaderOnly.PAUSE_MILLIS);
    assertThat(asked)
        .containsExactly(new PeerRequest.Promote(learner), new PeerRequest.Promote(learner));
    assertThat(promotion).isNotDone();
    world
        .consensus()
        .proposeChange(MemberChange.promote(learner).encode(), new PendingAnswer<>(Bytes.EMPTY));

    assertThat(world.done(promotion).members()).noneMatch(Member::learner);
  }

  @Test
  void leadersRefusalToPromoteIsPassedOn() {
    long leader = 99;
    world.network.reach(leader, List.of("http://127.0.0.9:2380"));
    new PeerCalls(world.peers.join(leader, "http://127.0.0.9:2380"))
        .serve(request ->
            CompletableFuture.failedFuture(new StoreException(new Reason.LearnerNotReady())));
    world.consensus().follow(leader);

    assertThat(world.refused(cluster.promote(Caller.LOCAL, 8)))
        .isEqualTo(new Reason.LearnerNotReady());
  }

  @Test
  void changeThatConsensusCannotTakeNowIsProposedAgain() {
    world.consensus().dropChanges(DropReason.CHANGE_REFUSED);
    var adding = cluster.add(Caller.LOCAL, OTHER_PEER, false).toCompletableFuture();
    world.time.passMillis(1000);
    assertThat(adding).isNotDone();

    world.consensus().dropChanges(null);
    world.time.passMillis(LeaderOnly.PAUSE_MILLIS);

    assertThat(world.done(adding).members()).hasSize(2);
  }

  @Test
  void changeThatConsensusNeverTakesIsGivenUpAfterTheRequestTimeout() {
    world.consensus().dropChanges(DropReason.CHANGE_REFUSED);
    var adding = cluster.add(Caller.LOCAL, OTHER_PEER, false).toCompletableFuture();

    world.time.passMillis(7100);

    assertThat(world.refused(adding)).isEqualTo(new Reason.ProposalDropped());
  }

  @Test
  void learnerServesNoRequestsOfThisService() {
    world.done(cluster.add(Caller.LOCAL, OTHER_PEER, false));
    // As if this member were the learner: the configuration says so.
    world.kernel().standing().configuration(new Configuration(List.of(1L), List.of(SELF.id())));

    assertThat(world.refused(cluster.list(Caller.LOCAL, false)))
        .isEqualTo(new Reason.NotSupportedForLearner());
    assertThat(world.refused(cluster.promote(Caller.LOCAL, 1)))
        .isEqualTo(new Reason.NotSupportedForLearner());
  }

  @Test
  void memberThatAppliesItsOwnRemovalLeavesASecondLater() {
    long other = world.done(cluster.add(Caller.LOCAL, OTHER_PEER, false)).member().id();
    start(other);
    world.consensus().follow(other);
    world
        .consensus()
        .proposeChange(
            MemberChange.remove(KernelWorld.MEMBER).encode(), new PendingAnswer<>(Bytes.EMPTY));

    world.time.passMillis(999);
    assertThat(world.kernel().departed().toCompletableFuture()).isNotDone();
    world.time.passMillis(1);

    assertThat(world.kernel().departed().toCompletableFuture()).isDone();
  }

  @Test
  void memberWhoseVoteMayBeNeededStaysUntilOthersKnowOfItsRemoval() {
    long other = world.done(cluster.add(Caller.LOCAL, OTHER_PEER, false)).member().id();
    start(other);
    Membership without =
        new Membership(
            List.of(new Member(other, "m6", OTHER_PEER, List.of(), false)),
            List.of(KernelWorld.MEMBER),
            "",
            "");
    world
        .consensus()
        .proposeChange(
            MemberChange.remove(KernelWorld.MEMBER).encode(), new PendingAnswer<>(Bytes.EMPTY));

    world.time.passMillis(5_000);
    assertThat(world.kernel().departed().toCompletableFuture()).as("while it leads").isNotDone();
    world.consensus().leads(false);
    world.time.passMillis(20_000);
    assertThat(world.kernel().departed().toCompletableFuture())
        .as("while nobody leads")
        .isNotDone();
    world
        .peers
        .join(other, OTHER_PEER.getFirst())
        .describe(() -> new ClusterDescription(KernelWorld.CLUSTER, other, without).encode());
    world.time.passMillis(2_000);

    assertThat(world.kernel().departed().toCompletableFuture()).isDone();
  }

  @Test
  void memberThatWasRemovedWhileItWasAwayLearnsItFromOthers() {
    long other = world.done(cluster.add(Caller.LOCAL, OTHER_PEER, false)).member().id();
    Membership without =
        new Membership(
            List.of(new Member(other, "m6", OTHER_PEER, List.of(), false)),
            List.of(KernelWorld.MEMBER),
            "",
            "");
    world
        .peers
        .join(other, OTHER_PEER.getFirst())
        .describe(() -> new ClusterDescription(KernelWorld.CLUSTER, other, without).encode());

    world.time.passMillis(20_000);
    assertThat(world.kernel().departed().toCompletableFuture())
        .as("while there is a leader")
        .isNotDone();
    world.consensus().leads(false);
    world.time.passMillis(1_000);

    assertThat(world.kernel().departed().toCompletableFuture()).isDone();
  }

  @Test
  void whoAsksIsToldTheMembers() {
    ClusterDescription told =
        ClusterDescription.decode(world.done(world.network.ask(PEER.getFirst(), 1)));

    assertThat(told.clusterId()).isEqualTo(KernelWorld.CLUSTER);
    assertThat(told.memberId()).isEqualTo(KernelWorld.MEMBER);
    assertThat(told.membership().members()).containsExactly(SELF);
    assertThat(told.membership().clusterVersion()).isEqualTo("3.7.0");
  }

  private void start(long id) {
    world
        .consensus()
        .commit(
            CommandCodec.encode(
                1,
                Identity.ANONYMOUS,
                new Command.MemberAttributes(id, "m" + id, List.of(), "3.7.1", 1)));
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
    var promotion = cluster.promote(Caller.LOCAL, KernelWorld.MEMBER).toCompletableFuture();
    world.time.passMillis(7_100);
    assertThat(world.refused(promotion)).isEqualTo(new Reason.NoLeader());
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
