// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.cluster;

import io.cairn.kernel.options.KernelOptions;
import io.cairn.kernel.request.Answers;
import io.cairn.kernel.request.Callers;
import io.cairn.kernel.request.Permissions;
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
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The cluster service: judges what the local member can judge, then proposes; the registry decides.
 */
@ThreadSafe
public final class ClusterFacade implements ClusterService {
  /** How long a leader may need to apply what it has committed, before a promotion. */
  private static final long APPLY_WAIT_NANOS = 1_000_000_000;

  /** What the facade stands on. */
  public record Parts(
      KernelOptions.Cluster options,
      Standing standing,
      Published published,
      Consensus consensus,
      Proposer proposer,
      ReadBarrier barrier,
      Callers callers,
      MemberBook members,
      PeerHealth health,
      Scheduler scheduler,
      Lane lane,
      TimeSource time) {}

  private final Parts parts;
  private final Standing standing;
  private final MemberBook members;

  /** Serves with {@code parts}. */
  public ClusterFacade(Parts parts) {
    this.parts = parts;
    this.standing = parts.standing();
    this.members = parts.members();
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
    return administer(caller, () -> add(urls.stream().sorted().toList(), learner));
  }

  private CompletableFuture<Added> add(List<String> urls, boolean learner) {
    Reason refusal = parts.options().strictReconfigCheck() ? checks().refusesToAdd(learner) : null;
    long id = MemberIds.ofAddedMember(urls, parts.time().wallMillis() / 1000);
    MemberChange change = MemberChange.add(id, urls, learner, parts.options().learnersMax());
    if (refusal == null) {
      refusal = refusesCompany(change);
    }
    if (refusal != null) {
      return Answers.refused(refusal);
    }
    return Answers.then(
        propose(change),
        after ->
            CompletableFuture.completedFuture(
                new Added(
                    standing.header(0),
                    after.findMember(id).orElse(change.member()),
                    after.members())));
  }

  /**
   * Members cannot talk to each other yet, so a second one would only cost the first its quorum.
   * What the registry would refuse anyway is refused for its own reason.
   */
  private Reason refusesCompany(MemberChange change) {
    Reason refusal = members.refuses(change);
    return refusal != null ? refusal : new Reason.NotBuiltIn("multi-member clusters");
  }

  @Override
  public CompletableFuture<Members> remove(Caller caller, long id) {
    return administerNow(caller, () -> change(MemberChange.remove(id), refusesToRemove(id)));
  }

  private @Nullable Reason refusesToRemove(long id) {
    Member member = members.membership().findMember(id).orElse(null);
    return member != null && parts.options().strictReconfigCheck()
        ? checks().refusesToRemove(member)
        : null;
  }

  @Override
  public CompletableFuture<Members> update(Caller caller, long id, List<String> peerUrls) {
    return administerNow(
        caller,
        () -> {
          List<String> urls = PeerUrls.parse(peerUrls).orElse(null);
          // etcd accepts anything here, and other members crash on it.
          return urls == null
              ? Answers.refused(new Reason.BadMemberUrls())
              : change(MemberChange.update(id, urls), null);
        });
  }

  @Override
  public CompletableFuture<Members> promote(Caller caller, long id) {
    return administerNow(
        caller,
        () ->
            standing.leadership().self()
                ? Answers.then(
                    caughtUp(), ready -> change(MemberChange.promote(id), refusesToPromote(id)))
                : Answers.refused(new Reason.NoLeader()));
  }

  private @Nullable Reason refusesToPromote(long id) {
    Member member = members.membership().findMember(id).orElse(null);
    if (member == null) {
      return new Reason.MemberNotFound();
    }
    if (member.learner() && !parts.health().isInSync(id)) {
      return new Reason.LearnerNotReady();
    }
    return parts.options().strictReconfigCheck() ? checks().refusesToPromote() : null;
  }

  /** Completes when what is committed now has been applied here. */
  private CompletableFuture<Boolean> caughtUp() {
    CompletableFuture<Boolean> caughtUp = new CompletableFuture<>();
    Scheduler.Cancellable timer =
        parts
            .scheduler()
            .after(
                APPLY_WAIT_NANOS,
                parts.lane(),
                () ->
                    caughtUp.completeExceptionally(
                        new StoreException(
                            new Reason.TimedOut(Reason.TimedOut.Cause.APPLIED_INDEX))));
    parts
        .published()
        .whenApplied(
            parts.consensus().status().committedIndex(),
            state -> {
              timer.cancel();
              caughtUp.complete(true);
            });
    return caughtUp;
  }

  private CompletableFuture<Members> change(MemberChange change, @Nullable Reason refusal) {
    return refusal != null ? Answers.refused(refusal) : Answers.then(propose(change), this::done);
  }

  private CompletableFuture<Membership> propose(MemberChange change) {
    return parts.proposer().proposeChange(change.encode(), Membership.class);
  }

  private CompletableFuture<Members> done(Membership membership) {
    return CompletableFuture.completedFuture(new Members(standing.header(0), membership.members()));
  }

  private StrictChecks checks() {
    return new StrictChecks(members.membership(), standing.memberId(), parts.health());
  }

  private <R> CompletableFuture<R> administerNow(
      Caller caller, Supplier<CompletableFuture<R>> action) {
    Reason refusal = standing.refuses(caller);
    return refusal != null ? Answers.refused(refusal) : administer(caller, action);
  }

  private <R> CompletableFuture<R> administer(
      Caller caller, Supplier<CompletableFuture<R>> action) {
    Callers callers = parts.callers();
    return callers.identify(
        caller,
        identity -> {
          Reason refusal = Permissions.refusesToAdminister(callers.view(), identity);
          return refusal != null ? Answers.refused(refusal) : action.get();
        });
  }
}
