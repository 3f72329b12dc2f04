// SPDX-License-Identifier: Apache-2.0
package io.cairn.apigrpc;

import io.cairn.spi.store.Reason;
import io.grpc.Status;
import java.util.Locale;

/**
 * Codes and texts of every refusal, as etcd 3.7 sends them.
 *
 * <p>Clients of every language compare the texts, several for equality: not a character may be
 * added to those of etcd. Two refusals are sent with a code other than the one that etcd declares
 * for them, because etcd itself sends them so: {@link Reason.TooManyRequests} and {@link
 * Reason.NotEnoughStarted} leave as {@code UNKNOWN}. What etcd does not know begins with {@code
 * cairn:}.
 */
final class StatusMapping {

  private StatusMapping() {}

  /** The status for a refusal of the store. */
  static Status of(Reason reason) {
    return switch (reason) {
      case Reason.KeyMissing _ ->
          Status.INVALID_ARGUMENT.withDescription("etcdserver: key is not provided");
      case Reason.KeyNotFound _ ->
          Status.INVALID_ARGUMENT.withDescription("etcdserver: key not found");
      case Reason.ValueProvided _ ->
          Status.INVALID_ARGUMENT.withDescription("etcdserver: value is provided");
      case Reason.LeaseProvided _ ->
          Status.INVALID_ARGUMENT.withDescription("etcdserver: lease is provided");
      case Reason.TooManyOperations _ ->
          Status.INVALID_ARGUMENT.withDescription("etcdserver: too many operations in txn request");
      case Reason.DuplicateKey _ ->
          Status.INVALID_ARGUMENT.withDescription("etcdserver: duplicate key given in txn request");
      case Reason.InvalidSort _ ->
          Status.INVALID_ARGUMENT.withDescription("etcdserver: invalid sort option");
      case Reason.Compacted _ ->
          Status.OUT_OF_RANGE.withDescription(
              "etcdserver: mvcc: required revision has been compacted");
      case Reason.FutureRevision _ ->
          Status.OUT_OF_RANGE.withDescription(
              "etcdserver: mvcc: required revision is a future revision");
      case Reason.NoSpace _ ->
          Status.RESOURCE_EXHAUSTED.withDescription("etcdserver: mvcc: database space exceeded");
      case Reason.RequestTooLarge _ ->
          Status.INVALID_ARGUMENT.withDescription("etcdserver: request is too large");
      case Reason.TooManyRequests _ ->
          Status.UNKNOWN.withDescription("etcdserver: too many requests");
      case Reason.StreamCannotSort _ ->
          Status.UNIMPLEMENTED.withDescription("RangeStream does not support custom sort orders");
      case Reason.StreamCannotFilter _ ->
          Status.UNIMPLEMENTED.withDescription("RangeStream does not support revision filters");
      case Reason.ResponsesExhausted _ ->
          Status.RESOURCE_EXHAUSTED.withDescription("cairn: too many large answers under way");
      case Reason.AnswerTooLarge _ ->
          Status.RESOURCE_EXHAUSTED.withDescription(
              "cairn: the request was carried out, but its answer is too large");

      case Reason.LeaseNotFound _ ->
          Status.NOT_FOUND.withDescription("etcdserver: requested lease not found");
      case Reason.LeaseExists _ ->
          Status.FAILED_PRECONDITION.withDescription("etcdserver: lease already exists");
      case Reason.LeaseTtlTooLarge _ ->
          Status.OUT_OF_RANGE.withDescription("etcdserver: too large lease TTL");
      case Reason.NotPrimaryLessor _ -> Status.UNKNOWN.withDescription("not a primary lessor");

      case Reason.WatchRangeEmpty _ ->
          Status.INVALID_ARGUMENT.withDescription("mvcc: watcher range is empty");
      case Reason.WatchIdDuplicate _ ->
          Status.INVALID_ARGUMENT.withDescription(
              "mvcc: duplicate watch ID provided on the WatchStream");
      case Reason.WatchCanceled _ -> Status.CANCELLED.withDescription("etcdserver: watch canceled");

      case Reason.RootUserMissing _ ->
          Status.FAILED_PRECONDITION.withDescription("etcdserver: root user does not exist");
      case Reason.RootRoleMissing _ ->
          Status.FAILED_PRECONDITION.withDescription(
              "etcdserver: root user does not have root role");
      case Reason.UserExists _ ->
          Status.FAILED_PRECONDITION.withDescription("etcdserver: user name already exists");
      case Reason.UserEmpty _ ->
          Status.INVALID_ARGUMENT.withDescription("etcdserver: user name is empty");
      case Reason.UserNotFound _ ->
          Status.FAILED_PRECONDITION.withDescription("etcdserver: user name not found");
      case Reason.RoleExists _ ->
          Status.FAILED_PRECONDITION.withDescription("etcdserver: role name already exists");
      case Reason.RoleNotFound _ ->
          Status.FAILED_PRECONDITION.withDescription("etcdserver: role name not found");
      case Reason.RoleEmpty _ ->
          Status.INVALID_ARGUMENT.withDescription("etcdserver: role name is empty");
      case Reason.AuthenticationFailed _ ->
          Status.INVALID_ARGUMENT.withDescription(
              "etcdserver: authentication failed, invalid user ID or password");
      case Reason.PasswordGivenForNoPasswordUser _ ->
          Status.UNKNOWN.withDescription(
              "auth: authentication failed, password was given for no password user");
      case Reason.PasswordTooLong _ ->
          Status.UNKNOWN.withDescription("bcrypt: password length exceeds 72 bytes");
      case Reason.PermissionNotGiven _ ->
          Status.INVALID_ARGUMENT.withDescription("etcdserver: permission not given");
      case Reason.PermissionDenied _ ->
          Status.PERMISSION_DENIED.withDescription("etcdserver: permission denied");
      case Reason.RoleNotGranted _ ->
          Status.FAILED_PRECONDITION.withDescription("etcdserver: role is not granted to the user");
      case Reason.PermissionNotGranted _ ->
          Status.FAILED_PRECONDITION.withDescription(
              "etcdserver: permission is not granted to the role");
      case Reason.AuthNotEnabled _ ->
          Status.FAILED_PRECONDITION.withDescription("etcdserver: authentication is not enabled");
      case Reason.InvalidAuthToken _ ->
          Status.UNAUTHENTICATED.withDescription("etcdserver: invalid auth token");
      case Reason.InvalidAuthManagement _ ->
          Status.INVALID_ARGUMENT.withDescription("etcdserver: invalid auth management");
      case Reason.AuthRevisionOld _ ->
          Status.INVALID_ARGUMENT.withDescription("etcdserver: revision of auth store is old");

      case Reason.MemberExists _ ->
          Status.FAILED_PRECONDITION.withDescription("etcdserver: member ID already exist");
      case Reason.PeerUrlExists _ ->
          Status.FAILED_PRECONDITION.withDescription("etcdserver: Peer URLs already exists");
      case Reason.NotEnoughStarted _ ->
          Status.UNKNOWN.withDescription(
              "etcdserver: re-configuration failed due to not enough started members");
      case Reason.UnhealthyCluster _ ->
          Status.UNAVAILABLE.withDescription("etcdserver: unhealthy cluster");
      case Reason.BadMemberUrls _ ->
          Status.INVALID_ARGUMENT.withDescription("etcdserver: given member URLs are invalid");
      case Reason.MemberNotFound _ ->
          Status.NOT_FOUND.withDescription("etcdserver: member not found");
      case Reason.MemberNotLearner _ ->
          Status.FAILED_PRECONDITION.withDescription(
              "etcdserver: can only promote a learner member");
      case Reason.LearnerNotReady _ ->
          Status.FAILED_PRECONDITION.withDescription(
              "etcdserver: can only promote a learner member which is in sync with leader");
      case Reason.TooManyLearners _ ->
          Status.FAILED_PRECONDITION.withDescription(
              "etcdserver: too many learner members in cluster");
      case Reason.NotSupportedForLearner _ ->
          Status.FAILED_PRECONDITION.withDescription("etcdserver: rpc not supported for learner");
      case Reason.BadLeaderTransferee _ ->
          Status.FAILED_PRECONDITION.withDescription("etcdserver: bad leader transferee");

      case Reason.NoLeader _ -> Status.UNAVAILABLE.withDescription("etcdserver: no leader");
      case Reason.NotLeader _ ->
          Status.FAILED_PRECONDITION.withDescription("etcdserver: not leader");
      case Reason.LeaderChanged _ ->
          Status.UNAVAILABLE.withDescription("etcdserver: leader changed");
      case Reason.Stopped _ -> Status.UNAVAILABLE.withDescription("etcdserver: server stopped");
      case Reason.TimedOut timedOut -> timedOut(timedOut.cause());
      case Reason.DeadlineExceeded _ ->
          Status.DEADLINE_EXCEEDED.withDescription("context deadline exceeded");
      case Reason.RequestCanceled _ ->
          Status.CANCELLED.withDescription("etcdserver: request canceled");
      case Reason.CallCanceled _ -> Status.CANCELLED.withDescription("context canceled");
      case Reason.ProposalDropped _ -> Status.UNKNOWN.withDescription("raft proposal dropped");
      case Reason.CorruptCluster _ ->
          Status.DATA_LOSS.withDescription("etcdserver: corrupt cluster");
      case Reason.InvalidClientApiVersion _ ->
          Status.INVALID_ARGUMENT.withDescription("etcdserver: invalid client api version");

      case Reason.DowngradeVersionMalformed _ ->
          Status.INVALID_ARGUMENT.withDescription(
              "etcdserver: wrong downgrade target version format");
      case Reason.DowngradeVersionInvalid _ ->
          Status.INVALID_ARGUMENT.withDescription("etcdserver: invalid downgrade target version");
      case Reason.DowngradeInProgress _ ->
          Status.FAILED_PRECONDITION.withDescription(
              "etcdserver: cluster has a downgrade job in progress");
      case Reason.ClusterVersionUnknown _ ->
          Status.FAILED_PRECONDITION.withDescription(
              "etcdserver: cluster version not found during downgrade");
      case Reason.UnknownAction _ -> Status.UNKNOWN.withDescription("etcdserver: unknown method");

      case Reason.NotBuiltIn missing ->
          Status.UNIMPLEMENTED.withDescription(
              "cairn: this distribution was built without '" + missing.feature() + "'");
      case Reason.Internal internal ->
          Status.INTERNAL.withDescription("cairn: internal error (" + internal.what() + ")");
    };
  }

