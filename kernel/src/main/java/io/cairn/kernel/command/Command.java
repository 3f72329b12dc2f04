// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.command;

import io.cairn.spi.store.Alarm;
import io.cairn.spi.store.CompactRequest;
import io.cairn.spi.store.DeleteRequest;
import io.cairn.spi.store.DeleteResult;
import io.cairn.spi.store.HeaderResult;
import io.cairn.spi.store.LeaseService;
import io.cairn.spi.store.MaintenanceService;
import io.cairn.spi.store.PutRequest;
import io.cairn.spi.store.PutResult;
import io.cairn.spi.store.TxnRequest;
import io.cairn.spi.store.TxnResult;
import java.util.List;

/**
 * What a log entry asks every member to do. What is random or depends on the clock has been decided
 * by whoever proposed it, so that applying is a function of entry and state.
 *
 * @param <R> what the proposer gets for it
 */
public sealed interface Command<R> {

  /** Sets a key. */
  record Put(PutRequest request) implements Command<PutResult> {}

  /** Deletes a range. */
  record DeleteRange(DeleteRequest request) implements Command<DeleteResult> {}

  /** Does a transaction. */
  record Txn(TxnRequest request) implements Command<TxnResult> {}

  /** Raises the compaction floor. */
  record Compaction(CompactRequest request) implements Command<HeaderResult> {}

  /**
   * Makes a lease.
   *
   * @param id its final id, never 0
   */
  record LeaseGrant(long id, long ttlSeconds) implements Command<LeaseService.Granted> {}

  /**
   * Ends a lease and deletes its keys.
   *
   * @param decidedInTerm the term in which a leader found the lease expired; of no effect in any
   *     other term, since the leader of that one gives leases their time anew. 0 if a client asked.
   * @param grantIndex the entry that granted the lease which was found expired: another one may
   *     have its id by now. 0 if a client asked, who means any.
   */
  record LeaseRevoke(long id, long decidedInTerm, long grantIndex)
      implements Command<HeaderResult> {
    /** What a client asks for. */
    public static LeaseRevoke asked(long id) {
      return new LeaseRevoke(id, 0, 0);
    }
  }

  /**
   * Notes how long leases have left, so that a new leader does not give them all their time anew.
   */
  record LeaseCheckpoint(List<Remaining> leases) implements Command<HeaderResult> {
    /** Copies the list. */
    public LeaseCheckpoint {
      leases = List.copyOf(leases);
    }

    /** What one lease has left. */
    public record Remaining(long id, long ttlSeconds) {}
  }

  /** Lists, raises or ends alarms. */
  record AlarmCommand(Alarm.Action action, Alarm alarm)
      implements Command<MaintenanceService.Alarms> {}

  /**
   * Says what a started member is called, where its clients reach it, and what it understands.
   *
   * @param version its release, as the version of etcd's API that it speaks
   * @param featureLevel the newest {@link FeatureLevel} that it knows
   */
  record MemberAttributes(
      long memberId, String name, List<String> clientUrls, String version, int featureLevel)
      implements Command<HeaderResult> {
    /** Copies the list. */
    public MemberAttributes {
      clientUrls = List.copyOf(clientUrls);
    }
  }

  /** Takes the cluster to a {@link FeatureLevel}, which all members know. */
  record RaiseLevel(int level) implements Command<HeaderResult> {}

  /** Fixes the version that the cluster has agreed on. */
  record ClusterVersion(String version) implements Command<HeaderResult> {}

  /**
   * Notes that the cluster prepares to go back to an older version.
   *
   * @param target that version, empty to give it up
   */
  record DowngradeInfo(String target) implements Command<HeaderResult> {}
}
