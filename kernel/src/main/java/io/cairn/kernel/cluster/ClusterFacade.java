// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.cluster;

import io.cairn.kernel.options.KernelOptions;
import io.cairn.kernel.peer.LeaderOnly;
import io.cairn.kernel.peer.PeerAnswer;
import io.cairn.kernel.peer.PeerCalls;
import io.cairn.kernel.peer.PeerRequest;
import io.cairn.kernel.request.Answers;
import io.cairn.kernel.request.Callers;
import io.cairn.kernel.request.Proposer;
import io.cairn.kernel.request.ReadBarrier;
import io.cairn.kernel.request.Standing;
import io.cairn.kernel.state.Published;
import io.cairn.spi.consensus.Consensus;
import io.cairn.spi.environment.Lane;
import io.cairn.spi.environment.Scheduler;
import io.cairn.spi.environment.ThreadSafe;
import io.cairn.spi.environment.TimeSource;
import io.cairn.spi.store.Caller;
import io.cairn.spi.store.ClusterService;
import io.cairn.spi.store.Member;
import io.cairn.spi.store.Reason;
import io.cairn.spi.store.StoreException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The cluster service: judges what the local member can judge, then proposes; the registry decides.
 */
@ThreadSafe
public final class ClusterFacade implements ClusterService {
  /** How long a leader may need to apply what it has committed, before a promotion. */
  private static final long APPLY_WAIT_NANOS = 1_000_000_000;

  private static final long NANOS_PER_MILLI = 1_000_000;

  /** What the facade stands on. */
  public record Parts(
      KernelOptions options,
      Standing standing,
      Published published,
      Consensus consensus,
      Proposer proposer,
      ReadBarrier barrier,
      Callers callers,
      MemberBook members,
      PeerHealth health,
      PeerCalls calls,
      Scheduler scheduler,
      Lane lane,
      TimeSource time) {}

  private final Parts parts;
  private final Standing standing;
  private final MemberBook members;
  private final boolean strict;
  private final LeaderOnly leaderOnly;
  private final long timeoutNanos;

  /** Serves with {@code parts}. */
  public ClusterFacade(Parts parts) {
    this.parts = parts;
    this.standing = parts.standing();
    this.members = parts.members();
    this.strict = parts.options().cluster().strictReconfigCheck();
    this.timeoutNanos = parts.options().requestTimeoutMillis() * NANOS_PER_MILLI;
    this.leaderOnly =
        new LeaderOnly(
            new LeaderOnly.Parts(
                parts.options(),
                this::leads,
                standing,
                parts.calls(),
                parts.scheduler(),
                parts.lane(),
                parts.time()));
  }

  /** Refuses what waits for a leader. */
  public void stop() {
    leaderOnly.stop();
  }

  @Override
  public CompletableFuture<Members> list(Caller caller, boolean linearizable) {
    Reason refusal = standing.refuses(caller);
    if (refusal != null) {
      return Answers.refused(refusal);
    }
    return linearizable
        ? Answers.then(parts.barrier().pass(), state -> done(members.membership()))
        : done(members.membership());
  }

  @Override
  public CompletableFuture<Added> add(Caller caller, List<String> peerUrls, boolean learner) {
    Reason refusal = standing.refuses(caller);
    if (refusal != null) {
      return Answers.refused(refusal);
    }
    List<String> urls = PeerUrls.parse(peerUrls).orElse(null);
    if (urls == null) {
      return Answers.refused(new Reason.BadMemberUrls());
    }
    return parts
        .callers()
        .administer(caller, () -> addTo(caller, urls.stream().sorted().toList(), learner));
  }

  private CompletableFuture<Added> addTo(Caller caller, List<String> urls, boolean learner) {
    Reason refusal = strict ? checks().refusesToAdd(learner) : null;
    if (refusal != null) {
      return Answers.refused(refusal);
    }
    long id = MemberIds.ofAddedMember(urls, parts.time().wallMillis() / 1000);
    MemberChange change =
        MemberChange.add(id, urls, learner, parts.options().cluster().learnersMax());
    return Answers.then(
        propose(caller, change),
        after ->
            CompletableFuture.completedFuture(
                new Added(
                    standing.header(0),
                    after.findMember(id).orElse(change.member()),
                    after.members())));
  }

  @Override
  public CompletableFuture<Members> remove(Caller caller, long id) {
    return administer(caller, () -> change(caller, MemberChange.remove(id), refusesToRemove(id)));
  }

  private @Nullable Reason refusesToRemove(long id) {
    Member member = members.membership().findMember(id).orElse(null);
    return member != null && strict ? checks().refusesToRemove(member) : null;
  }

  @Override
  public CompletableFuture<Members> update(Caller caller, long id, List<String> peerUrls) {
    return administer(
        caller,
        () -> {
          List<String> urls = PeerUrls.parse(peerUrls).orElse(null);
          // etcd accepts anything here, and other members crash on it.
          return urls == null
              ? Answers.refused(new Reason.BadMemberUrls())
              : change(caller, MemberChange.update(id, urls), null);
        });
  }

