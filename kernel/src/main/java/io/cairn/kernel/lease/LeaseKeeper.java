// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.lease;

import io.cairn.kernel.command.Command;
import io.cairn.kernel.lease.LeaseBook.Lease;
import io.cairn.kernel.lease.LeaseClock.Renewal;
import io.cairn.kernel.peer.PeerAnswer;
import io.cairn.kernel.peer.PeerRequest;
import io.cairn.kernel.request.Answers;
import io.cairn.kernel.request.Proposer;
import io.cairn.kernel.request.ReadBarrier;
import io.cairn.kernel.request.Standing;
import io.cairn.kernel.state.Published;
import io.cairn.kernel.state.State;
import io.cairn.spi.consensus.Consensus;
import io.cairn.spi.environment.Lane;
import io.cairn.spi.environment.Scheduler;
import io.cairn.spi.environment.ThreadSafe;
import io.cairn.spi.environment.TimeSource;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.HeaderResult;
import io.cairn.spi.store.LeaseService.KeptAlive;
import io.cairn.spi.store.LeaseService.TimeToLive;
import io.cairn.spi.store.Reason;
import io.cairn.spi.store.ResponseHeader;
import io.cairn.spi.store.StoreException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What only the member does that keeps the deadlines: renewing leases, and telling how long they
 * have, for its own clients and for those of other members.
 *
 * <p>A renewal is promised only by a member that knew within the last election timeout that it
 * leads, since a later leader extends every lease by just that time.
 */
@ThreadSafe
final class LeaseKeeper {
  private static final long APPLY_WAIT_NANOS = 1_000_000_000L;

  /** What the keeper works with. */
  record Parts(
      LeaseBook book,
      LeaseClock clock,
      Published published,
      Standing standing,
      Proposer proposer,
      Consensus consensus,
      Scheduler scheduler,
      Lane lane,
      TimeSource time) {}

  private final Parts parts;
  private final LeaseBook book;
  private final LeaseClock clock;
  private final Published published;
  private final Standing standing;
  private final TimeSource time;
  private final ReadBarrier barrier;
  private final long electionNanos;
  // When a confirmation of leadership began that succeeded. Any thread writes and reads; an older
  // value in the place of a newer one only costs another confirmation.
  private volatile long confirmedNanos;

  LeaseKeeper(Parts parts, long electionNanos) {
    this.parts = parts;
    this.book = parts.book();
    this.clock = parts.clock();
    this.published = parts.published();
    this.standing = parts.standing();
    this.time = parts.time();
    this.barrier = new ReadBarrier(parts.consensus(), parts.published());
    this.electionNanos = electionNanos;
    this.confirmedNanos = time.nanos() - 2 * electionNanos;
  }

  /** Whether this member keeps the deadlines. */
  boolean isKeeping() {
    return clock.term() != 0;
  }

  /** Answers what another member asks for one of its clients. */
  CompletionStage<PeerAnswer> answer(PeerRequest.KeepAlive request) {
    CompletableFuture<KeptAlive> kept = new CompletableFuture<>();
    Runnable notHere = () -> refuse(kept, new Reason.NotLeader());
    if (isKeeping()) {
      renew(request.lease(), 0, kept, notHere);
    } else {
      notHere.run();
    }
    return kept.thenApply(renewed -> new PeerAnswer.KeptAlive(renewed.ttlSeconds()));
  }

  /** The same for a question about time. The member that asks judges who may see the keys. */
  CompletionStage<PeerAnswer> answer(PeerRequest.TimeToLive request) {
    CompletableFuture<TimeToLive> told = new CompletableFuture<>();
    if (isKeeping()) {
      tell(request.lease(), request.keys(), told);
    } else {
      refuse(told, new Reason.NotLeader());
    }
    return told.thenApply(left ->
        new PeerAnswer.TimeToLive(left.ttlSeconds(), left.grantedTtlSeconds(), left.keys()));
  }

  /**
   * Renews a lease.
   *
   * @param revision what the answer's header is to say
   * @param again run instead of an answer when this member turns out not to lead any more
   */
  void renew(long id, long revision, CompletableFuture<KeptAlive> answer, Runnable again) {
    whenLeading(answer, () -> renew(id, revision, answer, again, false));
  }

  /** Tells how long a lease has to live, and with its keys if they are asked for. */
  void tell(long id, boolean withKeys, CompletableFuture<TimeToLive> answer) {
    whenApplied(answer, state -> Answers.relay(look(id, withKeys, state), answer));
  }

