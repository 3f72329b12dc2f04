// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.runtime;

import static io.cairn.spi.environment.EventLog.field;

import io.cairn.consensusraft.core.Effects.Persist;
import io.cairn.consensusraft.core.Entry;
import io.cairn.consensusraft.core.EntryKind;
import io.cairn.consensusraft.core.HardState;
import io.cairn.consensusraft.wal.RecoveredLog;
import io.cairn.consensusraft.wal.Wal;
import io.cairn.spi.consensus.AppliedPoint;
import io.cairn.spi.consensus.ConfigurationChange;
import io.cairn.spi.consensus.ConfigurationChange.Kind;
import io.cairn.spi.consensus.ConsensusException;
import io.cairn.spi.consensus.ConsensusOptions;
import io.cairn.spi.environment.EventLog;
import io.cairn.spi.store.Bytes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Lets a member go on alone when the majority is lost for good: whatever its log holds counts as
 * committed from now on, and behind it stand entries that give it a vote and remove everybody else.
 *
 * <p>etcd cuts off what it does not know to be committed. Here it is kept: a member learns late
 * what is committed, so the end of its log may have been acknowledged to clients, and nobody is
 * left who could have another opinion.
 */
final class LoneStart {
  private LoneStart() {}

  /**
   * Writes those entries; none if this member is alone already.
   *
   * @return the entries of the log behind what is applied, and the state that goes with them
   */
  static Severed sever(
      Wal wal, RecoveredLog log, ConsensusOptions options, AppliedPoint applied, EventLog events)
      throws IOException {
    Set<Long> members = members(log, applied);
    if (!members.remove(options.memberId())) {
      throw new ConsensusException(
          ConsensusException.Kind.LOG,
          "this member is not in the configuration that its log holds, so it cannot go on alone;"
              + " restore a backup into a new cluster");
    }
    if (members.isEmpty()) {
      return new Severed(log.hardState(), log.entries());
    }
    long term = log.hardState().term() + 1;
    List<Entry> added = new ArrayList<>();
    // Refused, and so without effect, if it has its vote already.
    added.add(entry(log.lastIndex() + 1, term, Kind.PROMOTE, options.memberId()));
    for (long other : members) {
      added.add(entry(log.lastIndex() + 1 + added.size(), term, Kind.REMOVE, other));
    }
    HardState state = new HardState(term, 0, log.lastIndex() + added.size());
    wal.append(new Persist(0, state, null, 0, added));
    wal.sync();
    events.warn(
        "forcing restart member",
        field("cluster-id", Long.toHexString(options.clusterId())),
        field("local-member-id", Long.toHexString(options.memberId())),
        field("wal-commit-index", log.hardState().commit()),
        field("commit-index", state.commit()),
        field("removed-members", members.stream().map(Long::toHexString).toList()));
    List<Entry> all = new ArrayList<>(log.entries());
    all.addAll(added);
    return new Severed(state, all);
  }

  /** What consensus starts from then. */
  record Severed(HardState hardState, List<Entry> entries) {}

  /** Everybody who may be a member at the end of the log. */
  private static Set<Long> members(RecoveredLog log, AppliedPoint applied) {
    Set<Long> members = new TreeSet<>(Long::compareUnsigned);
    members.addAll(applied.configuration().voters());
    members.addAll(applied.configuration().learners());
    for (Entry entry : log.entries()) {
      if (entry.kind() == EntryKind.CONFIGURATION) {
        ConfigurationChange change = ChangeFormat.decode(entry.payload());
        switch (change.kind()) {
          case ADD_VOTER, ADD_LEARNER, PROMOTE -> members.add(change.member());
          case REMOVE -> members.remove(change.member());
          case UPDATE -> {}
        }
      }
    }
    return members;
  }

  private static Entry entry(long index, long term, Kind kind, long member) {
    return Entry.of(
        index,
        term,
        EntryKind.CONFIGURATION,
        ChangeFormat.encode(new ConfigurationChange(kind, member, Bytes.EMPTY)));
  }
}
