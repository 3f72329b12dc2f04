// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.lease;

import io.cairn.kernel.command.Command;
import io.cairn.kernel.lease.LeaseBook.Lease;
import io.cairn.kernel.options.KernelOptions;
import io.cairn.kernel.peer.LeaderOnly;
import io.cairn.kernel.peer.PeerAnswer;
import io.cairn.kernel.peer.PeerCalls;
import io.cairn.kernel.peer.PeerRequest;
import io.cairn.kernel.request.Answers;
import io.cairn.kernel.request.Callers;
import io.cairn.kernel.request.LeaderLoss;
import io.cairn.kernel.request.Proposer;
import io.cairn.kernel.request.Quota;
import io.cairn.kernel.request.Standing;
import io.cairn.kernel.state.Published;
import io.cairn.spi.auth.Access;
import io.cairn.spi.auth.AccessView;
import io.cairn.spi.auth.Identity;
import io.cairn.spi.consensus.Consensus;
import io.cairn.spi.environment.Lane;
import io.cairn.spi.environment.Probe;
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
import io.cairn.spi.store.StoreException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The lease service.
 *
 * <p>Granting and revoking are commands. Renewing and asking how long are done by the leader from
 * its clock, without a command; a member that does not lead asks the one that does.
 */
@ThreadSafe
public final class LeaseFacade implements LeaseService, AutoCloseable {
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
      PeerCalls calls,
      Scheduler scheduler,
      TimeSource time,
      Probe probe) {}

  private final LeaseBook book;
  private final Published published;
  private final Standing standing;
  private final Proposer proposer;
  private final Callers callers;
  private final Quota quota;
  private final Lane lane;
  private final LeaseClock clock;
  private final LeaseKeeper keeper;
  private final LeaseExpiry expiry;
  private final @Nullable LeaseNotes notes;
  private final LeaderOnly leaderOnly;
  private final LeaderLoss leaderLoss;
  private final LeaseIds ids;
  private final long minTtlSeconds;

  /**
   * Listens to the book, to what is published and to who leads from now on; so this has to happen
   * before the first entry is applied.
   */
  public LeaseFacade(Parts parts) {
    KernelOptions options = parts.options();
    Scheduler scheduler = parts.scheduler();
    this.book = parts.book();
    this.published = parts.published();
    this.standing = parts.standing();
    this.proposer = parts.proposer();
    this.callers = parts.callers();
    this.quota = parts.quota();
    this.lane = scheduler.lane("lease");
    this.clock = new LeaseClock(parts.time());
    this.keeper =
        new LeaseKeeper(
            new LeaseKeeper.Parts(
                book,
                clock,
                published,
                standing,
                proposer,
                parts.consensus(),
                scheduler,
                lane,
                parts.time()),
            options.electionMillis() * 1_000_000L);
    this.expiry =
        new LeaseExpiry(
            clock, proposer, scheduler, lane, options.requestTimeoutMillis(), parts.probe());
    this.notes =
        options.cluster().leaseCheckpoints()
            ? new LeaseNotes(clock, proposer, scheduler, lane)
            : null;
    this.leaderOnly =
        new LeaderOnly(
            new LeaderOnly.Parts(
                options,
                keeper::isKeeping,
                standing,
                parts.calls(),
                scheduler,
                lane,
                parts.time()));
    this.leaderLoss = new LeaderLoss(standing, scheduler, lane, options.electionMillis());
    this.ids = new LeaseIds(options.memberId(), parts.time());
    this.minTtlSeconds = minTtlSeconds(options.electionMillis());
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
    if (notes != null) {
      lane.execute(notes::start);
    }
    leaderLoss.start();
  }

  /** Ends no more leases and refuses what waits for a leader. */
  @Override
  public void close() {
    leaderOnly.stop();
    leaderLoss.stop();
    clock.demote();
    lane.execute(expiry::stop);
    if (notes != null) {
      lane.execute(notes::stop);
    }
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
    return identify(caller, identity -> proposer.propose(Command.LeaseRevoke.asked(id), identity));
  }

  @Override
  public CompletionStage<KeptAlive> keepAlive(Caller caller, long id) {
    return identify(
        caller,
        identity -> {
          Reason denied = refuses(identity, () -> book.keys(id), Access.Write::new);
          if (denied != null) {
            return Answers.refused(denied);
          }
          // As in etcd, the header's revision is sampled before the renewal.
          return leaderOnly.run(caller, new Renewing(id, published.state().revision()));
        });
  }

  @Override
  public Renewals open(Caller caller, Consumer<Reason> end) {
    Reason refusal = standing.refuses(caller);
    if (refusal != null) {
      throw new StoreException(refusal);
    }
    Runnable lost = () -> end.accept(new Reason.NoLeader());
    if (caller.requireLeader()) {
      leaderLoss.add(lost);
    }
    // Asked for once, at the beginning: an election must not end the stream.
    Caller patient =
        new Caller(
            caller.token(), caller.certificateName(), false, caller.viaGateway(), caller.call());
    return new Renewals() {
      @Override
      public CompletionStage<KeptAlive> keepAlive(long id) {
        return LeaseFacade.this.keepAlive(patient, id);
      }

      @Override
      public void close() {
        leaderLoss.remove(lost);
      }
    };
  }

  @Override
  public CompletionStage<TimeToLive> timeToLive(Caller caller, long id, boolean keys) {
    return identify(
        caller,
        identity ->
            Answers.then(
                leaderOnly.run(caller, new Telling(id, keys)),
                // The very keys that are told, whatever was attached meanwhile.
                told -> {
                  Reason denied = refuses(identity, told::keys, Access.Read::new);
                  return denied != null
                      ? Answers.refused(denied)
                      : CompletableFuture.completedFuture(told);
                }));
  }

  @Override
  public CompletionStage<Leases> list(Caller caller) {
    return identify(
        caller,
        identity -> {
          List<Lease> leases = book.listLeases();
          for (Lease lease : leases) {
            Reason denied = refuses(identity, () -> book.keys(lease.id()), Access.Read::new);
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

  /** Answers what another member asks of this one as the leader, for one of its own clients. */
  public CompletionStage<PeerAnswer> answer(PeerRequest.KeepAlive request) {
    return keeper.answer(request);
  }

  /** The same for a question about time. */
  public CompletionStage<PeerAnswer> answer(PeerRequest.TimeToLive request) {
    return keeper.answer(request);
  }

  /** Renews a lease. */
  private final class Renewing implements LeaderOnly.Work<KeptAlive> {
    private final long id;
    private final long revision;

    private Renewing(long id, long revision) {
      this.id = id;
      this.revision = revision;
    }

    @Override
    public void here(CompletableFuture<KeptAlive> answer, Runnable again) {
      keeper.renew(id, revision, answer, again);
    }

    @Override
    public PeerRequest request() {
      return new PeerRequest.KeepAlive(id);
    }

    @Override
    public CompletableFuture<KeptAlive> elsewhere(PeerAnswer answer) {
      if (answer instanceof PeerAnswer.KeptAlive(long ttl)) {
        return CompletableFuture.completedFuture(new KeptAlive(standing.header(revision), id, ttl));
      }
      throw new IllegalArgumentException("no answer to a keep-alive: " + answer);
    }
  }

  /** Finds out how long a lease has to live. */
  private final class Telling implements LeaderOnly.Work<TimeToLive> {
    private final long id;
    private final boolean keys;

    private Telling(long id, boolean keys) {
      this.id = id;
      this.keys = keys;
    }

    @Override
    public void here(CompletableFuture<TimeToLive> answer, Runnable again) {
      keeper.tell(id, keys, answer);
    }

    @Override
    public PeerRequest request() {
      return new PeerRequest.TimeToLive(id, keys);
    }

    @Override
    public CompletableFuture<TimeToLive> elsewhere(PeerAnswer answer) {
      if (answer instanceof PeerAnswer.TimeToLive(long ttl, long granted, List<Bytes> attached)) {
        return CompletableFuture.completedFuture(
            new TimeToLive(header(), id, ttl, granted, attached));
      }
      throw new IllegalArgumentException("no answer about a lease's time: " + answer);
    }
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

  /**
   * Why {@code identity} may not do something to one of the keys, or null. The keys are asked for
   * only if it matters: a lease may have very many, and is renewed often.
   */
  private @Nullable Reason refuses(
      Identity identity, Supplier<List<Bytes>> keys, Function<KeyRange, Access> access) {
    AccessView view = callers.view();
    if (view.enabled()) {
      for (Bytes key : keys.get()) {
        Reason denied = view.check(identity, access.apply(KeyRange.single(key)));
        if (denied != null) {
          return denied;
        }
      }
    }
    return null;
  }

  private ResponseHeader header() {
    return standing.header(published.state().revision());
  }
}
