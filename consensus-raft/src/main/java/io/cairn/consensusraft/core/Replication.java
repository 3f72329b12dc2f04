// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.core;

import io.cairn.consensusraft.core.Effects.DropReason;
import io.cairn.consensusraft.core.Role.Leader;
import io.cairn.spi.environment.InvariantViolation;
import io.cairn.spi.store.Bytes;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a leader does: appends proposals, copies its log to the others, and finds out what is
 * committed.
 *
 * <p>Nothing is sent while inputs are stepped, only at the end, so that everything that arrived
 * together leaves as one append per follower.
 */
final class Replication {
  private final CoreState state;

  Replication(CoreState state) {
    this.state = state;
  }

  void becomeLeader() {
    Leader leader = new Leader();
    state.role = leader;
    state.learnLeader(state.self);
    state.electionElapsed = 0;
    // Any entry that is not applied yet may be a change of membership (dissertation 4.1).
    leader.lastChange = state.log.last();
    for (long index = state.applied + 1; index <= state.log.last(); index++) {
      if (state.log.entry(index).kind() == EntryKind.CONFIGURATION) {
        leader.quietUntil = index;
      }
    }
    // The first entry of a term commits what earlier terms left behind (Raft paper, figure 8).
    append(leader, EntryKind.NOOP, Bytes.EMPTY, null);
    followConfiguration(leader, false);
  }

  void propose(Input.Propose proposals) {
    Leader leader = leaderFor(proposals.expectedTerm());
    for (int i = 0; i < proposals.payloads().size(); i++) {
      Bytes payload = proposals.payloads().get(i);
      Object origin = proposals.origins().get(i);
      DropReason refusal = refusal(leader, payload);
      if (refusal != null) {
        state.out.drop(origin, refusal);
      } else if (leader != null) {
        append(leader, EntryKind.COMMAND, payload, origin);
      }
    }
  }

  void proposeChange(Input.ProposeChange change) {
    Leader leader = leaderFor(change.expectedTerm());
    DropReason refusal = refusal(leader, change.payload());
    if (refusal != null) {
      state.out.drop(change.origin(), refusal);
    } else if (leader == null || !state.termStarted()) {
      state.out.drop(change.origin(), DropReason.TERM_START_PENDING);
    } else if (leader.lastChange > state.applied) {
      state.out.drop(change.origin(), DropReason.CHANGE_PENDING);
    } else {
      append(leader, EntryKind.CONFIGURATION, change.payload(), change.origin());
      leader.lastChange = state.log.last();
      if (change.leaves()) {
        leader.quietUntil = state.log.last();
      }
    }
  }

  void bind(Bytes payload) {
    if (state.role instanceof Leader leader && refusal(leader, payload) == null) {
      append(leader, EntryKind.BINDING, payload, null);
    }
  }

  void transfer(long to) {
    if (state.role instanceof Leader leader
        && to != state.self
        && state.configuration.isVoter(to)) {
      leader.handOverTo(to);
      Progress progress = leader.find(to);
      if (progress != null) {
        transferIfCaughtUp(leader, progress);
      }
    }
  }

  /** A unit of time has passed. */
  void tick(Leader leader) {
    state.electionElapsed++;
    if (state.electionElapsed >= state.settings.electionTicks()) {
      state.electionElapsed = 0;
      if (!heardFromQuorum(leader)) {
        state.becomeFollower(state.term, 0);
        return;
      }
    }
    if (leader.transferTo != 0 && ++leader.transferElapsed >= state.settings.electionTicks()) {
      // It had its time; clients need a leader that accepts proposals.
      leader.transferTo = 0;
      if (!state.configuration.isVoter(state.self)) {
        chooseSuccessor(leader);
      }
    }
    leader.heartbeatElapsed++;
    if (leader.heartbeatElapsed >= state.settings.heartbeatTicks()) {
      leader.heartbeatElapsed = 0;
      sendHeartbeats(leader);
    }
  }

  void onAccepted(Leader leader, Message.AppendAccepted accepted) {
    Progress progress = leader.find(accepted.header().from());
    if (progress == null) {
      return;
    }
    InvariantViolation.check(
        accepted.match() <= state.log.last(), "nobody can match more than the leader's log");
    progress.active = true;
    progress.accepted(accepted.match(), Math.min(state.log.cut(), state.log.base()));
    transferIfCaughtUp(leader, progress);
  }

