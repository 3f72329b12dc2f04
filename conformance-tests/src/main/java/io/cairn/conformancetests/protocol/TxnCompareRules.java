// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.protocol;

import static io.cairn.conformancetests.protocol.Requests.FROM_KEY;
import static io.cairn.conformancetests.protocol.Requests.bytes;
import static io.cairn.conformancetests.protocol.Requests.op;
import static io.cairn.conformancetests.protocol.Requests.txn;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.cairn.apiprotos.etcdserverpb.Compare;
import io.cairn.apiprotos.etcdserverpb.Compare.CompareResult;
import io.cairn.apiprotos.etcdserverpb.Compare.CompareTarget;
import io.cairn.apiprotos.etcdserverpb.TxnRequest;
import io.cairn.apiprotos.etcdserverpb.TxnResponse;
import io.cairn.apiprotos.mvccpb.KeyValue;
import io.cairn.conformancetests.report.Demand;
import io.cairn.conformancetests.report.TestsRule;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Txn: comparisons. */
@ProtocolRules
final class TxnCompareRules {
  private static final List<CompareResult> RESULTS =
      List.of(
          CompareResult.EQUAL, CompareResult.GREATER, CompareResult.LESS, CompareResult.NOT_EQUAL);

  /** Whether something that compares to its operand as {@code sign} says has the result. */
  private static boolean holds(int sign, CompareResult result) {
    return switch (result) {
      case EQUAL -> sign == 0;
      case GREATER -> sign > 0;
      case LESS -> sign < 0;
      case NOT_EQUAL -> sign != 0;
      case UNRECOGNIZED -> throw new IllegalArgumentException("no result");
    };
  }

  private static boolean succeeds(Client client, Compare.Builder compare) {
    return client.txn(txn().addCompare(compare)).getSucceeded();
  }

  @Test
  @TestsRule("COMPARE-1")
  @Says("version, creation, change, value and lease compare by =, >, < and !=")
  void everyTargetComparesByEveryResult(Client client) {
    ByteString key = client.key("a");
    long lease = client.lease(600);
    var _ = client.put(key, "1");
    var _ = client.put(Requests.put(key, "m").setLease(lease));
    KeyValue kv = client.get(key).orElseThrow();

    for (CompareResult result : RESULTS) {
      for (int sign = -1; sign <= 1; sign++) {
        boolean expected = holds(sign, result);
        List<Compare.Builder> compares =
            List.of(
                Requests.compare(key, CompareTarget.VERSION, result)
                    .setVersion(kv.getVersion() - sign),
                Requests.compare(key, CompareTarget.CREATE, result)
                    .setCreateRevision(kv.getCreateRevision() - sign),
                Requests.compare(key, CompareTarget.MOD, result)
                    .setModRevision(kv.getModRevision() - sign),
                Requests.compare(key, CompareTarget.LEASE, result).setLease(lease - sign),
                Requests.compare(key, CompareTarget.VALUE, result)
                    .setValue(bytes(List.of("n", "m", "l").get(sign + 1))));
        for (Compare.Builder compare : compares) {
          assertThat(succeeds(client, compare)).as("%s of %s", compare, kv).isEqualTo(expected);
        }
      }
    }
  }

  @Test
  @TestsRule("COMPARE-2")
  @Says("values compare by their unsigned bytes")
  void valuesCompareByUnsignedBytes(Client client) {
    ByteString key = client.key("a");
    ByteString high = ByteString.copyFrom(new byte[] {(byte) 0x80});
    ByteString low = ByteString.copyFrom(new byte[] {0x7f, 0x7f});
    var _ = client.put(Requests.put(key, "").setValue(high));

    assertThat(
            succeeds(
                client,
                Requests.compare(key, CompareTarget.VALUE, CompareResult.GREATER).setValue(low)))
        .isTrue();
  }