  private static Status timedOut(Reason.TimedOut.Cause cause) {
    return switch (cause) {
      case NONE -> Status.UNAVAILABLE.withDescription("etcdserver: request timed out");
      case LEADER_FAILURE ->
          Status.UNAVAILABLE.withDescription(
              "etcdserver: request timed out, possibly due to previous leader failure");
      case CONNECTION_LOST ->
          Status.UNAVAILABLE.withDescription(
              "etcdserver: request timed out, possibly due to connection lost");
      case APPLIED_INDEX ->
          Status.UNAVAILABLE.withDescription(
              "etcdserver: request timed out, waiting for the applied index took too long");
      case LEADER_TRANSFER ->
          Status.UNKNOWN.withDescription(
              "etcdserver: request timed out, leader transfer took too long");
    };
  }

  /**
   * The {@code cancel_reason} for a watcher that could not be made or has ended.
   *
   * <p>Refusals of access control appear in the form in which Go prints a status; every one that
   * has no form of its own appears as denied permission, as in etcd.
   */
  static String watchCancelReason(Reason reason) {
    return switch (reason) {
      case Reason.Compacted _, Reason.WatchRangeEmpty _, Reason.WatchIdDuplicate _ ->
          text(of(reason));
      case Reason.InvalidAuthToken _, Reason.AuthRevisionOld _, Reason.UserEmpty _ ->
          printedByGo(of(reason));
      default -> printedByGo(of(new Reason.PermissionDenied()));
    };
  }

