// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.protocol;

import static io.cairn.conformancetests.protocol.RangeRules.valuesIn;
import static io.cairn.conformancetests.protocol.Refusals.FUTURE;
import static io.cairn.conformancetests.protocol.Refusals.KEY_NOT_FOUND;
import static io.cairn.conformancetests.protocol.Refusals.LEASE_NOT_FOUND;
import static io.cairn.conformancetests.protocol.Refusals.NO_KEY;
import static io.cairn.conformancetests.protocol.Refusals.TOO_MANY_OPERATIONS;
import static io.cairn.conformancetests.protocol.Refusals.assertRefused;
import static io.cairn.conformancetests.protocol.Requests.op;
import static io.cairn.conformancetests.protocol.Requests.txn;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.ByteString;
import io.cairn.apiprotos.etcdserverpb.Compare;
import io.cairn.apiprotos.etcdserverpb.Compare.CompareResult;
import io.cairn.apiprotos.etcdserverpb.Compare.CompareTarget;
import io.cairn.apiprotos.etcdserverpb.RangeResponse;
import io.cairn.apiprotos.etcdserverpb.RequestOp;
import io.cairn.apiprotos.etcdserverpb.ResponseHeader;
import io.cairn.apiprotos.etcdserverpb.ResponseOp;
import io.cairn.apiprotos.etcdserverpb.TxnRequest;
import io.cairn.apiprotos.etcdserverpb.TxnResponse;
import io.cairn.apiprotos.mvccpb.KeyValue;
import io.cairn.conformancetests.report.Demand;
import io.cairn.conformancetests.report.Level;
import io.cairn.conformancetests.report.TestsRule;
import io.grpc.Status.Code;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Txn: what is done, at which revision, and what is refused. */
@ProtocolRules
final class TxnRules {
  /** What servers allow when they are told nothing else. */
  private static final int OPERATIONS_MAX = 128;

  private static final Compare.Builder NEVER =
      Requests.compare(ByteString.copyFromUtf8("x"), CompareTarget.VERSION, CompareResult.LESS);

  @Test
  @TestsRule("TXN-1")
  @Says("the success branch runs if all comparisons hold, else the failure branch")
  void comparisonsChooseTheBranch(Client client) {
    ByteString key = client.key("a");
    var _ = client.put(key, "1");
    Compare.Builder holds =
        Requests.compare(key, CompareTarget.VERSION, CompareResult.EQUAL).setVersion(1);
    Compare.Builder fails =
        Requests.compare(key, CompareTarget.VERSION, CompareResult.GREATER).setVersion(1);
    TxnRequest.Builder both =
        txn(op(Requests.put(client.key("yes"), "1")))
            .addFailure(op(Requests.put(client.key("no"), "1")));

    TxnResponse none = client.txn(both);
    TxnResponse one = client.txn(both.clone().addCompare(holds));
    assertThat(client.get(client.key("no"))).isEmpty();
    TxnResponse mixed = client.txn(both.clone().addCompare(holds).addCompare(fails));

    assertThat(none.getSucceeded()).isTrue();
    assertThat(one.getSucceeded()).isTrue();
    assertThat(mixed.getSucceeded()).isFalse();
    assertThat(client.get(client.key("yes")).orElseThrow().getVersion()).isEqualTo(2);
    assertThat(client.get(client.key("no")).orElseThrow().getVersion()).isEqualTo(1);
  }

  @Test
  @WholeStore
  @TestsRule("TXN-2")
  @Says("all writes of a transaction have one revision, the next one")
  void allWritesHaveOneRevision(Client client) {
    List<ByteString> keys = Requests.keys(client.prefix(), 4);
    var _ = client.put(keys.get(3), "1");
    long before = client.revision();

    TxnResponse response =
        client.txn(
            txn(
                op(Requests.put(keys.get(0), "1")),
                op(Requests.delete(keys.get(3))),
                op(Requests.put(keys.get(1), "1")),
                op(txn(op(Requests.put(keys.get(2), "1"))))));

    assertThat(response.getHeader().getRevision()).isEqualTo(before + 1);
    assertThat(client.revision()).isEqualTo(before + 1);
    assertThat(client.all().getKvsList())
        .hasSize(3)
        .allSatisfy(kv -> assertThat(kv.getModRevision()).isEqualTo(before + 1));
  }

