// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.lease;

import io.cairn.kernel.command.Command;
import io.cairn.kernel.lease.LeaseBook.Lease;
import io.cairn.kernel.lease.LeaseClock.Renewal;
import io.cairn.kernel.options.KernelOptions;
import io.cairn.kernel.request.Answers;
import io.cairn.kernel.request.Callers;
import io.cairn.kernel.request.Proposer;
import io.cairn.kernel.request.Quota;
import io.cairn.kernel.request.ReadBarrier;
import io.cairn.kernel.request.Standing;
import io.cairn.kernel.state.Published;
import io.cairn.kernel.state.State;
import io.cairn.spi.auth.Access;
import io.cairn.spi.auth.AccessView;
import io.cairn.spi.auth.Identity;
import io.cairn.spi.consensus.Consensus;
import io.cairn.spi.environment.Lane;
import io.cairn.spi.environment.Scheduler;
import io.cairn.spi.environment.ThreadSafe;
import io.cairn.spi.environment.TimeSource;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.Caller;
import io.cairn.spi.store.HeaderResult;
import io.cairn.spi.store.KeyRange;
import io.cairn.spi.store.LeaseService;
import io.cairn.spi.store.Reason;
import io.cairn.spi.store.ResponseHeader;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The lease service.
 *
 * <p>Granting and revoking are commands. Renewing and asking how long are done by the leader from
 * its clock, without a command: a renewal is promised only by a member that knew within the last
 * election timeout that it leads, since a later leader extends every lease by just that time.
 */
@ThreadSafe
public final class LeaseFacade implements LeaseService, AutoCloseable {
  private static final long APPLY_WAIT_NANOS = 1_000_000_000L;

  /** What the service works with. */
  public record Parts(
      KernelOptions options,
      LeaseBook book,
      Published published,
      Standing standing,
      Proposer proposer,
      Consensus consensus,
      Callers callers,
      Quota quota,
      Scheduler scheduler,
      TimeSource time) {}

  private final LeaseBook book;
  private final Published published;
  private final Standing standing;
  private final Proposer proposer;
  private final ReadBarrier barrier;
  private final Callers callers;
  private final Quota quota;
  private final Consensus consensus;
  private final Scheduler scheduler;
  private final TimeSource time;
  private final Lane lane;
  private final LeaseClock clock;
  private final LeaseExpiry expiry;
  private final LeaderOnly leaderOnly;
  private final LeaseIds ids;
  private final long minTtlSeconds;
  private final long electionNanos;
  // When a confirmation of leadership began that succeeded. Any thread writes and reads; an older
  // value in the place of a newer one only costs another confirmation.
  private volatile long confirmedNanos;

  /**
   * Listens to the book, to what is published and to who leads from now on; so this has to happen
   * before the first entry is applied.
   */
  public LeaseFacade(Parts parts) {
    KernelOptions options = parts.options();
    this.book = parts.book();
    this.published = parts.published();
    this.standing = parts.standing();
    this.proposer = parts.proposer();
    this.callers = parts.callers();
    this.quota = parts.quota();
    this.barrier = new ReadBarrier(parts.consensus(), parts.published());
    this.consensus = parts.consensus();
    this.scheduler = parts.scheduler();
    this.time = parts.time();
    this.lane = scheduler.lane("lease");
    this.clock = new LeaseClock(time);
    this.expiry = new LeaseExpiry(clock, proposer, scheduler, lane, options.requestTimeoutMillis());
    this.leaderOnly =
        new LeaderOnly(clock, standing, scheduler, lane, time, options.requestTimeoutMillis());
    this.ids = new LeaseIds(options.memberId(), time);
    this.minTtlSeconds = minTtlSeconds(options.electionMillis());
    this.electionNanos = options.electionMillis() * 1_000_000L;
    this.confirmedNanos = time.nanos() - 2 * electionNanos;
    LeasePrimacy primacy = new LeasePrimacy(book, clock, published, options.electionMillis());
    book.listen(clock);
    standing.listen(primacy::leadership);
    published.listen((before, after) -> primacy.published(after));
  }

  /** One and a half election timeouts, in whole seconds, rounded up: the least that is granted. */
  static long minTtlSeconds(int electionMillis) {
    return Math.ceilDiv(electionMillis * 3L / 2, 1000L);
  }

  /** Begins to end leases that nobody renews. */
  public void start() {
    lane.execute(expiry::start);
  }

  /** Ends no more leases and refuses what waits for a leader. */
  @Override
  public void close() {
    leaderOnly.stop();
    clock.demote();
    lane.execute(expiry::stop);
  }

  @Override
  public CompletionStage<Granted> grant(Caller caller, long id, long ttlSeconds) {
    Reason refusal = standing.refuses(caller);
    if (refusal != null) {
      return Answers.refused(refusal);
    }
    CompletableFuture<Void> alarm = quota.exceededBy(Quota.LEASE_COST);
    if (alarm != null) {
      return Answers.then(alarm, raised -> Answers.refused(new Reason.NoSpace()));
    }
    long chosen = id == 0 ? ids.next() : id;
    Command.LeaseGrant grant = new Command.LeaseGrant(chosen, Math.max(ttlSeconds, minTtlSeconds));
    return identify(caller, identity -> proposer.propose(grant, identity));
  }