  private static String printedByGo(Status status) {
    // Go writes the name of a code in camel case.
    String code =
        switch (status.getCode()) {
          case INVALID_ARGUMENT -> "InvalidArgument";
          case PERMISSION_DENIED -> "PermissionDenied";
          case UNAUTHENTICATED -> "Unauthenticated";
          default -> status.getCode().name().toLowerCase(Locale.ROOT);
        };
    return "rpc error: code = " + code + " desc = " + text(status);
  }

  private static String text(Status status) {
    String description = status.getDescription();
    return description == null ? "" : description;
  }

  /** The text of a refusal alone, as {@code StatusResponse.errors} lists them. */
  static String textOf(Reason reason) {
    return text(of(reason));
  }

  /** The request is no message of the method's type. */
  static Status malformed(String what) {
    return Status.INTERNAL.withDescription("grpc: error unmarshalling request: " + what);
  }

  /** A request message is larger than the listener accepts. */
  static Status messageTooLarge(long bytes, long bytesMax) {
    return Status.RESOURCE_EXHAUSTED.withDescription(
        "grpc: received message larger than max (" + bytes + " vs. " + bytesMax + ")");
  }

  /** An answer is larger than gRPC can frame. */
  static Status replyTooLarge(long bytes) {
    return Status.RESOURCE_EXHAUSTED.withDescription(
        "grpc: trying to send message larger than max ("
            + bytes
            + " vs. "
            + Integer.MAX_VALUE
            + ")");
  }

  /** A call that takes one request ended without any. */
  static Status noRequest() {
    return Status.INTERNAL.withDescription("the call ended without a request");
  }

  /** A call that takes one request got another one. */
  static Status moreThanOneRequest() {
    return Status.INTERNAL.withDescription("the call has more than one request");
  }

  /** Nobody serves {@code service}. */
  static Status unknownService(String service) {
    return Status.UNIMPLEMENTED.withDescription("unknown service " + service);
  }

  /** The service has no such method. */
  static Status unknownMethod(String service, String method) {
    return Status.UNIMPLEMENTED.withDescription(
        "unknown method " + method + " for service " + service);
  }

  /** The path of a call is not made of a service and a method. */
  static Status malformedMethodName(String path) {
    return Status.UNIMPLEMENTED.withDescription("malformed method name: \"" + path + "\"");
  }

  /** The health of a service was asked that is not known here. */
  static Status unknownHealthService() {
    return Status.NOT_FOUND.withDescription("unknown service");
  }
}