  void onRejected(Leader leader, Message.AppendRejected rejected) {
    Progress progress = leader.find(rejected.header().from());
    if (progress != null) {
      progress.active = true;
      long guess =
          state.log.lastWithTermAtMost(
              rejected.hintIndex(),
              rejected.hintTerm(),
              Math.min(rejected.hintIndex(), state.log.base()));
      progress.rejected(rejected.rejectedIndex(), guess);
    }
  }

  void onHeartbeatResponse(Leader leader, Message.HeartbeatResponse response) {
    Progress progress = leader.find(response.header().from());
    if (progress != null) {
      progress.active = true;
      progress.paused = false;
      progress.due |= progress.match < state.log.last();
      progress.confirmedRound = Math.max(progress.confirmedRound, response.round());
    }
  }

  void onSnapshotDone(Leader leader, Input.SnapshotDone done) {
    Progress progress = leader.find(done.to());
    if (progress != null && progress.state == Progress.State.SNAPSHOT) {
      progress.probeFrom(Math.max(progress.match, done.index()) + 1);
      // After a failure the next sign of life starts the next attempt.
      progress.paused = done.index() == 0;
    }
  }

  void onUnreachable(Leader leader, long peer) {
    Progress progress = leader.find(peer);
    if (progress != null && progress.state == Progress.State.REPLICATE) {
      progress.probeFrom(progress.match + 1);
      progress.paused = true;
    }
  }

  void onPaged(Leader leader, Input.Paged paged) {
    Progress progress = leader.find(paged.to());
    if (progress == null || !progress.paging) {
      return;
    }
    progress.paging = false;
    if (!paged.entries().isEmpty() && paged.prevIndex() == progress.next - 1 && progress.ready()) {
      sendAppend(progress, paged.prevIndex(), paged.prevTerm(), paged.entries());
    }
  }

  /** The membership is another since an entry was applied. */
  void followConfiguration(Leader leader, boolean active) {
    leader.followers.removeIf(progress -> state.configuration.find(progress.id) == null);
    int position = 0;
    for (Configuration.Member member : state.configuration.members()) {
      if (member.id() == state.self) {
        continue;
      }
      if (position == leader.followers.size() || leader.followers.get(position).id != member.id()) {
        Progress progress = new Progress(member.id(), state.log.last() + 1, state.settings);
        if (!active) {
          // Right after the election: the new entry goes out with the first probe.
          progress.next = state.log.last();
        }
        progress.active = active;
        leader.followers.add(position, progress);
      }
      position++;
    }
    if (!state.configuration.isVoter(leader.transferTo)) {
      leader.transferTo = 0;
    }
    if (!state.configuration.isVoter(state.self)) {
      chooseSuccessor(leader);
    }
  }

  /** Moves the commit index to where a quorum has durably acknowledged an entry of this term. */
  void advanceCommit(Leader leader) {
    Configuration configuration = state.configuration;
    long[] acknowledged = new long[configuration.voterCount()];
    for (int i = 0; i < acknowledged.length; i++) {
      Progress progress = leader.find(configuration.voter(i));
      acknowledged[i] = progress == null ? state.durability.durable() : progress.match;
    }
    Arrays.sort(acknowledged);
    long index = acknowledged[acknowledged.length - configuration.quorum()];
    if (index > state.commit && state.log.term(index) == state.term) {
      for (long i = state.commit + 1; i <= index; i++) {
        Entry entry = state.log.entry(i);
        leader.uncommittedBytes -= entry.term() == state.term ? entry.weight() : 0;
      }
      state.commitTo(index);
    }
  }

  /** Sends whatever each follower lacks and may be sent now. */
  void sendAll(Leader leader) {
    for (Progress progress : leader.followers) {
      while (progress.ready() && sendNext(leader, progress)) {}
    }
  }

  void sendHeartbeats(Leader leader) {
    long round = state.reads.round();
    for (Progress progress : leader.followers) {
      long commit = Math.min(progress.match, state.commit);
      state.out.send(new Message.Heartbeat(state.header(progress.id), commit, round));
    }
  }

  /**
   * Up to where no follower lacks an entry that is in memory. Who lacks older ones, perhaps because
   * it has been down for long, is sent what is read back, and does not count.
   */
  long heldByAll() {
    long held = Long.MAX_VALUE;
    if (state.role instanceof Leader leader) {
      for (Progress progress : leader.followers) {
        if (progress.match >= state.log.base()) {
          held = Math.min(held, progress.match);
        }
      }
    }
    return held;
  }

