// SPDX-License-Identifier: Apache-2.0
package io.cairn.apigrpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.spi.store.Reason;
import io.cairn.spi.store.Reason.TimedOut.Cause;
import io.grpc.Status;
import io.grpc.Status.Code;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** The table of refusals, row by row: codes and texts are wire format. */
final class StatusMappingTest {

  record Row(Reason reason, Code code, String text) {}

  static final List<Row> ROWS =
      List.of(
          new Row(
              new Reason.KeyMissing(), Code.INVALID_ARGUMENT, "etcdserver: key is not provided"),
          new Row(new Reason.KeyNotFound(), Code.INVALID_ARGUMENT, "etcdserver: key not found"),
          new Row(
              new Reason.ValueProvided(), Code.INVALID_ARGUMENT, "etcdserver: value is provided"),
          new Row(
              new Reason.LeaseProvided(), Code.INVALID_ARGUMENT, "etcdserver: lease is provided"),
          new Row(
              new Reason.TooManyOperations(),
              Code.INVALID_ARGUMENT,
              "etcdserver: too many operations in txn request"),
          new Row(
              new Reason.DuplicateKey(),
              Code.INVALID_ARGUMENT,
              "etcdserver: duplicate key given in txn request"),
          new Row(
              new Reason.InvalidSort(), Code.INVALID_ARGUMENT, "etcdserver: invalid sort option"),
          new Row(
              new Reason.Compacted(7),
              Code.OUT_OF_RANGE,
              "etcdserver: mvcc: required revision has been compacted"),
          new Row(
              new Reason.FutureRevision(),
              Code.OUT_OF_RANGE,
              "etcdserver: mvcc: required revision is a future revision"),
          new Row(
              new Reason.NoSpace(),
              Code.RESOURCE_EXHAUSTED,
              "etcdserver: mvcc: database space exceeded"),
          new Row(
              new Reason.RequestTooLarge(),
              Code.INVALID_ARGUMENT,
              "etcdserver: request is too large"),
          // Sent with another code than etcd declares for it.
          new Row(new Reason.TooManyRequests(), Code.UNKNOWN, "etcdserver: too many requests"),
          new Row(
              new Reason.StreamCannotSort(),
              Code.UNIMPLEMENTED,
              "RangeStream does not support custom sort orders"),
          new Row(
              new Reason.StreamCannotFilter(),
              Code.UNIMPLEMENTED,
              "RangeStream does not support revision filters"),
          new Row(
              new Reason.ResponsesExhausted(),
              Code.RESOURCE_EXHAUSTED,
              "cairn: too many large answers under way"),
          new Row(
              new Reason.AnswerTooLarge(),
              Code.RESOURCE_EXHAUSTED,
              "cairn: the request was carried out, but its answer is too large"),
          new Row(
              new Reason.LeaseNotFound(), Code.NOT_FOUND, "etcdserver: requested lease not found"),
          new Row(
              new Reason.LeaseExists(),
              Code.FAILED_PRECONDITION,
              "etcdserver: lease already exists"),
          new Row(
              new Reason.LeaseTtlTooLarge(), Code.OUT_OF_RANGE, "etcdserver: too large lease TTL"),
          new Row(new Reason.NotPrimaryLessor(), Code.UNKNOWN, "not a primary lessor"),
          new Row(
              new Reason.WatchRangeEmpty(), Code.INVALID_ARGUMENT, "mvcc: watcher range is empty"),
          new Row(
              new Reason.WatchIdDuplicate(),
              Code.INVALID_ARGUMENT,
              "mvcc: duplicate watch ID provided on the WatchStream"),
          new Row(new Reason.WatchCanceled(), Code.CANCELLED, "etcdserver: watch canceled"),
          new Row(
              new Reason.RootUserMissing(),
              Code.FAILED_PRECONDITION,
              "etcdserver: root user does not exist"),
          new Row(
              new Reason.RootRoleMissing(),
              Code.FAILED_PRECONDITION,
              "etcdserver: root user does not have root role"),
          new Row(
              new Reason.UserExists(),
              Code.FAILED_PRECONDITION,
              "etcdserver: user name already exists"),
          new Row(new Reason.UserEmpty(), Code.INVALID_ARGUMENT, "etcdserver: user name is empty"),
          new Row(
              new Reason.UserNotFound(),
              Code.FAILED_PRECONDITION,
              "etcdserver: user name not found"),
          new Row(
              new Reason.RoleExists(),
              Code.FAILED_PRECONDITION,
              "etcdserver: role name already exists"),
          new Row(
              new Reason.RoleNotFound(),
              Code.FAILED_PRECONDITION,
              "etcdserver: role name not found"),
          new Row(new Reason.RoleEmpty(), Code.INVALID_ARGUMENT, "etcdserver: role name is empty"),
          new Row(
              new Reason.AuthenticationFailed(),
              Code.INVALID_ARGUMENT,
              "etcdserver: authentication failed, invalid user ID or password"),
          new Row(
              new Reason.PasswordGivenForNoPasswordUser(),
              Code.UNKNOWN,
              "auth: authentication failed, password was given for no password user"),
          new Row(
              new Reason.PasswordTooLong(),
              Code.UNKNOWN,
              "bcrypt: password length exceeds 72 bytes"),
          new Row(
              new Reason.PermissionNotGiven(),
              Code.INVALID_ARGUMENT,
              "etcdserver: permission not given"),
          new Row(
              new Reason.PermissionDenied(),
              Code.PERMISSION_DENIED,
              "etcdserver: permission denied"),
          new Row(
              new Reason.RoleNotGranted(),
              Code.FAILED_PRECONDITION,
              "etcdserver: role is not granted to the user"),
          new Row(
              new Reason.PermissionNotGranted(),
              Code.FAILED_PRECONDITION,
              "etcdserver: permission is not granted to the role"),
          new Row(
              new Reason.AuthNotEnabled(),
              Code.FAILED_PRECONDITION,
              "etcdserver: authentication is not enabled"),
          new Row(
              new Reason.InvalidAuthToken(),
              Code.UNAUTHENTICATED,
              "etcdserver: invalid auth token"),
          new Row(
              new Reason.InvalidAuthManagement(),
              Code.INVALID_ARGUMENT,
              "etcdserver: invalid auth management"),
          new Row(
              new Reason.AuthRevisionOld(),
              Code.INVALID_ARGUMENT,
              "etcdserver: revision of auth store is old"),
          new Row(
              new Reason.MemberExists(),
              Code.FAILED_PRECONDITION,
              "etcdserver: member ID already exist"),
          new Row(
              new Reason.PeerUrlExists(),
              Code.FAILED_PRECONDITION,
              "etcdserver: Peer URLs already exists"),
          // Sent with another code than etcd declares for it.
          new Row(
              new Reason.NotEnoughStarted(),
              Code.UNKNOWN,
              "etcdserver: re-configuration failed due to not enough started members"),
          new Row(new Reason.UnhealthyCluster(), Code.UNAVAILABLE, "etcdserver: unhealthy cluster"),
          new Row(
              new Reason.BadMemberUrls(),
              Code.INVALID_ARGUMENT,
              "etcdserver: given member URLs are invalid"),
          new Row(new Reason.MemberNotFound(), Code.NOT_FOUND, "etcdserver: member not found"),
          new Row(
              new Reason.MemberNotLearner(),
              Code.FAILED_PRECONDITION,
              "etcdserver: can only promote a learner member"),
          new Row(
              new Reason.LearnerNotReady(),
              Code.FAILED_PRECONDITION,
              "etcdserver: can only promote a learner member which is in sync with leader"),
          new Row(
              new Reason.TooManyLearners(),
              Code.FAILED_PRECONDITION,
              "etcdserver: too many learner members in cluster"),
          new Row(
              new Reason.NotSupportedForLearner(),
              Code.FAILED_PRECONDITION,
              "etcdserver: rpc not supported for learner"),
          new Row(
              new Reason.BadLeaderTransferee(),
              Code.FAILED_PRECONDITION,
              "etcdserver: bad leader transferee"),
          new Row(new Reason.NoLeader(), Code.UNAVAILABLE, "etcdserver: no leader"),
          new Row(new Reason.NotLeader(), Code.FAILED_PRECONDITION, "etcdserver: not leader"),
          new Row(new Reason.LeaderChanged(), Code.UNAVAILABLE, "etcdserver: leader changed"),
          new Row(new Reason.Stopped(), Code.UNAVAILABLE, "etcdserver: server stopped"),
          new Row(
              new Reason.TimedOut(Cause.NONE), Code.UNAVAILABLE, "etcdserver: request timed out"),
          new Row(
              new Reason.TimedOut(Cause.LEADER_FAILURE),
              Code.UNAVAILABLE,
              "etcdserver: request timed out, possibly due to previous leader failure"),
          new Row(
              new Reason.TimedOut(Cause.CONNECTION_LOST),
              Code.UNAVAILABLE,
              "etcdserver: request timed out, possibly due to connection lost"),
          new Row(
              new Reason.TimedOut(Cause.APPLIED_INDEX),
              Code.UNAVAILABLE,
              "etcdserver: request timed out, waiting for the applied index took too long"),
          new Row(
              new Reason.TimedOut(Cause.LEADER_TRANSFER),
              Code.UNKNOWN,
              "etcdserver: request timed out, leader transfer took too long"),
          new Row(
              new Reason.DeadlineExceeded(), Code.DEADLINE_EXCEEDED, "context deadline exceeded"),
          new Row(new Reason.RequestCanceled(), Code.CANCELLED, "etcdserver: request canceled"),
          new Row(new Reason.CallCanceled(), Code.CANCELLED, "context canceled"),
          new Row(new Reason.ProposalDropped(), Code.UNKNOWN, "raft proposal dropped"),
          new Row(new Reason.CorruptCluster(), Code.DATA_LOSS, "etcdserver: corrupt cluster"),
          new Row(
              new Reason.InvalidClientApiVersion(),
              Code.INVALID_ARGUMENT,
              "etcdserver: invalid client api version"),
          new Row(
              new Reason.DowngradeVersionMalformed(),
              Code.INVALID_ARGUMENT,
              "etcdserver: wrong downgrade target version format"),
          new Row(
              new Reason.DowngradeVersionInvalid(),
              Code.INVALID_ARGUMENT,
              "etcdserver: invalid downgrade target version"),
          new Row(
              new Reason.DowngradeInProgress(),
              Code.FAILED_PRECONDITION,
              "etcdserver: cluster has a downgrade job in progress"),
          new Row(
              new Reason.ClusterVersionUnknown(),
              Code.FAILED_PRECONDITION,
              "etcdserver: cluster version not found during downgrade"),
          new Row(new Reason.UnknownAction(), Code.UNKNOWN, "etcdserver: unknown method"),
          new Row(
              new Reason.NotBuiltIn("auth"),
              Code.UNIMPLEMENTED,
              "cairn: this distribution was built without 'auth'"),
          new Row(
              new Reason.Internal("Mistake"), Code.INTERNAL, "cairn: internal error (Mistake)"));