  @Test
  @WholeStore
  @TestsRule("TXN-3")
  @Says("a transaction that changes nothing takes no revision")
  void withoutChangeThereIsNoRevision(Client client) {
    var _ = client.put(client.key("a"), "1");
    long before = client.revision();

    TxnResponse nothing = client.txn(txn());
    TxnResponse reads = client.txn(txn(op(Requests.range(client.key("a")))));
    TxnResponse deletes = client.txn(txn(op(Requests.delete(client.key("absent")))));
    TxnResponse notTaken =
        client.txn(txn(op(Requests.put(client.key("b"), "1"))).addCompare(NEVER));

    for (TxnResponse response : List.of(nothing, reads, deletes, notTaken)) {
      assertThat(response.getHeader().getRevision()).isEqualTo(before);
    }
    assertThat(client.revision()).isEqualTo(before);
  }

  @Test
  @TestsRule("TXN-4")
  @Says("there is one response per operation of the branch taken, in order and of its kind")
  void responsesMatchOperations(Client client) {
    ByteString key = client.key("a");

    TxnResponse response =
        client.txn(
            txn(
                op(Requests.put(key, "1")),
                op(Requests.range(key)),
                op(Requests.put(key.concat(key), "2").setPrevKv(true)),
                op(txn(op(Requests.range(key)))),
                op(Requests.deleteOf(client.key("zzz")))));

    assertThat(response.getResponsesList())
        .extracting(ResponseOp::getResponseCase)
        .containsExactly(
            ResponseOp.ResponseCase.RESPONSE_PUT,
            ResponseOp.ResponseCase.RESPONSE_RANGE,
            ResponseOp.ResponseCase.RESPONSE_PUT,
            ResponseOp.ResponseCase.RESPONSE_TXN,
            ResponseOp.ResponseCase.RESPONSE_DELETE_RANGE);
  }

  @Test
  @TestsRule("TXN-5")
  @Says("operations see what those before them did")
  void operationsSeeThoseBefore(Client client) {
    ByteString key = client.key("a");
    var _ = client.put(key, "0");

    TxnResponse response =
        client.txn(
            txn(
                op(Requests.range(key)),
                op(Requests.put(key, "1").setPrevKv(true)),
                op(Requests.range(key)),
                op(txn(op(Requests.rangeOf(client.prefix()).setLimit(1))))));

    assertThat(valuesIn(response.getResponses(0).getResponseRange())).containsExactly("0");
    assertThat(response.getResponses(1).getResponsePut().getPrevKv().getValue().toStringUtf8())
        .isEqualTo("0");
    RangeResponse own = response.getResponses(2).getResponseRange();
    assertThat(valuesIn(own)).containsExactly("1");
    assertThat(own.getKvs(0).getModRevision()).isEqualTo(response.getHeader().getRevision());
    assertThat(
            valuesIn(response.getResponses(3).getResponseTxn().getResponses(0).getResponseRange()))
        .containsExactly("1");
  }

  @Test
  @TestsRule("TXN-6")
  @Says("inner headers tell the new revision from the first change on")
  void innerHeadersTellTheRevision(Client client) {
    ByteString key = client.key("a");
    long before = client.put(key, "0").getHeader().getRevision();

    TxnResponse response =
        client.txn(
            txn(
                op(Requests.range(key)),
                op(Requests.delete(client.key("absent"))),
                op(Requests.put(client.key("b"), "1")),
                op(Requests.range(key)),
                op(Requests.delete(key))));

    long revision = response.getHeader().getRevision();
    assertThat(revision).isGreaterThan(before);
    assertThat(response.getResponsesList())
        .extracting(TxnRules::innerHeader)
        .extracting(ResponseHeader::getRevision)
        .containsExactly(revision - 1, revision - 1, revision, revision, revision);
  }

