// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.cairn.kernel.command.Command;
import io.cairn.kernel.peer.LeaderOnly;
import io.cairn.spi.consensus.Leadership;
import io.cairn.spi.store.AnswerRoom;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.Caller;
import io.cairn.spi.store.LeaseService.KeptAlive;
import io.cairn.spi.store.Reason;
import io.cairn.spi.store.StoreException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** etcd semantics 9.1 to 9.5, in virtual time. */
final class LeaseFacadeTest {
  private final LeaseWorld world = new LeaseWorld();

  @BeforeEach
  void startAsLeader() {
    world.leases.start();
    world.lead(2);
  }

  @Test
  void shortTimeToLiveIsRaisedToTheMinimum() {
    assertThat(world.grant(1, 0).ttlSeconds()).isEqualTo(2);
    assertThat(world.grant(2, -8).ttlSeconds()).isEqualTo(2);
    assertThat(world.grant(3, 3).ttlSeconds()).isEqualTo(3);
    assertThat(LeaseFacade.minTtlSeconds(1000)).isEqualTo(2);
    assertThat(LeaseFacade.minTtlSeconds(100)).isEqualTo(1);
    assertThat(LeaseFacade.minTtlSeconds(2000)).isEqualTo(3);
  }

  @Test
  void grantBeyondTheQuotaIsRefusedOnceTheAlarmIsRaised() {
    world.quotaExceeded = new CompletableFuture<>();
    var granted = world.leases.grant(Caller.LOCAL, 1, 60).toCompletableFuture();
    assertThat(granted).isNotDone();

    world.quotaExceeded.complete(null);

    assertThat(reasonOf(granted)).isEqualTo(new Reason.NoSpace());
    assertThat(world.proposed).isEmpty();
  }

  @Test
  void chosenIdsArePositiveDifferentAndCarryTheMember() {
    HashSet<Long> ids = new HashSet<>();
    for (int i = 0; i < 1000; i++) {
      ids.add(world.grant(0, 60).id());
    }

    assertThat(ids).hasSize(1000).allMatch(id -> id > 0 && id >>> 48 == 2);
  }

  @Test
  void leaseThatNobodyRenewsEndsAfterItsTimeAndNotBefore() {
    world.grant(1, 10);

    world.passMillisAndApply(10_000);
    assertThat(world.book.exists(1)).isTrue();
    world.passMillisAndApply(LeaseExpiry.PASS_MILLIS + 1);

    assertThat(world.book.exists(1)).isFalse();
    assertThat(world.proposed).contains(new Command.LeaseRevoke(1, 2, 1));
  }

  @Test
  void renewedLeaseLivesOn() {
    world.grant(1, 10);

    for (int i = 0; i < 10; i++) {
      world.passMillisAndApply(9_000);
      assertThat(world.keepAlive(1)).isCompletedWithValueMatching(kept -> kept.ttlSeconds() == 10);
    }

    assertThat(world.book.exists(1)).isTrue();
  }

  @Test
  void largestTimeToLiveDoesNotOverflow() {
    world.grant(1, LeaseBook.TTL_SECONDS_MAX);

    world.passMillisAndApply(3_600_000);

    assertThat(world.timeToLive(1).ttlSeconds())
        .isBetween(LeaseBook.TTL_SECONDS_MAX - 3601, LeaseBook.TTL_SECONDS_MAX - 3599);
  }

  @Test
  void renewalOfAnUnknownLeaseSaysZero() {
    KeptAlive kept = world.done(world.leases.keepAlive(Caller.LOCAL, 99));

    assertThat(kept.id()).isEqualTo(99);
    assertThat(kept.ttlSeconds()).isZero();
    assertThat(kept.header().revision()).isEqualTo(7);
  }

  @Test
  void renewalWaitsWhileARevokeIsUnderWay() {
    world.grant(1, 2);
    world.appliesAtOnce = false;
    world.time.passMillis(3_000);
    assertThat(world.proposed.getLast()).isEqualTo(new Command.LeaseRevoke(1, 2, 1));

    CompletableFuture<KeptAlive> renewal = world.keepAlive(1);
    world.time.run();
    assertThat(renewal).isNotDone();
    world.apply();

    assertThat(renewal).isCompletedWithValueMatching(kept -> kept.ttlSeconds() == 0);
  }

  @Test
  void renewalThatWaitsForARevokeIsMadeAgainWhenAnotherTermIsLed() {
    world.grant(1, 2);
    world.appliesAtOnce = false;
    world.time.passMillis(3_000);
    CompletableFuture<KeptAlive> renewal = world.keepAlive(1);

    world.follow(3, 0);
    world.lead(4);
    world.apply();
    world.time.passMillis(LeaderOnly.PAUSE_MILLIS);

    assertThat(world.book.exists(1)).as("the revoke was decided in another term").isTrue();
    assertThat(renewal).isCompletedWithValueMatching(kept -> kept.ttlSeconds() == 2);
  }

