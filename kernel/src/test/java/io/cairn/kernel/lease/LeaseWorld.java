// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.lease;

import io.cairn.kernel.command.Command;
import io.cairn.kernel.index.IndexRoot;
import io.cairn.kernel.options.KernelOptions;
import io.cairn.kernel.peer.PeerCalls;
import io.cairn.kernel.peer.PeerRequest;
import io.cairn.kernel.records.RecentLog;
import io.cairn.kernel.request.Callers;
import io.cairn.kernel.request.Proposer;
import io.cairn.kernel.request.Standing;
import io.cairn.kernel.state.Published;
import io.cairn.kernel.state.State;
import io.cairn.kernel.virtual.LocalNetwork;
import io.cairn.kernel.virtual.Stores;
import io.cairn.kernel.virtual.VirtualTime;
import io.cairn.spi.auth.AccessControl;
import io.cairn.spi.auth.Identity;
import io.cairn.spi.consensus.Configuration;
import io.cairn.spi.consensus.ConfigurationChange;
import io.cairn.spi.consensus.Consensus;
import io.cairn.spi.consensus.ConsensusException;
import io.cairn.spi.consensus.ConsensusStatus;
import io.cairn.spi.consensus.Leadership;
import io.cairn.spi.consensus.Proposal;
import io.cairn.spi.consensus.StateMachine;
import io.cairn.spi.environment.Probe;
import io.cairn.spi.storage.Mutation;
import io.cairn.spi.store.AnswerRoom;
import io.cairn.spi.store.Caller;
import io.cairn.spi.store.HeaderResult;
import io.cairn.spi.store.LeaseService;
import io.cairn.spi.store.Reason;
import io.cairn.spi.store.StoreException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A member as far as leases go: commands are applied when the test says so, at the current term.
 */
final class LeaseWorld implements Proposer, Consensus {
  static final int ELECTION_MILLIS = 1000;

  private record Pending(Command<?> command, CompletableFuture<Object> answer) {}

  final VirtualTime time = new VirtualTime();
  final LeaseBook book = new LeaseBook();
  final Published published =
      new Published(
          new State(
              7,
              10,
              1,
              -1,
              new IndexRoot(0, 7, 0, 0),
              new RecentLog(7, 0).published(),
              Stores.empty()));
  final Standing standing;
  final List<Mutation> mutations = new ArrayList<>();
  final List<Command<?>> proposed = new ArrayList<>();
  final LocalNetwork.Endpoint network;
  private final ArrayDeque<Pending> waiting = new ArrayDeque<>();
  final LeaseFacade leases;
  final long self;
  @Nullable CompletableFuture<Void> quotaExceeded;
  boolean appliesAtOnce = true;
  private long grants;
  boolean confirmsLeadership = true;
  int confirmations;
  long committedAhead;

  /** A member that can talk to nobody. */
  LeaseWorld() {
    this(2, new LocalNetwork());
  }

  /** A member that others on {@code network} can reach. */
  LeaseWorld(long self, LocalNetwork network) {
    this.self = self;
    this.network = network.join(self, url(self));
    KernelOptions options = withCheckpoints(KernelOptions.defaults(1, self));
    this.standing = new Standing(options);
    PeerCalls calls = new PeerCalls(this.network);
    calls.serve(request ->
        switch (request) {
          case PeerRequest.KeepAlive keepAlive -> leases().answer(keepAlive);
          case PeerRequest.TimeToLive question -> leases().answer(question);
          case PeerRequest.Promote _ -> throw new AssertionError("this world has no members");
        });
    this.leases =
        new LeaseFacade(
            new LeaseFacade.Parts(
                options,
                book,
                published,
                standing,
                this,
                this,
                new Callers(
                    AccessControl.open(),
                    (caller, view) -> CompletableFuture.completedFuture(Identity.ANONYMOUS)),
                cost -> this.quotaExceeded,
                calls,
                time,
                time,
                Probe.NONE));
  }

  private static KernelOptions withCheckpoints(KernelOptions options) {
    KernelOptions.Cluster cluster = options.cluster();
    return new KernelOptions(
        options.clusterId(),
        options.memberId(),
        options.maxRequestBytes(),
        options.maxTxnOps(),
        options.quotaBytes(),
        options.electionMillis(),
        options.requestTimeoutMillis(),
        options.recoverOnLanes(),
        options.watchProgressMillis(),
        new KernelOptions.Cluster(
            cluster.name(),
            cluster.clientUrls(),
            cluster.strictReconfigCheck(),
            cluster.learnersMax(),
            true,
            cluster.told()),
        options.retention(),
        options.memory(),
        options.flush());
  }

  static String url(long member) {
    return "http://127.0.0." + member + ":2380";
  }

  private LeaseFacade leases() {
    return leases;
  }

