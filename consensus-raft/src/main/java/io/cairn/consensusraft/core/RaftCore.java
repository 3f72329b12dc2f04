// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.core;

import io.cairn.consensusraft.core.Effects.DropReason;
import io.cairn.consensusraft.core.Role.Follower;
import io.cairn.consensusraft.core.Role.Leader;
import io.cairn.spi.environment.InvariantViolation;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.environment.Rng;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One member's part in Raft: a function from what it knows and what happens to what it knows next
 * and what is to be done.
 *
 * <p>The object changes in place, and offers {@link #copy} and {@link #fingerprint} to those who
 * want to treat it as a value. It belongs to whoever steps it; nothing in it is safe for two
 * threads.
 */
@OnLane("raft")
public final class RaftCore {
  /** How much stays in memory of what every member has. */
  private static final int SPARE_BYTES = 512 << 10;

  private final CoreState state;
  private final Replication replication;
  private final Elections elections;
  private final Following following;

  private RaftCore(CoreState state) {
    this.state = state;
    this.replication = new Replication(state);
    this.elections = new Elections(state, replication);
    this.following = new Following(state);
  }

  /**
   * A member as it comes up. It says nothing before its first step, which may be empty.
   *
   * @param rng where election timeouts are drawn from
   */
  public static RaftCore start(Recovered recovered, Settings settings, Rng rng) {
    InvariantViolation.check(
        recovered.cut() <= recovered.applied(),
        "stable storage must reach back to what is applied");
    Log log = new Log(recovered.applied(), recovered.appliedTerm(), recovered.cut());
    recovered.entries().forEach(log::append);
    log.allPersisted();
    return new RaftCore(new CoreState(recovered, log, settings, rng));
  }

  /** The same member again, sharing nothing that changes. Its timeouts come from {@code rng}. */
  public RaftCore copy(Rng rng) {
    return new RaftCore(state.copy(rng));
  }

  /**
   * Equal for members that will behave alike, origins aside; different for others but by chance.
   */
  public long fingerprint() {
    return state.fingerprint();
  }

  /** Takes in everything that happened since the last step, and says what is to be done. */
  public Effects step(List<? extends Input> inputs) {
    state.out = new EffectsBuilder();
    for (Input input : inputs) {
      take(input);
    }
    elections.campaignIfAlone();
    if (state.role instanceof Leader leader) {
      replication.advanceCommit(leader);
    }
    advanceReads();
    if (state.role instanceof Leader leader) {
      replication.sendAll(leader);
    }
    handOutCommitted();
    return state.out.build(state);
  }

  private void take(Input input) {
    switch (input) {
      case Input.Tick _ -> tick();
      case Input.Receive receive -> receive(receive.message());
      case Input.Propose proposals -> replication.propose(proposals);
      case Input.ProposeChange change -> replication.proposeChange(change);
      case Input.Bind binding -> replication.bind(binding.payload());
      case Input.ReadIndex read -> readIndex(read.origin());
      case Input.Transfer transfer -> replication.transfer(transfer.to());
      case Input.Persisted persisted -> persisted(persisted.token());
      case Input.Applied done -> applied(done.index());
      case Input.ConfigurationApplied change -> configurationApplied(change);
      case Input.SnapshotDone done -> {
        if (state.role instanceof Leader leader) {
          replication.onSnapshotDone(leader, done);
        }
      }
      case Input.Unreachable unreachable -> {
        if (state.role instanceof Leader leader) {
          replication.onUnreachable(leader, unreachable.peer());
        }
      }
      case Input.Paged paged -> {
        if (state.role instanceof Leader leader) {
          replication.onPaged(leader, paged);
        }
      }
      case Input.LogCut cut -> {
        InvariantViolation.check(cut.index() <= state.applied, "only what is applied may be cut");
        state.log.cutTo(cut.index());
      }
    }
  }

  private void receive(Message message) {
    Message.Header header = message.header();
    if (header.to() != state.self
        || !state.configuration.admits(header.from(), header.incarnation())) {
      return;
    }
    if (header.term() < state.term) {
      answerOldTerm(message);
      return;
    }
    if (header.term() > state.term) {
      enterNewerTerm(message);
    }
    switch (message) {
      case Message.VoteRequest request -> elections.onVoteRequest(request);
      case Message.VoteResponse response -> elections.onVoteResponse(response);
      case Message.AppendRequest request -> following.onAppend(request);
      case Message.CommitNotice notice -> following.onCommitNotice(notice);
      case Message.Heartbeat heartbeat -> following.onHeartbeat(heartbeat);
      case Message.InstallSnapshot install -> following.onInstallSnapshot(install);
      case Message.AppendAccepted accepted -> {
        if (state.role instanceof Leader leader) {
          replication.onAccepted(leader, accepted);
        }
      }
      case Message.AppendRejected rejected -> {
        if (state.role instanceof Leader leader) {
          replication.onRejected(leader, rejected);
        }
      }
      case Message.HeartbeatResponse response -> {
        if (state.role instanceof Leader leader) {
          replication.onHeartbeatResponse(leader, response);
        }
      }
      case Message.TimeoutNow _ -> elections.onTimeoutNow();
      case Message.ReadIndexRequest request -> readIndexForOther(request);
      case Message.ReadIndexResponse response -> readIndexAnswered(response);
      case Message.StaleTerm _ -> {} // The term was all it had to say.
    }
  }

  /** Somebody is ahead. Who sends what only a leader sends leads that term. */
  private void enterNewerTerm(Message message) {
    Message.Header header = message.header();
    switch (message) {
      case Message.VoteRequest _ -> {} // Whether it counts is for the vote rules to say.
      case Message.VoteResponse response -> {
        // A granted pre-vote is about a term in which nobody is yet.
        if (!(response.pre() && response.granted())) {
          state.becomeFollower(header.term(), 0);
        }
      }
      case Message.AppendRequest _,
          Message.CommitNotice _,
          Message.Heartbeat _,
          Message.InstallSnapshot _ ->
          state.becomeFollower(header.term(), header.from());
      case Message.AppendAccepted _,
          Message.AppendRejected _,
          Message.HeartbeatResponse _,
          Message.TimeoutNow _,
          Message.ReadIndexRequest _,
          Message.ReadIndexResponse _,
          Message.StaleTerm _ ->
          state.becomeFollower(header.term(), 0);
    }
  }

  /**
   * Somebody is behind. A leader of an older term must learn of it, or a member whose term ran
   * ahead while it was cut off could never come back: it ignores that leader, and with pre-vote no
   * campaign of its own would tell anybody.
   */
  private void answerOldTerm(Message message) {
    long from = message.header().from();
    switch (message) {
      case Message.AppendRequest _,
          Message.CommitNotice _,
          Message.Heartbeat _,
          Message.InstallSnapshot _ ->
          state.out.sendDurably(new Message.StaleTerm(state.header(from)));
      case Message.VoteRequest request -> {
        if (request.pre()) {
          state.out.sendDurably(new Message.VoteResponse(state.header(from), true, false));
        }
      }
      case Message.VoteResponse _,
          Message.AppendAccepted _,
          Message.AppendRejected _,
          Message.HeartbeatResponse _,
          Message.TimeoutNow _,
          Message.ReadIndexRequest _,
          Message.ReadIndexResponse _,
          Message.StaleTerm _ -> {}
    }
  }

  private void tick() {
    if (state.role instanceof Leader leader) {
      replication.tick(leader);
    } else {
      boolean heartbeatTime = (state.electionElapsed + 1) % state.settings.heartbeatTicks() == 0;
      elections.tick();
      if (heartbeatTime && state.role instanceof Follower && state.reads.isOpen()) {
        askLeader(); // Again: the question or its answer may be lost.
      }
    }
  }

  private void persisted(long token) {
    state.durability.persisted(token);
    elections.onPersisted();
  }

  private void applied(long index) {
    InvariantViolation.check(index <= state.handedOut, "only what was handed out can be applied");
    for (long i = state.applied + 1; i <= index; i++) {
      state.applyingBytes -= state.log.entry(i).weight();
    }
    // A report from before a snapshot was installed may be behind.
    state.applied = Math.max(state.applied, index);
    forgetApplied();
  }

  /** Bounds what stays in memory of what is applied, for followers that lack it. */
  private void forgetApplied() {
    boolean alone = state.configuration.isAlone(state.self);
    int window = alone ? 0 : state.settings.windowBytesMax();
    state.log.trim(state.applied, window);
    // What nobody lacks would only grow old in memory; a little helps whoever is elected next.
    state.log.trim(Math.min(state.applied, replication.heldByAll()), Math.min(SPARE_BYTES, window));
  }

  private void configurationApplied(Input.ConfigurationApplied change) {
    if (change.index() <= state.applied) {
      return; // Overtaken by a snapshot, which brought the membership with it.
    }
    applied(change.index());
    InvariantViolation.check(
        state.configuration.votersChanged(change.configuration()) <= 1,
        "two quorums intersect only if one voter changes at a time");
    state.configuration = change.configuration();
    if (state.role instanceof Leader leader) {
      replication.followConfiguration(leader, true);
    }
  }

  private void handOutCommitted() {
    // Committed is not enough: what this member applies it must find again after a crash.
    long to = Math.min(state.commit, state.durability.durable());
    boolean keepsWindow = !state.configuration.isAlone(state.self);
    while (state.handedOut < to && state.applyingBytes <= state.settings.applyBytesMax()) {
      state.handedOut++;
      Entry entry = state.log.entry(state.handedOut);
      state.applyingBytes += entry.weight();
      state.out.apply(entry);
      if (keepsWindow && entry.origin() != null) {
        // From here on the origin is the state machine's, and must not be kept alive by the window.
        // What travels with the entry stays: a follower may still need it.
        state.log.replace(entry.withoutOrigin());
      }
    }
  }

  private void readIndex(Object origin) {
    if (state.reads.size() >= state.settings.readsMax()) {
      state.out.drop(origin, DropReason.OVERLOADED);
    } else {
      state.reads.add(origin);
    }
  }

  private void readIndexForOther(Message.ReadIndexRequest request) {
    if (state.role instanceof Leader && state.configuration.find(request.header().from()) != null) {
      state.reads.addRemote(request.header().from(), request.request());
    }
  }

  private void readIndexAnswered(Message.ReadIndexResponse response) {
    if (state.role instanceof Follower
        && state.reads.isOpen()
        && response.request() == state.reads.round()) {
      state.reads.finish(state, response.index());
    }
  }

  /** Finishes the round that is under way if it can be, and starts the next if somebody waits. */
  private void advanceReads() {
    if (state.role instanceof Leader leader) {
      if (state.reads.isOpen() && replication.roundConfirmed(leader)) {
        state.reads.finish(state);
      }
      // Before its first own entry is committed a leader does not know what is (dissertation 6.4).
      if (!state.reads.isOpen() && state.reads.hasWaiting() && state.termStarted()) {
        state.reads.begin(state.commit);
        if (replication.roundConfirmed(leader)) {
          state.reads.finish(state);
        } else {
          replication.sendHeartbeats(leader);
        }
      }
    } else if (state.role instanceof Follower
        && state.leader != 0
        && !state.reads.isOpen()
        && state.reads.hasWaiting()) {
      state.reads.begin(0);
      askLeader();
    }
  }

  private void askLeader() {
    state.out.send(new Message.ReadIndexRequest(state.header(state.leader), state.reads.round()));
  }

  /** This member's id. */
  public long self() {
    return state.self;
  }

  /** What this member is now. */
  public Effects.RoleView role() {
    return state.view();
  }

  /** Whom it voted for in its term, or 0. */
  public long vote() {
    return state.vote;
  }

  /** For how many ticks a member that does not lead has waited to hear from a leader. */
  public int ticksOfSilence() {
    return state.electionElapsed;
  }

  /** The last entry reported as applied. */
  public long applied() {
    return state.applied;
  }

  /** The last entry handed out to be applied. */
  public long handedOut() {
    return state.handedOut;
  }

  /** What this process handed in with an entry that it has not got back yet. */
  public @Nullable Object originAt(long index) {
    return index > state.handedOut && index <= state.log.last()
        ? state.log.entry(index).origin()
        : null;
  }

  /** The last entry of the log. */
  public long lastIndex() {
    return state.log.last();
  }

  /** The last entry that is durable here. */
  public long durableIndex() {
    return state.durability.durable();
  }

  /** Whether entries wait to be handed out until others have been applied. */
  public boolean awaitsApplied() {
    return state.handedOut < Math.min(state.commit, state.durability.durable());
  }

  /** Whether a read-index round is under way: who asks now is served by the next. */
  public boolean awaitsReadIndex() {
    return state.reads.isOpen();
  }

  /** The membership as applied. */
  public Configuration configuration() {
    return state.configuration;
  }

  /** The entries in memory, for tests and diagnosis. */
  public List<Entry> window() {
    return state.log.slice(state.log.base() + 1, Long.MAX_VALUE);
  }

  /** The acknowledged index of another member, 0 if unknown or not leading. */
  public long matchOf(long member) {
    Progress progress = state.role instanceof Leader leader ? leader.find(member) : null;
    return progress == null ? 0 : progress.match;
  }
}