  private static ResponseHeader innerHeader(ResponseOp response) {
    return switch (response.getResponseCase()) {
      case RESPONSE_RANGE -> response.getResponseRange().getHeader();
      case RESPONSE_PUT -> response.getResponsePut().getHeader();
      case RESPONSE_DELETE_RANGE -> response.getResponseDeleteRange().getHeader();
      case RESPONSE_TXN -> response.getResponseTxn().getHeader();
      case RESPONSE_NOT_SET -> throw new AssertionError("a response without content");
    };
  }

  @Test
  @TestsRule("TXN-7")
  @Says(value = "inner headers are there, and tell nothing but a revision", demand = Demand.SHOULD)
  void innerHeadersAreBare(Client client) {
    TxnResponse response =
        client.txn(
            txn(
                op(Requests.put(client.key("a"), "1")),
                op(Requests.range(client.key("a"))),
                op(Requests.delete(client.key("absent")))));

    for (ResponseOp each : response.getResponsesList()) {
      ResponseHeader header = innerHeader(each);
      assertThat(header)
          .isEqualTo(ResponseHeader.newBuilder().setRevision(header.getRevision()).build());
      assertThat(header.getRevision()).isPositive();
    }
  }

  @Test
  @TestsRule("TXN-8")
  @Says("keys are asked for in comparisons and in every operation of both branches")
  void keysAreAskedFor(Client client) throws Exception {
    ByteString none = ByteString.EMPTY;
    List<TxnRequest.Builder> requests =
        List.of(
            txn().addCompare(Compare.newBuilder()),
            txn(op(Requests.put(none, "1"))),
            txn(op(Requests.range(none))),
            txn(op(Requests.delete(none))),
            txn().addFailure(op(Requests.put(none, "1"))),
            txn().addFailure(op(txn(op(Requests.range(none))))));

    for (TxnRequest.Builder request : requests) {
      assertRefused(Code.INVALID_ARGUMENT, NO_KEY, () -> client.txn(request));
    }
    assertRefused(
        Code.INVALID_ARGUMENT,
        KEY_NOT_FOUND,
        () -> client.txn(txn(RequestOp.getDefaultInstance())));
  }

  @Test
  @TestsRule("TXN-9")
  @Says("128 operations per list are allowed, one more is refused")
  void operationsAreLimited(Client client) throws Exception {
    TxnRequest.Builder largest = txn();
    TxnRequest.Builder tooLarge = txn();
    TxnRequest.Builder tooDeep = txn(op(txn(reads(client, OPERATIONS_MAX))));
    for (int i = 0; i < OPERATIONS_MAX; i++) {
      largest.addSuccess(op(Requests.put(Requests.keys(client.prefix(), 200).get(i), "1")));
      largest.addCompare(
          Requests.compare(client.key("absent"), CompareTarget.VERSION, CompareResult.EQUAL));
    }
    tooLarge.addAllFailure(List.of(reads(client, OPERATIONS_MAX + 1)));

    assertThat(client.txn(largest).getResponsesCount()).isEqualTo(OPERATIONS_MAX);
    assertRefused(Code.INVALID_ARGUMENT, TOO_MANY_OPERATIONS, () -> client.txn(tooLarge));
    assertRefused(Code.INVALID_ARGUMENT, TOO_MANY_OPERATIONS, () -> client.txn(tooDeep));
    assertRefused(
        Code.INVALID_ARGUMENT, TOO_MANY_OPERATIONS, () -> client.txn(largest.addCompare(NEVER)));
  }

  private static RequestOp[] reads(Client client, int count) {
    RequestOp[] reads = new RequestOp[count];
    for (int i = 0; i < count; i++) {
      reads[i] = op(Requests.range(client.key("r" + i)));
    }
    return reads;
  }