  @Override
  public CompletionStage<HeaderResult> revoke(Caller caller, long id) {
    return identify(caller, identity -> proposer.propose(new Command.LeaseRevoke(id, 0), identity));
  }

  @Override
  public CompletionStage<KeptAlive> keepAlive(Caller caller, long id) {
    return identify(
        caller,
        identity -> {
          Reason denied = refuses(identity, book.keys(id), Access.Write::new);
          if (denied != null) {
            return Answers.refused(denied);
          }
          // As in etcd, the header's revision is sampled before the renewal.
          long revision = published.state().revision();
          return leaderOnly.run(
              caller,
              (answer, again) ->
                  whenLeading(answer, () -> renew(id, revision, answer, again, false)));
        });
  }

  @Override
  public CompletionStage<TimeToLive> timeToLive(Caller caller, long id, boolean keys) {
    return identify(
        caller,
        identity ->
            leaderOnly.run(
                caller,
                (answer, again) ->
                    whenApplied(answer, state -> tell(identity, id, keys, state, answer))));
  }

  @Override
  public CompletionStage<Leases> list(Caller caller) {
    return identify(
        caller,
        identity -> {
          List<Lease> leases = book.listLeases();
          for (Lease lease : leases) {
            Reason denied = refuses(identity, book.keys(lease.id()), Access.Read::new);
            if (denied != null) {
              return Answers.refused(denied);
            }
          }
          List<Long> byDeadline = clock.idsByDeadline();
          return CompletableFuture.completedFuture(
              new Leases(
                  header(),
                  byDeadline != null ? byDeadline : leases.stream().map(Lease::id).toList()));
        });
  }

  /** Refuses whom the member's standing or access control refuses; others go on by name. */
  private <R> CompletableFuture<R> identify(
      Caller caller, Function<Identity, CompletableFuture<R>> action) {
    Reason refusal = standing.refuses(caller);
    if (refusal != null) {
      return Answers.refused(refusal);
    }
    return callers.identify(
        caller,
        identity -> {
          AccessView view = callers.view();
          Reason denied = view.enabled() ? view.check(identity, new Access.Known()) : null;
          return denied != null ? Answers.refused(denied) : action.apply(identity);
        });
  }

  /** Why {@code identity} may not do something to one of the keys, or null. */
  private @Nullable Reason refuses(
      Identity identity, List<Bytes> keys, Function<KeyRange, Access> access) {
    AccessView view = callers.view();
    if (view.enabled()) {
      for (Bytes key : keys) {
        Reason denied = view.check(identity, access.apply(KeyRange.single(key)));
        if (denied != null) {
          return denied;
        }
      }
    }
    return null;
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
        LeaderOnly.refuse(answer, new Reason.NotPrimaryLessor());
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
    CompletionStage<HeaderResult> takenBack =
        proposer.propose(
            new Command.LeaseCheckpoint(List.of(new Command.LeaseCheckpoint.Remaining(id, 0))));
    takenBack.whenComplete((done, failure) -> {
      if (failure != null) {
        answer.completeExceptionally(failure);
      } else {
        answer.complete(new KeptAlive(standing.header(revision), id, ttl));
      }
    });
  }

  private void tell(
      Identity identity,
      long id,
      boolean withKeys,
      State state,
      CompletableFuture<TimeToLive> answer) {
    Lease lease = book.findLease(id);
    ResponseHeader header = standing.header(state.revision());
    if (lease == null) {
      answer.complete(new TimeToLive(header, id, -1, 0, List.of()));
      return;
    }
    List<Bytes> keys = withKeys ? book.keys(id) : List.of();
    // The very keys that are told, whatever was attached meanwhile.
    Reason denied = refuses(identity, keys, Access.Read::new);
    if (denied != null) {
      LeaderOnly.refuse(answer, denied);
      return;
    }
    Long left = clock.remainingMillis(id);
    if (left != null) {
      answer.complete(new TimeToLive(header, id, left / 1000, lease.ttlSeconds(), keys));
    } else if (clock.term() == 0) {
      LeaderOnly.refuse(answer, new Reason.LeaderChanged());
    } else {
      // Revoked between the two look-ups.
      answer.complete(new TimeToLive(header, id, -1, 0, List.of()));
    }
  }

  /**
   * Runs {@code action} once everything that is committed now is applied, or refuses in a second.
   */
  private void whenApplied(CompletableFuture<?> answer, Consumer<State> action) {
    CompletableFuture<@Nullable State> applied = new CompletableFuture<>();
    published.whenApplied(consensus.status().committedIndex(), applied::complete);
    Scheduler.@Nullable Cancellable timeout =
        applied.isDone()
            ? null
            : scheduler.after(APPLY_WAIT_NANOS, lane, () -> applied.complete(null));
    CompletionStage<@Nullable State> stage = applied;
    stage.thenAccept(state -> {
      if (timeout != null) {
        timeout.cancel();
      }
      if (state == null) {
        LeaderOnly.refuse(answer, new Reason.TimedOut(Reason.TimedOut.Cause.APPLIED_INDEX));
      } else {
        action.accept(state);
      }
    });
  }

  private ResponseHeader header() {
    return standing.header(published.state().revision());
  }
}