  @Test
  void newLeaderGivesEveryLeaseItsTimeAndAnElectionTimeout() {
    world.grant(1, 10);
    world.passMillisAndApply(9_000);

    world.follow(3, 0);
    world.lead(4);

    assertThat(world.timeToLive(1).ttlSeconds()).isEqualTo(11);
    world.passMillisAndApply(11_000);
    assertThat(world.book.exists(1)).isTrue();
    world.passMillisAndApply(1_000);
    assertThat(world.book.exists(1)).isFalse();
  }

  @Test
  void nothingIsPromisedBeforeAnEntryOfTheOwnTermIsApplied() {
    world.grant(1, 10);
    world.follow(3, 0);

    world.standing.leadership(new Leadership(4, 2, true));
    CompletableFuture<KeptAlive> renewal = world.keepAlive(1);
    world.time.passMillis(500);
    assertThat(renewal).isNotDone();
    world.publish(4);
    world.time.passMillis(LeaderOnly.PAUSE_MILLIS);

    assertThat(renewal).isCompletedWithValueMatching(kept -> kept.ttlSeconds() == 10);
  }

  @Test
  void renewalIsNotPromisedOnceLeadershipCannotBeConfirmed() {
    world.grant(1, 60);
    assertThat(world.keepAlive(1)).isCompleted();
    world.confirmsLeadership = false;
    world.time.passMillis(LeaseWorld.ELECTION_MILLIS);
    assertThat(world.keepAlive(1)).as("confirmed an election timeout ago").isCompleted();

    world.time.passMillis(1);

    assertThat(reasonOf(world.keepAlive(1))).isEqualTo(new Reason.NotPrimaryLessor());
    assertThat(world.confirmations).isEqualTo(2);
  }

  @Test
  void renewalWithoutALeaderIsRefusedAfterTheRequestTimeout() {
    world.follow(3, 0);

    CompletableFuture<KeptAlive> renewal = world.keepAlive(1);
    world.time.passMillis(6_999);
    assertThat(renewal).isNotDone();
    world.time.passMillis(100);

    assertThat(reasonOf(renewal)).isEqualTo(new Reason.NoLeader());
  }

  @Test
  void askingHowLongWaitsASecondForWhatIsCommitted() {
    world.grant(1, 60);
    world.committedAhead = 1;

    var asked = world.leases.timeToLive(Caller.LOCAL, 1, false).toCompletableFuture();
    var served = world.leases.timeToLive(Caller.LOCAL, 1, false).toCompletableFuture();
    world.time.passMillis(999);
    assertThat(asked).isNotDone();
    world.time.passMillis(1);

    assertThat(reasonOf(asked)).isEqualTo(new Reason.TimedOut(Reason.TimedOut.Cause.APPLIED_INDEX));
    assertThat(served).isDone();
    var later = world.leases.timeToLive(Caller.LOCAL, 1, false).toCompletableFuture();
    world.publish(2);
    assertThat(later).isCompletedWithValueMatching(told -> told.ttlSeconds() == 59);
  }

  @Test
  void howLongTellsTimeGrantAndKeys() {
    world.grant(1, 60);
    world.book.attach(1, Bytes.utf8("k"));
    world.time.passMillis(10_500);

    assertThat(world.timeToLive(1).ttlSeconds()).isEqualTo(49);
    assertThat(world.timeToLive(1).grantedTtlSeconds()).isEqualTo(60);
    assertThat(world.timeToLive(1).keys()).containsExactly(Bytes.utf8("k"));
    assertThat(world.timeToLive(8).ttlSeconds()).isEqualTo(-1);
    assertThat(world.timeToLive(8).grantedTtlSeconds()).isZero();
  }

  @Test
  void leaderListsByRemainingTimeAndOthersInAnyOrder() {
    world.grant(1, 60);
    world.grant(2, 20);
    world.grant(3, 40);

    assertThat(world.done(world.leases.list(Caller.LOCAL)).ids()).containsExactly(2L, 3L, 1L);
    world.follow(3, 9);
    assertThat(world.done(world.leases.list(Caller.LOCAL)).ids())
        .containsExactlyInAnyOrder(1L, 2L, 3L);
  }

  @Test
  void atMostSixteenRevokesAreUnderWay() {
    for (int i = 1; i <= 100; i++) {
      world.grant(i, 2);
    }
    world.appliesAtOnce = false;
    world.proposed.clear();

    world.time.passMillis(3_000);
    assertThat(world.proposed).hasSize(LeaseExpiry.OUTSTANDING_MAX);
    world.apply();
    world.time.run();

    assertThat(world.proposed).hasSize(2 * LeaseExpiry.OUTSTANDING_MAX);
  }

  @Test
  void revokeThatFailsIsMadeAgainAfterTheRequestTimeout() {
    world.grant(1, 2);
    world.appliesAtOnce = false;
    world.time.passMillis(2_600);
    world.proposed.clear();
    world.dropWaiting(new Reason.TooManyRequests());

    world.time.passMillis(6_000);
    assertThat(world.proposed).isEmpty();
    world.time.passMillis(2_000);

    assertThat(world.proposed).containsExactly(new Command.LeaseRevoke(1, 2, 1));
  }