  /** Whether a quorum, this member included, has confirmed the newest read-index round. */
  boolean roundConfirmed(Leader leader) {
    int confirmed = state.configuration.isVoter(state.self) ? 1 : 0;
    for (Progress progress : leader.followers) {
      if (progress.confirmedRound >= state.reads.round()
          && state.configuration.isVoter(progress.id)) {
        confirmed++;
      }
    }
    return confirmed >= state.configuration.quorum();
  }

  private @Nullable Leader leaderFor(long expectedTerm) {
    return state.role instanceof Leader leader && (expectedTerm == 0 || expectedTerm == state.term)
        ? leader
        : null;
  }

  private @Nullable DropReason refusal(@Nullable Leader leader, Bytes payload) {
    if (leader == null) {
      return DropReason.NOT_LEADER;
    }
    if (leader.transferTo != 0 || leader.quietUntil > state.applied) {
      return DropReason.TRANSFERRING;
    }
    // Whatever its size, one proposal is accepted when nothing else is waiting.
    long weight = leader.uncommittedBytes + payload.length();
    return leader.uncommittedBytes > 0 && weight > state.settings.uncommittedBytesMax()
        ? DropReason.OVERLOADED
        : null;
  }

  private void append(Leader leader, EntryKind kind, Bytes payload, @Nullable Object origin) {
    Entry entry =
        new Entry(
            state.log.last() + 1,
            state.term,
            kind,
            Entry.CURRENT_FORMAT,
            (byte) 0,
            payload,
            origin);
    state.log.append(entry);
    leader.uncommittedBytes += entry.weight();
  }

  private boolean sendNext(Leader leader, Progress progress) {
    long prev = progress.next - 1;
    if (prev < state.log.base()) {
      if (prev < state.log.cut()) {
        progress.snapshot();
        state.out.sendSnapshot(progress.id);
      } else {
        progress.paging = true;
        state.out.page(progress.id, progress.next, state.settings.appendBytesMax());
      }
      return false;
    }
    List<Entry> entries =
        progress.due && progress.inflight.full()
            ? List.of()
            : state.log.slice(progress.next, state.settings.appendBytesMax());
    if (entries.isEmpty() && !progress.due && progress.state == Progress.State.REPLICATE) {
      // While an answer is due, the next step, which it makes, has perhaps more to say. But whoever
      // is about to be removed will not be told anything any more once the change is applied here.
      if (progress.toldCommit < state.commit
          && (progress.inflight.isEmpty() || leader.lastChange > state.applied)) {
        progress.toldCommit = state.commit;
        state.out.send(
            new Message.CommitNotice(
                state.header(progress.id), prev, state.log.term(prev), state.commit));
      }
      return false;
    }
    sendAppend(progress, prev, state.log.term(prev), entries);
    return !entries.isEmpty();
  }

  private void sendAppend(Progress progress, long prev, long prevTerm, List<Entry> entries) {
    int bytes = 0;
    for (Entry entry : entries) {
      bytes += entry.weight();
    }
    progress.sent(prev + entries.size(), bytes, entries.isEmpty(), state.commit);
    state.out.send(
        new Message.AppendRequest(
            state.header(progress.id), prev, prevTerm, entries, state.commit));
  }

  private void transferIfCaughtUp(Leader leader, Progress progress) {
    if (leader.transferTo == progress.id && progress.match == state.log.last()) {
      state.out.send(new Message.TimeoutNow(state.header(progress.id)));
    }
  }

  private boolean heardFromQuorum(Leader leader) {
    int heard = state.configuration.isVoter(state.self) ? 1 : 0;
    for (Progress progress : leader.followers) {
      heard += progress.active && state.configuration.isVoter(progress.id) ? 1 : 0;
      progress.active = false;
    }
    return heard >= state.configuration.quorum();
  }

  /**
   * This member lost its vote by a change that it committed itself. It goes on leading, without
   * counting itself and without accepting proposals, until another has taken over: the others may
   * not know yet that the change is committed, and under the old configuration they could need the
   * vote of this member, whose log may be longer than theirs.
   */
  private void chooseSuccessor(Leader leader) {
    Progress best = null;
    for (Progress progress : leader.followers) {
      if (state.configuration.isVoter(progress.id)
          && (best == null || progress.match > best.match)) {
        best = progress;
      }
    }
    if (best != null) {
      leader.handOverTo(best.id);
      transferIfCaughtUp(leader, best);
    }
  }
}