  @ParameterizedTest
  @FieldSource("ROWS")
  void refusalHasTheCodeAndTextOfEtcd(Row row) {
    Status status = StatusMapping.of(row.reason());

    assertThat(status.getCode()).isEqualTo(row.code());
    assertThat(status.getDescription()).isEqualTo(row.text());
  }

  @Test
  void everyReasonHasARow() {
    TreeSet<String> wanted =
        Arrays.stream(Reason.class.getPermittedSubclasses())
            .map(Class::getSimpleName)
            .collect(Collectors.toCollection(TreeSet::new));
    TreeSet<String> found =
        ROWS.stream()
            .map(row -> row.reason().getClass().getSimpleName())
            .collect(Collectors.toCollection(TreeSet::new));
    TreeSet<String> causes =
        Arrays.stream(Cause.values())
            .map(Cause::name)
            .collect(Collectors.toCollection(TreeSet::new));

    assertThat(found).isEqualTo(wanted);
    assertThat(
            ROWS.stream()
                .map(Row::reason)
                .filter(Reason.TimedOut.class::isInstance)
                .map(reason -> ((Reason.TimedOut) reason).cause().name()))
        .containsExactlyInAnyOrderElementsOf(causes);
  }

  record CancelRow(Reason reason, String text) {}

  static final List<CancelRow> CANCEL_ROWS =
      List.of(
          new CancelRow(
              new Reason.Compacted(3), "etcdserver: mvcc: required revision has been compacted"),
          new CancelRow(new Reason.WatchRangeEmpty(), "mvcc: watcher range is empty"),
          new CancelRow(
              new Reason.WatchIdDuplicate(),
              "mvcc: duplicate watch ID provided on the WatchStream"),
          new CancelRow(
              new Reason.PermissionDenied(),
              "rpc error: code = PermissionDenied desc = etcdserver: permission denied"),
          new CancelRow(
              new Reason.InvalidAuthToken(),
              "rpc error: code = Unauthenticated desc = etcdserver: invalid auth token"),
          new CancelRow(
              new Reason.AuthRevisionOld(),
              "rpc error: code = InvalidArgument desc = etcdserver: revision of auth store is old"),
          new CancelRow(
              new Reason.UserEmpty(),
              "rpc error: code = InvalidArgument desc = etcdserver: user name is empty"),
          // Everything unexpected looks like denied permission.
          new CancelRow(
              new Reason.UserNotFound(),
              "rpc error: code = PermissionDenied desc = etcdserver: permission denied"));

  @ParameterizedTest
  @FieldSource("CANCEL_ROWS")
  void watcherIsCanceledInTheWordsOfEtcd(CancelRow row) {
    assertThat(StatusMapping.watchCancelReason(row.reason())).isEqualTo(row.text());
  }
}