  /** Leads in {@code term} and has applied the entry that begins it. */
  void lead(long term) {
    standing.leadership(new Leadership(term, self, true));
    publish(term);
    time.run();
  }

  void follow(long term, long leader) {
    standing.leadership(new Leadership(term, leader, false));
    time.run();
  }

  /** Publishes the next applied index. */
  void publish(long term) {
    State now = published.state();
    published.publish(
        new State(
            now.revision(),
            now.appliedIndex() + 1,
            term,
            now.compactionFloor(),
            now.index(),
            now.recent(),
            now.store()));
  }

  LeaseService.Granted grant(long id, long ttl) {
    return done(leases.grant(Caller.LOCAL, id, ttl));
  }

  CompletableFuture<LeaseService.KeptAlive> keepAlive(long id) {
    return leases.keepAlive(Caller.LOCAL, id).toCompletableFuture();
  }

  LeaseService.TimeToLive timeToLive(long id) {
    return done(leases.timeToLive(Caller.LOCAL, id, true));
  }

  <T> T done(CompletionStage<T> stage) {
    time.run();
    return stage.toCompletableFuture().getNow(null);
  }

  /** Lets time pass; what is proposed meanwhile is applied. */
  void passMillisAndApply(long millis) {
    time.passMillis(millis);
    apply();
    time.run();
  }

  /** Fails what waits. */
  void dropWaiting(Reason reason) {
    for (Pending next = waiting.poll(); next != null; next = waiting.poll()) {
      next.answer.completeExceptionally(new StoreException(reason));
    }
    time.run();
  }

  /** The index of the newest grant, as if nothing but grants had one. */
  long grants() {
    return grants;
  }

  /** Applies what waits, in the term of now. */
  void apply() {
    for (Pending next = waiting.poll(); next != null; next = waiting.poll()) {
      apply(next);
    }
  }

  private void apply(Pending pending) {
    long term = standing.leadership().term();
    try {
      Object result =
          switch (pending.command) {
            case Command.LeaseGrant(long id, long ttl) -> {
              book.grant(id, ttl, ++grants, mutations);
              yield new LeaseService.Granted(standing.header(7), id, ttl);
            }
            case Command.LeaseRevoke(long id, long decided, long _) -> {
              if (decided == 0 || decided == term) {
                book.revoke(id, mutations);
              }
              yield new HeaderResult(standing.header(7));
            }
            case Command.LeaseCheckpoint(List<Command.LeaseCheckpoint.Remaining> all) -> {
              all.forEach(lease -> book.checkpoint(lease.id(), lease.ttlSeconds(), mutations));
              yield new HeaderResult(standing.header(7));
            }
            default -> throw new AssertionError("not a command about leases: " + pending.command);
          };
      publish(term);
      pending.answer.complete(result);
    } catch (StoreException refusal) {
      publish(term);
      pending.answer.completeExceptionally(refusal);
    }
  }

  @Override
  @SuppressWarnings("unchecked") // Each command gets the result that its type names; see apply.
  public <R> CompletableFuture<R> propose(Command<R> command, Identity identity, AnswerRoom room) {
    proposed.add(command);
    Pending pending = new Pending(command, new CompletableFuture<>());
    waiting.add(pending);
    if (appliesAtOnce) {
      time.lane("apply").execute(this::apply);
    }
    return (CompletableFuture<R>) pending.answer;
  }

  @Override
  public <R> CompletableFuture<R> proposeChange(ConfigurationChange change, Class<R> answer) {
    throw new AssertionError("leases change no configuration");
  }

  @Override
  public void start(StateMachine machine) {
    throw new AssertionError("this world has no log");
  }

  @Override
  public void propose(Proposal proposal) {
    throw new AssertionError("this world has no log");
  }

  @Override
  public void proposeChange(ConfigurationChange change, Proposal proposal) {
    throw new AssertionError("this world has no log");
  }

  @Override
  public CompletionStage<Long> readIndex() {
    confirmations++;
    return confirmsLeadership
        ? CompletableFuture.completedFuture(published.state().appliedIndex())
        : CompletableFuture.failedFuture(
            new ConsensusException(ConsensusException.Kind.TIMED_OUT, "no quorum"));
  }

  @Override
  public long tryReadIndex() {
    return NO_INDEX;
  }

  @Override
  public CompletionStage<Void> transferLeadership(long member) {
    throw new AssertionError("leases transfer no leadership");
  }

  @Override
  public long acknowledgedIndex(long member) {
    return 0;
  }

  @Override
  public ConsensusStatus status() {
    return new ConsensusStatus(
        standing.leadership(),
        published.state().appliedIndex() + committedAhead,
        published.state().appliedIndex(),
        Configuration.EMPTY);
  }

  @Override
  public void stop() {
    throw new AssertionError("this world has no log");
  }
}