  @Test
  @TestsRule("TXN-10")
  @Says("an operation that cannot be done undoes the whole transaction")
  void allOrNothing(Client client) throws Exception {
    ByteString key = client.key("a");
    RequestOp good = op(Requests.put(key, "1"));

    assertRefused(
        Code.NOT_FOUND,
        LEASE_NOT_FOUND,
        () -> client.txn(txn(good, op(Requests.put(client.key("b"), "1").setLease(0xbad1ea5eL)))));
    assertRefused(
        Code.INVALID_ARGUMENT,
        KEY_NOT_FOUND,
        () -> client.txn(txn(good, op(Requests.put(client.key("b"), "").setIgnoreValue(true)))));
    assertRefused(
        Code.OUT_OF_RANGE,
        FUTURE,
        () -> client.txn(txn(good, op(Requests.range(key).setRevision(Long.MAX_VALUE)))));
    assertThat(client.get(key)).isEmpty();
  }

  @Test
  @TestsRule("TXN-11")
  @Says("operations of the branch that is not taken need not be possible")
  void branchNotTakenIsNotTried(Client client) {
    TxnResponse response =
        client.txn(
            txn(op(Requests.put(client.key("a"), "1")))
                .addFailure(op(Requests.put(client.key("b"), "1").setLease(0xbad1ea5eL)))
                .addFailure(op(Requests.range(client.key("b")).setRevision(Long.MAX_VALUE))));

    assertThat(response.getSucceeded()).isTrue();
    assertThat(client.get(client.key("a"))).isPresent();
  }

  @Test
  @TestsRule("TXN-12")
  @Says("nobody ever reads a part of a transaction")
  void readersSeeAllOrNothing(Client client) throws Exception {
    int rounds = Level.ofThisRun().pick(100, 2_000);
    List<ByteString> keys = Requests.keys(client.prefix(), 6);
    Deque<ListenableFuture<TxnResponse>> writes = new ArrayDeque<>();
    Client reader = client.elsewhere();

    for (int i = 0; i < rounds; i++) {
      TxnRequest.Builder txn = txn();
      String value = "v" + i;
      keys.forEach(key -> txn.addSuccess(op(Requests.put(key, value))));
      if (writes.size() == Bulk.IN_FLIGHT_MAX) {
        assertThat(writes.remove().get().getSucceeded()).isTrue();
      }
      writes.add(client.endpoint().kvFuture().txn(txn.build()));
      RangeResponse seen = reader.range(Requests.rangeOf(client.prefix()).setSerializable(true));

      assertThat(seen.getKvsCount()).isIn(0, keys.size());
      assertThat(seen.getKvsList().stream().map(KeyValue::getModRevision).distinct())
          .as("revisions in %s", seen)
          .hasSizeLessThan(2);
      assertThat(valuesIn(seen).stream().distinct()).hasSizeLessThan(2);
    }
    for (ListenableFuture<TxnResponse> write : writes) {
      assertThat(write.get().getSucceeded()).isTrue();
    }
  }

  @Test
  @TestsRule("TXN-13")
  @Says("of those who compare and set at the same time one succeeds")
  void comparingAndSettingIsAtomic(Client client) throws Exception {
    ByteString key = client.key("a");
    for (int round = 0; round < Level.ofThisRun().pick(15, 300); round++) {
      long seen = client.get(key).map(KeyValue::getModRevision).orElse(0L);
      List<ListenableFuture<TxnResponse>> attempts = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        TxnRequest.Builder attempt =
            txn(op(Requests.put(key, "by " + i)))
                .addCompare(
                    Requests.compare(key, CompareTarget.MOD, CompareResult.EQUAL)
                        .setModRevision(seen));
        Client through = i % 2 == 0 ? client : client.elsewhere();
        attempts.add(through.endpoint().kvFuture().txn(attempt.build()));
      }

      int succeeded = 0;
      for (ListenableFuture<TxnResponse> attempt : attempts) {
        succeeded += attempt.get().getSucceeded() ? 1 : 0;
      }

      assertThat(succeeded).isEqualTo(1);
    }
  }
}