  @Override
  public CompletableFuture<Members> promote(Caller caller, long id) {
    return administer(caller, () -> leaderOnly.run(caller, new Promoting(caller, id)));
  }

  /** Answers what another member asks of this one as the leader, for one of its own clients. */
  public CompletionStage<PeerAnswer> answer(PeerRequest.Promote request) {
    return leads()
        ? promoteHere(Caller.LOCAL, request.member())
            .thenApply(done -> new PeerAnswer.Promoted(parts.published().state().appliedIndex()))
        : CompletableFuture.completedFuture(new PeerAnswer.NotNow());
  }

  private boolean leads() {
    return standing.leadership().self();
  }

  /** Gives a learner its vote. */
  private final class Promoting implements LeaderOnly.Work<Members> {
    private final Caller caller;
    private final long id;

    private Promoting(Caller caller, long id) {
      this.caller = caller;
      this.id = id;
    }

    @Override
    public void here(CompletableFuture<Members> answer, Runnable again) {
      Answers.relay(promoteHere(caller, id), answer);
    }

    @Override
    public PeerRequest request() {
      return new PeerRequest.Promote(id);
    }

    @Override
    public CompletableFuture<Members> elsewhere(PeerAnswer answer) {
      if (answer instanceof PeerAnswer.Promoted(long index)) {
        return Answers.then(applied(index, timeoutNanos), ready -> done(members.membership()));
      }
      throw new IllegalArgumentException("no answer to a promotion: " + answer);
    }
  }

  private CompletableFuture<Members> promoteHere(Caller caller, long id) {
    return Answers.then(
        applied(parts.consensus().status().committedIndex(), APPLY_WAIT_NANOS),
        ready -> change(caller, MemberChange.promote(id), refusesToPromote(id)));
  }

  private @Nullable Reason refusesToPromote(long id) {
    Member member = members.membership().findMember(id).orElse(null);
    if (member == null) {
      return new Reason.MemberNotFound();
    }
    if (member.learner() && !parts.health().isInSync(id)) {
      return new Reason.LearnerNotReady();
    }
    return strict ? checks().refusesToPromote() : null;
  }

  /** Completes when {@code index} has been applied here; fails if that takes too long. */
  private CompletableFuture<Boolean> applied(long index, long waitNanos) {
    CompletableFuture<Boolean> applied = new CompletableFuture<>();
    Scheduler.Cancellable timer =
        parts
            .scheduler()
            .after(
                waitNanos,
                parts.lane(),
                () ->
                    applied.completeExceptionally(
                        new StoreException(
                            new Reason.TimedOut(Reason.TimedOut.Cause.APPLIED_INDEX))));
    parts
        .published()
        .whenApplied(
            index,
            state -> {
              timer.cancel();
              applied.complete(true);
            });
    return applied;
  }

  private CompletableFuture<Members> change(
      Caller caller, MemberChange change, @Nullable Reason refusal) {
    return refusal != null
        ? Answers.refused(refusal)
        : Answers.then(propose(caller, change), this::done);
  }

  /**
   * Proposes, again and again while consensus cannot take a change because another one is under way
   * or a leader has just begun: then nothing has happened, so changes may follow each other
   * closely.
   */
  private CompletableFuture<Membership> propose(Caller caller, MemberChange change) {
    CompletableFuture<Membership> answer = new CompletableFuture<>();
    propose(caller, change, answer, parts.time().nanos() + timeoutNanos);
    return answer;
  }

  private void propose(
      Caller caller, MemberChange change, CompletableFuture<Membership> answer, long untilNanos) {
    var _ =
        parts
            .proposer()
            .proposeChange(change.encode(), Membership.class)
            .whenComplete((membership, failure) -> {
              if (failure == null) {
                answer.complete(membership);
                return;
              }
              StoreException refusal = Answers.unwrapped(failure);
              if (refusal.reason() instanceof Reason.ProposalDropped
                  && parts.time().nanos() - untilNanos < 0
                  && !caller.call().ended()) {
                parts
                    .scheduler()
                    .after(
                        LeaderOnly.PAUSE_MILLIS * NANOS_PER_MILLI,
                        parts.lane(),
                        () -> propose(caller, change, answer, untilNanos));
              } else {
                answer.completeExceptionally(refusal);
              }
            });
  }

  private CompletableFuture<Members> done(Membership membership) {
    return CompletableFuture.completedFuture(new Members(standing.header(0), membership.members()));
  }

  private StrictChecks checks() {
    return new StrictChecks(members.membership(), standing.memberId(), parts.health());
  }

  private <R> CompletableFuture<R> administer(
      Caller caller, Supplier<CompletableFuture<R>> action) {
    Reason refusal = standing.refuses(caller);
    return refusal != null ? Answers.refused(refusal) : parts.callers().administer(caller, action);
  }
}
