// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.runtime;

import static io.cairn.spi.environment.EventLog.field;

import io.cairn.consensusraft.core.Configuration;
import io.cairn.consensusraft.core.Effects.Persist;
import io.cairn.consensusraft.core.Entry;
import io.cairn.consensusraft.core.EntryKind;
import io.cairn.consensusraft.core.HardState;
import io.cairn.consensusraft.core.Recovered;
import io.cairn.consensusraft.core.SnapshotPoint;
import io.cairn.consensusraft.wal.RecoveredLog;
import io.cairn.consensusraft.wal.Wal;
import io.cairn.consensusraft.wal.WalIdentity;
import io.cairn.consensusraft.wal.WalOptions;
import io.cairn.spi.consensus.AppliedPoint;
import io.cairn.spi.consensus.ConfigurationChange;
import io.cairn.spi.consensus.ConsensusException;
import io.cairn.spi.consensus.ConsensusOptions;
import io.cairn.spi.environment.Disk;
import io.cairn.spi.environment.EventLog;
import io.cairn.spi.environment.Lane;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Brings log and state machine together at start, and refuses when they do not belong to each
 * other.
 */
final class LogOpening {
  /** The open log, and what the core starts from. */
  record Opened(Wal wal, Recovered recovered) {}

  private LogOpening() {}

  static Opened open(
      ConsensusOptions options,
      WalOptions walOptions,
      Disk disk,
      Lane background,
      EventLog events,
      AppliedPoint applied) {
    WalIdentity identity =
        new WalIdentity(options.clusterId(), options.memberId(), options.incarnation());
    try {
      Wal wal = Wal.open(disk, walOptions, identity, background, events, applied.index());
      return match(wal, options, events, applied);
    } catch (IOException e) {
      throw new ConsensusException(
          ConsensusException.Kind.LOG, "cannot open the log: " + e.getMessage(), e);
    }
  }

  /** Where the log of a member begins that has not started yet. */
  static long cutIndex(ConsensusOptions options, WalOptions walOptions, Disk disk) {
    WalIdentity identity =
        new WalIdentity(options.clusterId(), options.memberId(), options.incarnation());
    try {
      return Wal.begin(disk, walOptions, identity);
    } catch (IOException e) {
      throw new ConsensusException(
          ConsensusException.Kind.LOG, "cannot read the log: " + e.getMessage(), e);
    }
  }

  /** Makes a log that begins behind {@code point}, as after a state was installed there. */
  static void begin(
      ConsensusOptions options,
      WalOptions walOptions,
      Disk disk,
      Lane background,
      EventLog events,
      AppliedPoint point) {
    WalIdentity identity =
        new WalIdentity(options.clusterId(), options.memberId(), options.incarnation());
    try (Wal wal = Wal.open(disk, walOptions, identity, background, events, point.index())) {
      if (!wal.recovered().fresh()) {
        throw new ConsensusException(ConsensusException.Kind.LOG, "there is a log already");
      }
      Configuration members = ChangeFormat.toCore(point.configuration(), Configuration.EMPTY);
      SnapshotPoint state = new SnapshotPoint(point.index(), point.term(), members);
      HardState promised = new HardState(point.term(), 0, point.index());
      wal.append(new Persist(0, promised, state, 0, List.of()));
      wal.seal(point.index());
    } catch (IOException e) {
      throw new ConsensusException(
          ConsensusException.Kind.LOG, "cannot write the log: " + e.getMessage(), e);
    }
  }

  private static Opened match(
      Wal wal, ConsensusOptions options, EventLog events, AppliedPoint applied) throws IOException {
    try {
      RecoveredLog log = wal.recovered();
      report(log, events);
      if (log.lastIndex() == 0 && applied.index() == 0 && !options.bootstrap().isEmpty()) {
        return new Opened(wal, found(wal, options));
      }
      check(wal, log, applied);
      LoneStart.Severed from =
          options.goesOnAlone() && log.lastIndex() > 0
              ? LoneStart.sever(wal, log, options, applied, events)
              : new LoneStart.Severed(log.hardState(), log.entries());
      return new Opened(
          wal,
          new Recovered(
              options.memberId(),
              options.incarnation(),
              from.hardState(),
              ChangeFormat.toCore(applied.configuration(), bound(log, applied)),
              applied.index(),
              applied.term(),
              log.cutIndex(),
              from.entries()));
    } catch (IOException | ConsensusException e) {
      wal.close();
      throw e;
    }
  }

  /** The incarnations that the log knows: as of its last cut, and what came since. */
  private static Configuration bound(RecoveredLog log, AppliedPoint applied) {
    Configuration recorded = log.configuration();
    Configuration known =
        ChangeFormat.toCore(
            applied.configuration(), recorded == null ? Configuration.EMPTY : recorded);
    for (Entry entry : log.bindings()) {
      if (entry.index() <= applied.index()) {
        known = Binding.decode(entry.payload()).apply(known);
      }
    }
    return known;
  }

  /** The first entries of a cluster: one per member, committed by common knowledge in term 1. */
  private static Recovered found(Wal wal, ConsensusOptions options) throws IOException {
    List<Entry> entries = new ArrayList<>();
    for (ConfigurationChange change : options.bootstrap()) {
      entries.add(
          Entry.of(entries.size() + 1L, 1, EntryKind.CONFIGURATION, ChangeFormat.encode(change)));
    }
    HardState state = new HardState(1, 0, entries.size());
    wal.append(new Persist(0, state, null, 0, entries));
    wal.sync();
    return new Recovered(
        options.memberId(), options.incarnation(), state, Configuration.EMPTY, 0, 0, 0, entries);
  }

  private static void check(Wal wal, RecoveredLog log, AppliedPoint applied) throws IOException {
    if (applied.index() < log.cutIndex()) {
      throw mismatch(
          "the state ends at entry "
              + applied.index()
              + ", but the log begins behind entry "
              + log.cutIndex()
              + ": the storage has lost what it had confirmed as durable");
    }
    if (applied.index() > log.lastIndex()) {
      throw mismatch(
          "the state holds entry "
              + applied.index()
              + ", but the log ends at entry "
              + log.lastIndex()
              + ": the log was removed or is an older one");
    }
    long term = applied.index() == 0 ? 0 : wal.termAt(applied.index());
    if (term != applied.term()) {
      throw mismatch(
          "entry "
              + applied.index()
              + " is of term "
              + applied.term()
              + " in the state and of term "
              + term
              + " in the log");
    }
  }

  private static ConsensusException mismatch(String found) {
    return new ConsensusException(
        ConsensusException.Kind.LOG,
        "log and state do not belong together: "
            + found
            + "; restore both from one point in time, or remove this member and add it again");
  }

  private static void report(RecoveredLog log, EventLog events) {
    if (log.tornBytes() > 0) {
      events.warn("cut off the torn end of the log", field("bytes", log.tornBytes()));
    }
    events.info(
        "opened the log",
        field("first-index", log.cutIndex() + 1),
        field("last-index", log.lastIndex()),
        field("term", log.hardState().term()),
        field("commit-index", log.hardState().commit()));
  }
}