  @Test
  void manyLeasesOfANewLeaderEndSpreadOut() {
    for (int i = 1; i <= 3000; i++) {
      world.grant(i, 2);
    }
    world.follow(3, 0);
    world.lead(4);

    List<Long> alive = new ArrayList<>();
    for (int second = 0; second < 8; second++) {
      alive.add((long) world.book.listLeases().size());
      world.passMillisAndApply(1000);
    }

    for (int i = 1; i < alive.size(); i++) {
      assertThat(alive.get(i - 1) - alive.get(i))
          .as("in second %d of %s", i, alive)
          .isBetween(0L, 1000L);
    }
    assertThat(alive.getLast()).isZero();
    assertThat(alive.get(3)).isEqualTo(3000);
  }

  @Test
  void checkpointedLeaseGetsWhatWasLeftAndARenewalTakesTheNoteBackFirst() {
    world.grant(1, 600);
    world.book.checkpoint(1, 100, world.mutations);
    world.follow(3, 0);
    world.lead(4);
    assertThat(world.timeToLive(1).ttlSeconds()).isEqualTo(101);
    world.appliesAtOnce = false;

    CompletableFuture<KeptAlive> renewal = world.keepAlive(1);
    world.time.run();
    CompletableFuture<KeptAlive> another = world.keepAlive(1);
    assertThat(renewal).isNotDone();
    assertThat(another).isNotDone();
    world.apply();

    assertThat(renewal).isCompletedWithValueMatching(kept -> kept.ttlSeconds() == 600);
    assertThat(world.book.findLease(1)).isEqualTo(new LeaseBook.Lease(1, 600, 0, 1));
  }

  /** Renewals are frequent and run on event loops; copying the keys would show in the memory. */
  @Test
  void renewalDoesNotLookAtTheKeysOfItsLease() {
    world.grant(1, 600);
    for (int i = 0; i < 50_000; i++) {
      world.book.attach(1, Bytes.utf8("key" + i));
    }
    assertThat(world.keepAlive(1)).isCompleted();

    long before = allocatedBytes();
    CompletableFuture<KeptAlive> renewal = world.keepAlive(1);
    long allocated = allocatedBytes() - before;

    assertThat(renewal).isCompleted();
    assertThat(allocated).isLessThan(100_000);
  }

  private static long allocatedBytes() {
    return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean())
        .getCurrentThreadAllocatedBytes();
  }

  @Test
  void endedCallGivesUpWaiting() {
    world.follow(3, 0);
    boolean[] ended = {false};
    Caller.Call call =
        new Caller.Call() {
          @Override
          public boolean ended() {
            return ended[0];
          }

          @Override
          public void onEnd(Runnable action) {
            throw new AssertionError("nobody should ask to be told");
          }

          @Override
          public AnswerRoom room() {
            throw new AssertionError("the answer is small");
          }
        };
    var renewal =
        world.leases.keepAlive(new Caller(null, null, false, false, call), 1).toCompletableFuture();

    ended[0] = true;
    world.time.passMillis(LeaderOnly.PAUSE_MILLIS);

    assertThat(reasonOf(renewal)).isEqualTo(new Reason.CallCanceled());
  }

  @Test
  void closedFacadeRefusesAndLeavesNoTimers() {
    world.follow(3, 0);
    CompletableFuture<KeptAlive> renewal = world.keepAlive(1);

    world.leases.close();
    world.time.passMillis(LeaderOnly.PAUSE_MILLIS);

    assertThat(reasonOf(renewal)).isEqualTo(new Reason.Stopped());
    assertThat(world.time.timers()).isZero();
  }

  @Test
  void streamThatDemandsALeaderSurvivesAnElectionAndNotThree() {
    Caller demanding = new Caller(null, null, true, false, Caller.Call.ENDLESS);
    List<Reason> ends = new ArrayList<>();
    world.grant(1, 60);
    try (var renewals = world.leases.open(demanding, ends::add)) {
      world.follow(3, 0);
      CompletableFuture<KeptAlive> renewal = renewals.keepAlive(1).toCompletableFuture();
      world.time.passMillis(1_900);
      world.lead(4);
      world.time.passMillis(LeaderOnly.PAUSE_MILLIS);
      assertThat(renewal).isCompletedWithValueMatching(kept -> kept.ttlSeconds() == 60);
      assertThat(ends).isEmpty();

      world.follow(5, 0);
      world.time.passMillis(3_100);

      assertThat(ends).containsOnly(new Reason.NoLeader());
    }
    ends.clear();
    world.time.passMillis(5_000);
    assertThat(ends).as("after it was closed").isEmpty();
  }

  @Test
  void streamThatDemandsALeaderDoesNotOpenWithoutOne() {
    Caller demanding = new Caller(null, null, true, false, Caller.Call.ENDLESS);
    world.follow(3, 0);

    assertThatThrownBy(() -> world.leases.open(demanding, reason -> {}))
        .asInstanceOf(type(StoreException.class))
        .extracting(StoreException::reason)
        .isEqualTo(new Reason.NoLeader());
  }

  private static Reason reasonOf(CompletableFuture<?> stage) {
    assertThat(stage).isCompletedExceptionally();
    return ((StoreException) stage.exceptionNow()).reason();
  }
}