  @Test
  @TestsRule("COMPARE-3")
  @Says("a key that does not exist has version, revisions and lease 0")
  void absentKeyHasZeros(Client client) {
    ByteString absent = client.key("absent");
    for (CompareResult result : RESULTS) {
      for (int sign = -1; sign <= 1; sign++) {
        boolean expected = holds(sign, result);
        List<Compare.Builder> compares =
            List.of(
                Requests.compare(absent, CompareTarget.VERSION, result).setVersion(-sign),
                Requests.compare(absent, CompareTarget.CREATE, result).setCreateRevision(-sign),
                Requests.compare(absent, CompareTarget.MOD, result).setModRevision(-sign),
                Requests.compare(absent, CompareTarget.LEASE, result).setLease(-sign));
        for (Compare.Builder compare : compares) {
          assertThat(succeeds(client, compare)).as("%s", compare).isEqualTo(expected);
        }
      }
    }
  }

  @Test
  @TestsRule("COMPARE-4")
  @Says("no comparison holds for the value of a key that does not exist")
  void absentKeyHasNoValue(Client client) {
    for (CompareResult result : RESULTS) {
      for (String operand : List.of("", "x")) {
        Compare.Builder compare =
            Requests.compare(client.key("absent"), CompareTarget.VALUE, result)
                .setValue(bytes(operand));

        assertThat(succeeds(client, compare)).as("%s", compare).isFalse();
      }
    }
  }

  @Test
  @TestsRule("COMPARE-5")
  @Says("a comparison of a range holds if it holds for every key there")
  void rangeComparesEveryKey(Client client) {
    List<ByteString> keys = Requests.keys(client.prefix(), 4);
    keys.forEach(key -> client.put(key, "1"));
    Compare.Builder first =
        Requests.compare(client.prefix(), CompareTarget.VERSION, CompareResult.EQUAL)
            .setVersion(1)
            .setRangeEnd(Requests.endOf(client.prefix()));
    Compare.Builder none =
        Requests.compare(client.key("none"), CompareTarget.CREATE, CompareResult.EQUAL)
            .setCreateRevision(0)
            .setRangeEnd(Requests.endOf(client.key("none")));

    assertThat(succeeds(client, first)).isTrue();
    assertThat(succeeds(client, none)).isTrue();
    assertThat(succeeds(client, none.setTarget(CompareTarget.VALUE).setValue(bytes("")))).isFalse();

    var _ = client.put(keys.get(2), "2");
    assertThat(succeeds(client, first)).isFalse();
    assertThat(
            succeeds(
                client,
                Requests.compare(keys.get(2), CompareTarget.VERSION, CompareResult.EQUAL)
                    .setVersion(1)
                    .setRangeEnd(FROM_KEY)))
        .isFalse();
  }

  @Test
  @TestsRule("COMPARE-6")
  @Says("nested transactions compare what was there before the whole transaction")
  void nestedTransactionsCompareWhatWasBefore(Client client) {
    ByteString key = client.key("a");
    Compare.Builder absent =
        Requests.compare(key, CompareTarget.VERSION, CompareResult.EQUAL).setVersion(0);
    TxnRequest.Builder nested =
        txn(op(Requests.put(client.key("yes"), "1")))
            .addFailure(op(Requests.put(client.key("no"), "1")))
            .addCompare(absent);

    TxnResponse response = client.txn(txn(op(Requests.put(key, "1")), op(nested)));

    assertThat(response.getResponses(1).getResponseTxn().getSucceeded()).isTrue();
    assertThat(client.get(client.key("yes"))).isPresent();
    assertThat(client.get(client.key("no"))).isEmpty();
  }

  @Test
  @TestsRule("COMPARE-7")
  @Says(
      value = "an operand of another target than the one named counts as 0",
      demand = Demand.SHOULD)
  void operandOfAnotherTargetIsZero(Client client) {
    ByteString key = client.key("a");
    var _ = client.put(key, "1");

    Compare.Builder version =
        Requests.compare(key, CompareTarget.VERSION, CompareResult.GREATER).setModRevision(99);
    Compare.Builder missing = Requests.compare(key, CompareTarget.MOD, CompareResult.GREATER);
    Compare.Builder value = Requests.compare(key, CompareTarget.VALUE, CompareResult.GREATER);

    assertThat(succeeds(client, version)).isTrue();
    assertThat(succeeds(client, missing)).isTrue();
    assertThat(succeeds(client, value)).isTrue();
  }
}
