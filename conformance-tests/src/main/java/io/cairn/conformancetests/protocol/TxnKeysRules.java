// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.protocol;

import static io.cairn.conformancetests.protocol.Refusals.DUPLICATE_KEY;
import static io.cairn.conformancetests.protocol.Refusals.assertRefused;
import static io.cairn.conformancetests.protocol.Requests.op;
import static io.cairn.conformancetests.protocol.Requests.txn;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.cairn.apiprotos.etcdserverpb.RequestOp;
import io.cairn.apiprotos.etcdserverpb.TxnRequest;
import io.cairn.apiprotos.etcdserverpb.TxnResponse;
import io.cairn.conformancetests.report.Demand;
import io.cairn.conformancetests.report.TestsRule;
import io.grpc.Status.Code;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Txn: which keys may be written how often. */
@ProtocolRules
final class TxnKeysRules {
  private static RequestOp put(ByteString key) {
    return op(Requests.put(key, "1"));
  }

  @Test
  @TestsRule("TXN-14")
  @Says("a key must not be put twice, nor put and deleted, in one list")
  void keyIsWrittenOnce(Client client) throws Exception {
    ByteString key = client.key("m");
    RequestOp around = op(Requests.delete(client.key("a")).setRangeEnd(client.key("z")));
    List<TxnRequest.Builder> refused =
        List.of(
            txn(put(key), put(key)),
            txn(put(key), op(Requests.delete(key))),
            txn(op(Requests.delete(key)), put(key)),
            txn(put(key), around),
            txn(around, put(key)),
            txn().addFailure(put(key)).addFailure(put(key)),
            txn().addFailure(around).addFailure(put(key)));

    for (TxnRequest.Builder request : refused) {
      assertRefused(Code.INVALID_ARGUMENT, DUPLICATE_KEY, () -> client.txn(request));
    }
    assertThat(client.get(key)).isEmpty();
  }

  @Test
  @TestsRule("TXN-15")
  @Says("the rule for keys holds across nested transactions")
  void keyIsWrittenOnceAcrossNesting(Client client) throws Exception {
    ByteString key = client.key("m");
    RequestOp nested = op(txn(put(key)));
    RequestOp nestedElse = op(txn().addFailure(put(key)));
    List<TxnRequest.Builder> refused =
        List.of(
            txn(put(key), nested),
            txn(nested, put(key)),
            txn(nested, nested),
            txn(nested, nestedElse),
            txn(nested, op(Requests.delete(key))),
            txn(op(Requests.delete(key)), nestedElse),
            txn(op(txn(op(Requests.delete(key)))), nested),
            txn(op(txn(nested)), put(key)));

    for (TxnRequest.Builder request : refused) {
      assertRefused(Code.INVALID_ARGUMENT, DUPLICATE_KEY, () -> client.txn(request));
    }
    assertThat(client.get(key)).isEmpty();
  }

  @Test
  @TestsRule("TXN-16")
  @Says("both branches may write a key, deletions may overlap, reads are free")
  void allowedRepetitions(Client client) {
    ByteString key = client.key("m");
    RequestOp around = op(Requests.delete(client.key("a")).setRangeEnd(client.key("z")));
    List<TxnRequest.Builder> allowed =
        List.of(
            txn(put(key)).addFailure(put(key)),
            txn(op(txn(put(key)).addFailure(put(key)))),
            txn(op(Requests.delete(key)), around, op(Requests.delete(key))),
            txn(op(Requests.range(key)), put(key), op(Requests.range(key))),
            txn(put(client.key("z")), around),
            txn(put(client.key("z1")), op(Requests.delete(client.key("z1x")))));

    for (TxnRequest.Builder request : allowed) {
      TxnResponse response = client.txn(request);

      assertThat(response.getSucceeded()).isTrue();
      assertThat(response.getResponsesCount()).isEqualTo(request.getSuccessCount());
    }
  }

  @Test
  @TestsRule("TXN-17")
  @Says(
      value = "a nested put may be followed by a deletion in a later nested transaction",
      demand = Demand.MAY)
  void nestedPutAndLaterNestedDeletionAreNotDetected(Client client) {
    ByteString key = client.key("m");

    TxnResponse response = client.txn(txn(op(txn(put(key))), op(txn(op(Requests.delete(key))))));

    assertThat(
            response
                .getResponses(1)
                .getResponseTxn()
                .getResponses(0)
                .getResponseDeleteRange()
                .getDeleted())
        .isEqualTo(1);
    assertThat(client.get(key)).isEmpty();
  }

  @Test
  @TestsRule("TXN-18")
  @Says("deletions in one transaction count what is there when they run")
  void deletionsCountWhatIsThere(Client client) {
    List<ByteString> keys = Requests.keys(client.prefix(), 3);
    keys.forEach(key -> client.put(key, "1"));

    TxnResponse response =
        client.txn(
            txn(
                op(Requests.delete(keys.get(1)).setPrevKv(true)),
                op(Requests.deleteOf(client.prefix()).setPrevKv(true)),
                op(Requests.deleteOf(client.prefix()))));

    assertThat(response.getResponsesList())
        .extracting(each -> each.getResponseDeleteRange().getDeleted())
        .containsExactly(1L, 2L, 0L);
    assertThat(response.getResponses(1).getResponseDeleteRange().getPrevKvsList())
        .extracting(kv -> kv.getKey())
        .containsExactly(keys.get(0), keys.get(2));
  }
}
