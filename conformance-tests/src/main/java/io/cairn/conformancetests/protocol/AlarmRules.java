// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.protocol;

import static io.cairn.conformancetests.protocol.Refusals.assertRefused;
import static io.cairn.conformancetests.protocol.Requests.op;
import static io.cairn.conformancetests.protocol.Requests.txn;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.cairn.apiprotos.etcdserverpb.AlarmMember;
import io.cairn.apiprotos.etcdserverpb.AlarmRequest;
import io.cairn.apiprotos.etcdserverpb.AlarmRequest.AlarmAction;
import io.cairn.apiprotos.etcdserverpb.AlarmResponse;
import io.cairn.apiprotos.etcdserverpb.AlarmType;
import io.cairn.apiprotos.etcdserverpb.LeaseGrantRequest;
import io.cairn.apiprotos.etcdserverpb.StatusRequest;
import io.cairn.conformancetests.report.TestsRule;
import io.grpc.Status.Code;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

/** Alarms, which stop writes for everybody while they are raised. */
@ProtocolRules
@WholeStore
final class AlarmRules {
  private static AlarmResponse alarm(
      Client client, AlarmAction action, AlarmType type, long member) {
    return client
        .endpoint()
        .maintenance()
        .alarm(
            AlarmRequest.newBuilder().setAction(action).setAlarm(type).setMemberID(member).build());
  }

  private static long member(Client client) {
    return client
        .endpoint()
        .maintenance()
        .status(StatusRequest.getDefaultInstance())
        .getHeader()
        .getMemberId();
  }

  /** Does something while an alarm is raised. */
  private static void during(Client client, AlarmType type, Callable<?> work) throws Exception {
    long member = member(client);
    AlarmMember raised = AlarmMember.newBuilder().setAlarm(type).setMemberID(member).build();
    try {
      assertThat(alarm(client, AlarmAction.ACTIVATE, type, member).getAlarmsList())
          .containsExactly(raised);
      assertThat(alarm(client, AlarmAction.GET, AlarmType.NONE, 0).getAlarmsList())
          .containsExactly(raised);
      var _ = work.call();
    } finally {
      assertThat(alarm(client, AlarmAction.DEACTIVATE, type, member).getAlarmsList())
          .containsExactly(raised);
    }
  }

  @Test
  @TestsRule("ALARM-1")
  @Says("without space, puts and leases are refused; everything else goes on")
  void withoutSpacePutsAreRefused(Client client) throws Exception {
    ByteString key = client.key("a");
    var _ = client.put(key, "1");
    String text = "etcdserver: mvcc: database space exceeded";

    during(
        client,
        AlarmType.NOSPACE,
        () -> {
          assertRefused(Code.RESOURCE_EXHAUSTED, text, () -> client.put(key, "2"));
          assertRefused(
              Code.RESOURCE_EXHAUSTED,
              text,
              () -> client.txn(txn().addFailure(op(Requests.put(key, "2")))));
          assertRefused(
              Code.RESOURCE_EXHAUSTED,
              text,
              () -> client.grant(LeaseGrantRequest.newBuilder().setTTL(60)));
          assertThat(client.get(key)).isPresent();
          assertThat(client.txn(txn(op(Requests.delete(key)))).getSucceeded()).isTrue();
          return client.compact(client.revision());
        });

    assertThat(client.get(key)).isEmpty();
    assertThat(client.put(key, "3").getHeader().getRevision()).isPositive();
  }

  @Test
  @TestsRule("ALARM-2")
  @Says("while corruption is suspected, all writes are refused and reads go on")
  void corruptionStopsWrites(Client client) throws Exception {
    ByteString key = client.key("a");
    var _ = client.put(key, "1");
    String text = "etcdserver: corrupt cluster";

    during(
        client,
        AlarmType.CORRUPT,
        () -> {
          assertRefused(Code.DATA_LOSS, text, () -> client.put(key, "2"));
          assertRefused(Code.DATA_LOSS, text, () -> client.delete(Requests.delete(key)));
          assertRefused(Code.DATA_LOSS, text, () -> client.txn(txn(op(Requests.delete(key)))));
          assertRefused(
              Code.DATA_LOSS, text, () -> client.grant(LeaseGrantRequest.newBuilder().setTTL(9)));
          assertRefused(Code.DATA_LOSS, text, () -> client.compact(client.revision()));
          return client.get(key).orElseThrow();
        });

    assertThat(client.get(key).orElseThrow().getVersion()).isEqualTo(1);
    assertThat(client.put(key, "3").getHeader().getRevision()).isPositive();
  }

  @Test
  @TestsRule("ALARM-3")
  @Says("the status tells the alarms")
  void statusTellsAlarms(Client client) throws Exception {
    during(
        client,
        AlarmType.NOSPACE,
        () -> {
          var status = client.endpoint().maintenance().status(StatusRequest.getDefaultInstance());
          assertThat(status.getErrorsList()).hasSize(1);
          assertThat(status.getErrors(0))
              .matches(
                  "memberID:" + Long.toUnsignedString(member(client)) + "\\s+alarm:NOSPACE\\s*");
          return status;
        });
  }

  @Test
  @TestsRule("ALARM-4")
  @Says("to end an alarm that is not raised is no mistake")
  void endingWhatIsNotRaised(Client client) {
    AlarmResponse ended = alarm(client, AlarmAction.DEACTIVATE, AlarmType.NOSPACE, 12345);

    assertThat(ended.getAlarmsList()).isEmpty();
    assertThat(alarm(client, AlarmAction.GET, AlarmType.NONE, 0).getAlarmsList()).isEmpty();
  }
}
