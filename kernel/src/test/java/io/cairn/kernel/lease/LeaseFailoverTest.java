// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.cairn.kernel.command.Command;
import io.cairn.kernel.peer.LeaderOnly;
import io.cairn.kernel.virtual.LocalNetwork;
import io.cairn.spi.consensus.Leadership;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.Caller;
import io.cairn.spi.store.LeaseService.KeptAlive;
import io.cairn.spi.store.LeaseService.TimeToLive;
import io.cairn.spi.store.Reason;
import io.cairn.spi.store.StoreException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** etcd semantics 9.2 to 9.5 between two members, each in a virtual time of its own. */
final class LeaseFailoverTest {
  private final LocalNetwork peers = new LocalNetwork();
  private final LeaseWorld first = new LeaseWorld(2, peers);
  private final LeaseWorld second = new LeaseWorld(3, peers);

  @BeforeEach
  void firstLeads() {
    first.network.reach(3, List.of(LeaseWorld.url(3)));
    second.network.reach(2, List.of(LeaseWorld.url(2)));
    first.leases.start();
    second.leases.start();
    first.lead(2);
    second.follow(2, 2);
  }

  @Test
  void keepAliveAskedAtAFollowerRenewsAtTheLeader() {
    grantEverywhere(1, 10);

    for (int i = 0; i < 5; i++) {
      first.passMillisAndApply(9_000);
      KeptAlive kept = second.done(second.leases.keepAlive(Caller.LOCAL, 1));
      assertThat(kept.ttlSeconds()).isEqualTo(10);
      assertThat(kept.header().memberId()).isEqualTo(3);
    }

    assertThat(first.book.exists(1)).isTrue();
    assertThat(first.proposed).containsOnly(new Command.LeaseGrant(1, 10));
  }

  @Test
  void followerTellsTimeAndKeysAsTheLeaderKnowsThem() {
    grantEverywhere(1, 10);
    first.book.attach(1, Bytes.utf8("k"));
    first.passMillisAndApply(4_000);

    TimeToLive told = second.timeToLive(1);

    assertThat(told.ttlSeconds()).isBetween(5L, 6L);
    assertThat(told.grantedTtlSeconds()).isEqualTo(10);
    assertThat(told.keys()).containsExactly(Bytes.utf8("k"));
    assertThat(second.timeToLive(99).ttlSeconds()).isEqualTo(-1);
    assertThat(second.done(second.leases.keepAlive(Caller.LOCAL, 99)).ttlSeconds()).isZero();
  }

  @Test
  void newLeaderGivesLeasesTheirWholeTimeAndAnElection() {
    grantEverywhere(1, 10);
    first.passMillisAndApply(9_000);
    first.follow(3, 3);
    second.lead(3);

    second.passMillisAndApply(10_900);
    assertThat(second.book.exists(1)).isTrue();
    second.passMillisAndApply(1_000);

    assertThat(second.book.exists(1)).isFalse();
    assertThat(second.proposed).contains(new Command.LeaseRevoke(1, 3, 1));
  }

  @Test
  void renewalPromisedByTheFormerLeaderIsHonouredByTheNext() {
    grantEverywhere(1, 10);
    first.passMillisAndApply(9_000);
    assertThat(first.keepAlive(1)).isCompletedWithValueMatching(kept -> kept.ttlSeconds() == 10);
    first.follow(3, 3);
    second.lead(3);

    second.passMillisAndApply(10_000);

    assertThat(second.book.exists(1)).isTrue();
  }

  @Test
  void keepAliveFollowsTheLeadershipWhenItMovesMeanwhile() {
    grantEverywhere(1, 10);
    first.follow(3, 0);
    CompletableFuture<KeptAlive> renewal = second.keepAlive(1);
    second.time.passMillis(LeaderOnly.PAUSE_MILLIS);
    assertThat(renewal).isNotDone();

    second.lead(3);
    second.time.passMillis(LeaderOnly.PAUSE_MILLIS);

    assertThat(renewal).isCompletedWithValueMatching(kept -> kept.ttlSeconds() == 10);
  }

  @Test
  void leaderThatDoesNotAnswerIsAskedUntilTheRequestTimeout() {
    grantEverywhere(1, 10);
    peers.leave(LeaseWorld.url(2));

    CompletableFuture<KeptAlive> renewal = second.keepAlive(1);
    second.time.passMillis(6_900);
    assertThat(renewal).isNotDone();
    second.time.passMillis(200);

    assertThat(renewal)
        .failsWithin(Duration.ZERO)
        .withThrowableThat()
        .havingCause()
        .asInstanceOf(type(StoreException.class))
        .extracting(StoreException::reason)
        .isEqualTo(new Reason.TimedOut(Reason.TimedOut.Cause.NONE));
  }

  @Test
  void revokeDecidedByTheFormerLeaderHasNoEffectInTheNextTerm() {
    first.appliesAtOnce = false;
    grantEverywhere(1, 2);
    first.apply();
    first.time.passMillis(3_000);
    assertThat(first.proposed.getLast()).isEqualTo(new Command.LeaseRevoke(1, 2, 1));
    first.follow(3, 3);
    second.lead(3);

    // What the former leader decided comes into the log of the next term after all.
    first.standing.leadership(new Leadership(3, 3, false));
    first.apply();

    assertThat(first.book.exists(1)).isTrue();
    assertThat(second.done(second.leases.keepAlive(Caller.LOCAL, 1)).ttlSeconds()).isEqualTo(2);
  }

  @Test
  void whatALongLeaseHasLeftIsNotedForTheNextLeader() {
    grantEverywhere(1, 1000);
    grantEverywhere(2, 200);

    first.passMillisAndApply(300_000);
    assertThat(first.proposed.getLast())
        .isEqualTo(
            new Command.LeaseCheckpoint(List.of(new Command.LeaseCheckpoint.Remaining(1, 701))));
    second.book.checkpoint(1, 701, second.mutations);
    first.follow(3, 3);
    second.lead(3);

    second.passMillisAndApply(701_000);
    assertThat(second.book.exists(1)).isTrue();
    second.passMillisAndApply(2_000);
    assertThat(second.book.exists(1)).isFalse();
  }

  @Test
  void renewalIsPromisedOnlyOnceTheNoteIsTakenBack() {
    grantEverywhere(1, 1000);
    first.passMillisAndApply(300_000);
    first.appliesAtOnce = false;

    CompletableFuture<KeptAlive> renewal = first.keepAlive(1);
    first.time.run();
    assertThat(renewal).isNotDone();
    assertThat(first.proposed.getLast())
        .isEqualTo(
            new Command.LeaseCheckpoint(List.of(new Command.LeaseCheckpoint.Remaining(1, 0))));
    first.apply();

    assertThat(renewal).isCompletedWithValueMatching(kept -> kept.ttlSeconds() == 1000);
    assertThat(first.book.findLease(1)).isEqualTo(new LeaseBook.Lease(1, 1000, 0, 1));
  }

  private void grantEverywhere(long id, long ttl) {
    var granted = first.leases.grant(Caller.LOCAL, id, ttl).toCompletableFuture();
    first.time.run();
    first.apply();
    first.time.run();
    try {
      assertThat(granted.join().id()).isEqualTo(id);
    } catch (CompletionException e) {
      throw new AssertionError(e);
    }
    second.book.grant(id, ttl, first.grants(), second.mutations);
  }
}