  /** Runs {@code action} once this member has confirmed, not too long ago, that it leads. */
  private void whenLeading(CompletableFuture<KeptAlive> answer, Runnable action) {
    long now = time.nanos();
    if (now - confirmedNanos <= electionNanos) {
      action.run();
      return;
    }
    CompletionStage<State> confirmation = barrier.pass();
    confirmation.whenComplete((state, failure) -> {
      if (failure != null) {
        refuse(answer, new Reason.NotPrimaryLessor());
      } else {
        confirmedNanos = now;
        action.run();
      }
    });
  }

  private void renew(
      long id,
      long revision,
      CompletableFuture<KeptAlive> answer,
      Runnable again,
      boolean applied) {
    switch (clock.renew(id)) {
      case Renewal.Renewed(long ttl, boolean checkpointed) -> {
        if (checkpointed) {
          takeBackCheckpoint(id, revision, ttl, answer);
        } else {
          answer.complete(new KeptAlive(standing.header(revision), id, ttl));
        }
      }
      case Renewal.Due(CompletionStage<Renewal> outcome) ->
          outcome.thenAccept(renewal -> {
            if (renewal instanceof Renewal.Unknown) {
              gone(id, revision, answer);
            } else {
              again.run();
            }
          });
      case Renewal.Unknown _ -> {
        if (applied) {
          gone(id, revision, answer);
        } else {
          // Its grant may be committed and not applied yet.
          whenApplied(answer, state -> renew(id, revision, answer, again, true));
        }
      }
      case Renewal.NotLeading _ -> again.run();
    }
  }

  private void gone(long id, long revision, CompletableFuture<KeptAlive> answer) {
    answer.complete(new KeptAlive(standing.header(revision), id, 0));
  }

  private void takeBackCheckpoint(
      long id, long revision, long ttl, CompletableFuture<KeptAlive> answer) {
    Command.LeaseCheckpoint taking =
        new Command.LeaseCheckpoint(List.of(new Command.LeaseCheckpoint.Remaining(id, 0)));
    // The lane that has made the note, which may be on its way still.
    parts
        .lane()
        .execute(() -> {
          CompletionStage<HeaderResult> takenBack = parts.proposer().propose(taking);
          takenBack.whenComplete((done, failure) -> {
            if (failure != null) {
              answer.completeExceptionally(failure);
            } else {
              answer.complete(new KeptAlive(standing.header(revision), id, ttl));
            }
          });
        });
  }

  private CompletableFuture<TimeToLive> look(long id, boolean withKeys, State state) {
    Lease lease = book.findLease(id);
    ResponseHeader header = standing.header(state.revision());
    TimeToLive unknown = new TimeToLive(header, id, -1, 0, List.of());
    if (lease == null) {
      return CompletableFuture.completedFuture(unknown);
    }
    List<Bytes> keys = withKeys ? book.keys(id) : List.of();
    Long left = clock.remainingMillis(id);
    if (left != null) {
      return CompletableFuture.completedFuture(
          new TimeToLive(header, id, left / 1000, lease.ttlSeconds(), keys));
    }
    // No deadline: revoked between the two look-ups, unless it is no more for this member to say.
    return isKeeping()
        ? CompletableFuture.completedFuture(unknown)
        : Answers.refused(new Reason.LeaderChanged());
  }

  /**
   * Runs {@code action} once everything that is committed now is applied, or refuses in a second.
   */
  private void whenApplied(CompletableFuture<?> answer, Consumer<State> action) {
    CompletableFuture<@Nullable State> applied = new CompletableFuture<>();
    published.whenApplied(parts.consensus().status().committedIndex(), applied::complete);
    Scheduler.@Nullable Cancellable timeout =
        applied.isDone()
            ? null
            : parts.scheduler().after(APPLY_WAIT_NANOS, parts.lane(), () -> applied.complete(null));
    CompletionStage<@Nullable State> stage = applied;
    stage.thenAccept(state -> {
      if (timeout != null) {
        timeout.cancel();
      }
      if (state == null) {
        refuse(answer, new Reason.TimedOut(Reason.TimedOut.Cause.APPLIED_INDEX));
      } else {
        action.accept(state);
      }
    });
  }

  private static void refuse(CompletableFuture<?> answer, Reason reason) {
    answer.completeExceptionally(new StoreException(reason));
  }
}
