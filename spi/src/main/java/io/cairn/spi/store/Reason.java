// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.store;

/**
 * Why a request is refused. Texts and codes belong to the protocols, one table each; the names here
 * follow etcd's errors.
 */
public sealed interface Reason {

  // Keys, values and transactions.

  /** A key is empty. */
  record KeyMissing() implements Reason {}

  /** A key that must exist does not, or an operation of a transaction is not set. */
  record KeyNotFound() implements Reason {}

  /** A value came with a put that keeps the present one. */
  record ValueProvided() implements Reason {}

  /** A lease came with a put that keeps the present one. */
  record LeaseProvided() implements Reason {}

  /** A transaction has too many comparisons or operations. */
  record TooManyOperations() implements Reason {}

  /** A transaction puts a key twice, or puts what it deletes. */
  record DuplicateKey() implements Reason {}

  /** A sort order or target is not known. */
  record InvalidSort() implements Reason {}

  /** The revision has been compacted. */
  record Compacted(long floor) implements Reason {}

  /** The revision lies in the future. */
  record FutureRevision() implements Reason {}

  /** A member has reached its quota. */
  record NoSpace() implements Reason {}

  /** The request is larger than the configured bound. */
  record RequestTooLarge() implements Reason {}

  /** Too much waits to be applied. */
  record TooManyRequests() implements Reason {}

  /** A stream of a range cannot sort. */
  record StreamCannotSort() implements Reason {}

  /** A stream of a range cannot filter. */
  record StreamCannotFilter() implements Reason {}

  /** Too many or too large answers are under way. */
  record ResponsesExhausted() implements Reason {}

  /** The request was carried out, and there is no room for what it answers. */
  record AnswerTooLarge() implements Reason {}

  // Leases.

  /** There is no such lease. */
  record LeaseNotFound() implements Reason {}

  /** There is such a lease already. */
  record LeaseExists() implements Reason {}

  /** The time to live is beyond the bound. */
  record LeaseTtlTooLarge() implements Reason {}

  /** This member cannot confirm that it leads. */
  record NotPrimaryLessor() implements Reason {}

  // Watches.

  /** The range of a watcher is void. */
  record WatchRangeEmpty() implements Reason {}

  /** A watcher of that id exists on the stream. */
  record WatchIdDuplicate() implements Reason {}

  /** The stream was ended by its client. */
  record WatchCanceled() implements Reason {}

  // Access control.

  /** There is no user root. */
  record RootUserMissing() implements Reason {}

  /** User root lacks role root. */
  record RootRoleMissing() implements Reason {}

  /** There is such a user already. */
  record UserExists() implements Reason {}

  /** A user's name is empty, or the caller is anonymous. */
  record UserEmpty() implements Reason {}

  /** There is no such user. */
  record UserNotFound() implements Reason {}

  /** There is such a role already. */
  record RoleExists() implements Reason {}

  /** There is no such role. */
  record RoleNotFound() implements Reason {}

  /** A role's name is empty. */
  record RoleEmpty() implements Reason {}

  /** The name or the password is wrong. */
  record AuthenticationFailed() implements Reason {}

  /** A password came for a user without one. */
  record PasswordGivenForNoPasswordUser() implements Reason {}

  /** A password is longer than can be hashed. */
  record PasswordTooLong() implements Reason {}

  /** A permission is missing in the request. */
  record PermissionNotGiven() implements Reason {}

  /** The caller lacks permission. */
  record PermissionDenied() implements Reason {}

  /** The user does not have the role. */
  record RoleNotGranted() implements Reason {}

  /** The role does not have the permission. */
  record PermissionNotGranted() implements Reason {}

  /** Access control is off. */
  record AuthNotEnabled() implements Reason {}

  /** The token is not known. */
  record InvalidAuthToken() implements Reason {}

  /** The change would lock everybody out, or is malformed. */
  record InvalidAuthManagement() implements Reason {}

  /** The credential is older than the state of access control. */
  record AuthRevisionOld() implements Reason {}

  // Membership.

  /** There is a member of that id already. */
  record MemberExists() implements Reason {}

  /** A peer URL belongs to another member. */
  record PeerUrlExists() implements Reason {}

  /** Too few members have started. */
  record NotEnoughStarted() implements Reason {}

  /** Too few members are connected. */
  record UnhealthyCluster() implements Reason {}

  /** The URLs of a member are malformed. */
  record BadMemberUrls() implements Reason {}

  /** There is no such member. */
  record MemberNotFound() implements Reason {}

  /** The member is not a learner. */
  record MemberNotLearner() implements Reason {}

  /** The learner has not caught up. */
  record LearnerNotReady() implements Reason {}

  /** There are as many learners as allowed. */
  record TooManyLearners() implements Reason {}

  /** A learner does not serve this request. */
  record NotSupportedForLearner() implements Reason {}

  /** Leadership cannot go to that member. */
  record BadLeaderTransferee() implements Reason {}

  // The state of the cluster, and time.

  /** No leader is known. */
  record NoLeader() implements Reason {}

  /** This member does not lead. */
  record NotLeader() implements Reason {}

  /** The leader changed meanwhile. */
  record LeaderChanged() implements Reason {}

  /** The member is stopping. */
  record Stopped() implements Reason {}

  /**
   * The request was not done in time; the outcome is unknown (V9).
   *
   * @param cause what may have been the matter
   */
  record TimedOut(Cause cause) implements Reason {
    /** What may have been the matter. */
    public enum Cause {
      /** Not known. */
      NONE,
      /** The leader before failed. */
      LEADER_FAILURE,
      /** The connection to the quorum or to the leader was lost. */
      CONNECTION_LOST,
      /** The applied index lagged. */
      APPLIED_INDEX,
      /** The transfer of leadership took too long. */
      LEADER_TRANSFER
    }
  }

  /** The caller's deadline passed, or no leader was found in time. */
  record DeadlineExceeded() implements Reason {}

  /** The caller went away while the request was pending. */
  record RequestCanceled() implements Reason {}

  /** The caller went away during a read. */
  record CallCanceled() implements Reason {}

  /**
   * Consensus did not take the proposal: leadership is being transferred, or the member removed.
   */
  record ProposalDropped() implements Reason {}

  /** Members disagree on what is stored. */
  record CorruptCluster() implements Reason {}

  /** The client names an API version that is not text. */
  record InvalidClientApiVersion() implements Reason {}

  // Downgrades and everything else.

  /** A version cannot be parsed. */
  record DowngradeVersionMalformed() implements Reason {}

  /** A version is not the one before. */
  record DowngradeVersionInvalid() implements Reason {}

  /** A downgrade is under way already. */
  record DowngradeInProgress() implements Reason {}

  /** The cluster's version is not known yet. */
  record ClusterVersionUnknown() implements Reason {}

  /** The action of a request is not known. */
  record UnknownAction() implements Reason {}

  /**
   * This distribution was built without the feature.
   *
   * @param feature its name
   */
  record NotBuiltIn(String feature) implements Reason {}

  /**
   * A mistake of ours ended the request; the log of the member has the trace.
   *
   * @param what the kind of mistake, for the report
   */
  record Internal(String what) implements Reason {}
}
