// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.store;

import io.cairn.spi.environment.ThreadSafe;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** What operators need (V6-V10). */
@ThreadSafe
public interface MaintenanceService {
  /** The alarms that were asked for, raised or ended. */
  record Alarms(ResponseHeader header, List<Alarm> alarms) {}

  /**
   * How a member is.
   *
   * @param dbSize bytes that the engine takes from the file system
   * @param dbSizeInUse bytes of it that are in use
   * @param dbSizeQuota the quota in effect
   * @param leader the leader's id, 0 if none is known
   * @param raftIndex the committed index
   * @param raftAppliedIndex the applied index
   * @param learner whether the member is a learner
   * @param downgradeTarget the version that the cluster prepares to go back to, empty normally
   * @param alarms the alarms raised
   */
  record Status(
      ResponseHeader header,
      long dbSize,
      long dbSizeInUse,
      long dbSizeQuota,
      long leader,
      long raftIndex,
      long raftAppliedIndex,
      boolean learner,
      String downgradeTarget,
      List<Alarm> alarms) {}

  /** A hash over the whole database. */
  record Hash(ResponseHeader header, int hash) {}

  /**
   * A hash over the history of keys.
   *
   * @param compactRevision the compaction floor, -1 if there never was a compaction
   * @param hashRevision the revision that the hash covers
   */
  record KvHash(ResponseHeader header, int hash, long compactRevision, long hashRevision) {}

  /** What can be done about a downgrade. */
  enum DowngradeAction {
    /** Say whether it would be possible. */
    VALIDATE,
    /** Begin it. */
    ENABLE,
    /** Give it up. */
    CANCEL,
    /** A number that is not known (V10). */
    UNKNOWN
  }

  /** The cluster's version, as major and minor number. */
  record Downgrade(ResponseHeader header, String version) {}

  /** Lists, raises or ends alarms. */
  CompletionStage<Alarms> alarm(Caller caller, Alarm.Action action, Alarm alarm);

  /** Tells how this member is. */
  CompletionStage<Status> status(Caller caller);

  /** Gives unused space of this member's engine back, beside other work. */
  CompletionStage<Void> defragment(Caller caller);

  /** Hashes this member's database. */
  CompletionStage<Hash> hash(Caller caller);

  /** Hashes this member's history of keys up to {@code revision}, 0 for the present one. */
  CompletionStage<KvHash> hashKv(Caller caller, long revision);

  /** Opens a backup of this member. */
  CompletionStage<BackupStream> backup(Caller caller);

  /** Hands leadership to another member. */
  CompletionStage<Void> moveLeader(Caller caller, long target);

  /** Prepares for running an older version. */
  CompletionStage<Downgrade> downgrade(Caller caller, DowngradeAction action, String version);
}
