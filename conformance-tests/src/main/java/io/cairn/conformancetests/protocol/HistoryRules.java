// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.protocol;

import static io.cairn.conformancetests.protocol.Requests.op;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.cairn.apiprotos.etcdserverpb.Compare;
import io.cairn.apiprotos.etcdserverpb.Compare.CompareResult;
import io.cairn.apiprotos.etcdserverpb.Compare.CompareTarget;
import io.cairn.apiprotos.etcdserverpb.DeleteRangeRequest;
import io.cairn.apiprotos.etcdserverpb.RangeRequest;
import io.cairn.apiprotos.etcdserverpb.RangeResponse;
import io.cairn.apiprotos.etcdserverpb.RequestOp;
import io.cairn.apiprotos.etcdserverpb.ResponseOp;
import io.cairn.apiprotos.etcdserverpb.TxnRequest;
import io.cairn.apiprotos.etcdserverpb.TxnResponse;
import io.cairn.apiprotos.mvccpb.Event;
import io.cairn.apiprotos.mvccpb.KeyValue;
import io.cairn.conformancetests.report.Level;
import io.cairn.conformancetests.report.TestsRule;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Random histories, compared answer by answer with {@link NaiveStore}. */
@ProtocolRules
@WholeStore
final class HistoryRules {
  private static final int KEYS = 12;

  /** Draws requests over few keys, so that they meet. */
  private record Draw(SplittableRandom random, Client client) {
    boolean chance(int percent) {
      return random.nextInt(100) < percent;
    }

    ByteString key() {
      return client.key("k" + (char) ('a' + random.nextInt(KEYS)));
    }

    ByteString end() {
      return switch (random.nextInt(3)) {
        case 0 -> ByteString.EMPTY;
        case 1 -> Requests.endOf(client.prefix());
        default -> key();
      };
    }

    String value() {
      return "v" + random.nextInt(4);
    }

    /** A request, which may be a transaction down to {@code depth}. */
    RequestOp request(int depth, NaiveStore store) {
      int kind = random.nextInt(100);
      if (kind < 35) {
        return op(Requests.put(key(), value()).setPrevKv(chance(30)));
      }
      if (kind < 50) {
        return op(
            DeleteRangeRequest.newBuilder().setKey(key()).setRangeEnd(end()).setPrevKv(chance(50)));
      }
      if (kind < 75 || depth == 0) {
        return op(range(store));
      }
      return op(txn(depth, store));
    }

    private RangeRequest.Builder range(NaiveStore store) {
      RangeRequest.Builder range =
          Requests.range(key(), end())
              .setLimit(chance(30) ? random.nextInt(5) : 0)
              .setCountOnly(chance(10))
              .setKeysOnly(chance(10))
              .setSerializable(client.members() == 1 && chance(30)); // Elsewhere it may be late.
      if (chance(20)) {
        range.setSortOrder(RangeRequest.SortOrder.DESCEND);
      }
      if (chance(30)) {
        range.setRevision(Math.max(store.first(), store.revision() - random.nextInt(60)));
      }
      if (chance(15)) {
        range.setMinModRevision(Math.max(0, store.revision() - random.nextInt(40)));
      }
      if (chance(15)) {
        range.setMaxCreateRevision(Math.max(0, store.revision() - random.nextInt(40)));
      }
      return range;
    }

    /** Half of them delete, half of them put, so that no key is written twice. */
    private TxnRequest.Builder txn(int depth, NaiveStore store) {
      TxnRequest.Builder txn = TxnRequest.newBuilder();
      for (int i = random.nextInt(3); i > 0; i--) {
        txn.addCompare(compare(store));
      }
      branch(depth, store).forEach(txn::addSuccess);
      branch(depth, store).forEach(txn::addFailure);
      if (txn.getSuccessCount() + txn.getFailureCount() == 0) {
        // One without any operation may be late at another member, as serializable reads may.
        txn.addSuccess(op(Requests.range(key()))).addFailure(op(Requests.range(key())));
      }
      return txn;
    }

    private List<RequestOp> branch(int depth, NaiveStore store) {
      List<RequestOp> branch = new ArrayList<>();
      boolean puts = chance(50);
      int first = random.nextInt(KEYS / 2);
      for (int i = random.nextInt(4); i > 0; i--) {
        RequestOp drawn = request(depth - 1, store);
        boolean isPut = drawn.hasRequestPut();
        if (isPut && puts) { // Keys that follow each other are not equal.
          ByteString key = client.key("k" + (char) ('a' + first + i));
          drawn = op(drawn.getRequestPut().toBuilder().setKey(key));
        }
        if ((isPut && puts)
            || drawn.hasRequestRange()
            || (drawn.hasRequestDeleteRange() && !puts)) {
          branch.add(drawn);
        }
      }
      if (depth > 1 && branch.isEmpty() && chance(50)) {
        branch.add(op(txn(depth - 1, store)));
      }
      return branch;
    }

    private Compare compare(NaiveStore store) {
      Compare.Builder compare =
          Requests.compare(
              key(), CompareTarget.VERSION, CompareResult.forNumber(random.nextInt(4)));
      long about = store.revision() - random.nextInt(30);
      switch (random.nextInt(4)) {
        case 0 -> compare.setVersion(random.nextInt(4));
        case 1 -> compare.setTarget(CompareTarget.CREATE).setCreateRevision(about);
        case 2 -> compare.setTarget(CompareTarget.MOD).setModRevision(about);
        default -> compare.setTarget(CompareTarget.VALUE).setValue(Requests.bytes(value()));
      }
      return chance(20) ? compare.setRangeEnd(end()).build() : compare.build();
    }
  }

  @ParameterizedTest(name = "-Dcairn.seed={0}")
  @MethodSource("io.cairn.conformancetests.Seeds#ofThisRun")
  @TestsRule("HISTORY-1")
  @Says("a random history gets the answers of a naive model, and a watcher its changes")
  void answersAreThoseOfTheModel(long seed, Client client) {
    int requests = Level.ofThisRun().pick(150, 1_000);
    Watchers watchers = client.watchers();
    NaiveStore model = new NaiveStore(client.revision());
    Draw draw = new Draw(new SplittableRandom(seed), client);
    var _ = watchers.begin(Requests.watchOf(client.prefix()));

    List<Event> told = new ArrayList<>();
    int events = 0;
    for (int i = 0; i < requests; i++) {
      RequestOp request = draw.request(2, model);
      List<NaiveStore.Answer> expected = model.apply(request);
      Client through = i % 3 == 0 ? client.elsewhere() : client;
      List<NaiveStore.Answer> actual = send(through, request, model);
      assertThat(actual).as("answer %d, to %s", i, request).isEqualTo(expected);
      if (i % 50 == 0) {
        told.addAll(watchers.events(model.events().size() - events));
        events = model.events().size();
      }
    }
    told.addAll(watchers.events(model.events().size() - events));

    assertThat(told).isEqualTo(model.events());
  }

  /** Sends a request, checks its revision, and returns what it says besides. */
  private static List<NaiveStore.Answer> send(Client client, RequestOp request, NaiveStore model) {
    List<NaiveStore.Answer> answers = new ArrayList<>();
    switch (request.getRequestCase()) {
      case REQUEST_PUT -> {
        var response = client.put(request.getRequestPut().toBuilder());
        assertThat(response.getHeader().getRevision()).isEqualTo(model.revision());
        add(ResponseOp.newBuilder().setResponsePut(response).build(), answers);
      }
      case REQUEST_DELETE_RANGE -> {
        var response = client.delete(request.getRequestDeleteRange().toBuilder());
        assertThat(response.getHeader().getRevision()).isEqualTo(model.revision());
        add(ResponseOp.newBuilder().setResponseDeleteRange(response).build(), answers);
      }
      case REQUEST_RANGE -> {
        RangeResponse response = client.range(request.getRequestRange().toBuilder());
        assertThat(response.getHeader().getRevision()).isEqualTo(model.revision());
        add(ResponseOp.newBuilder().setResponseRange(response).build(), answers);
      }
      case REQUEST_TXN -> {
        TxnResponse response = client.txn(request.getRequestTxn().toBuilder());
        assertThat(response.getHeader().getRevision()).isEqualTo(model.revision());
        add(ResponseOp.newBuilder().setResponseTxn(response).build(), answers);
      }
      case REQUEST_NOT_SET -> throw new IllegalArgumentException("no request");
    }
    return answers;
  }

  private static void add(ResponseOp response, List<NaiveStore.Answer> answers) {
    switch (response.getResponseCase()) {
      case RESPONSE_PUT -> {
        var put = response.getResponsePut();
        answers.add(NaiveStore.Answer.of(put.hasPrevKv() ? List.of(put.getPrevKv()) : List.of()));
      }
      case RESPONSE_DELETE_RANGE -> {
        var delete = response.getResponseDeleteRange();
        List<KeyValue> gone = delete.getPrevKvsList();
        answers.add(new NaiveStore.Answer(gone, delete.getDeleted(), false, true));
      }
      case RESPONSE_RANGE -> {
        var range = response.getResponseRange();
        answers.add(
            new NaiveStore.Answer(range.getKvsList(), range.getCount(), range.getMore(), true));
      }
      case RESPONSE_TXN -> {
        var txn = response.getResponseTxn();
        answers.add(new NaiveStore.Answer(List.of(), 0, false, txn.getSucceeded()));
        txn.getResponsesList().forEach(each -> add(each, answers));
      }
      case RESPONSE_NOT_SET -> throw new AssertionError("a response without content");
    }
  }

  @Test
  @TestsRule("HISTORY-2")
  @Says("every revision of a long history reads as it was")
  void everyRevisionReadsAsItWas(Client client) {
    int writes = Level.ofThisRun().pick(80, 1_000);
    NaiveStore model = new NaiveStore(client.revision());
    Draw draw = new Draw(new SplittableRandom(writes), client);
    long first = model.revision();
    for (int i = 0; i < writes; i++) {
      RequestOp put = op(Requests.put(draw.key(), "v" + i));
      RequestOp request = i % 5 == 4 ? op(Requests.delete(draw.key())) : put;
      List<NaiveStore.Answer> expected = model.apply(request);
      assertThat(send(client, request, model)).isEqualTo(expected);
    }

    for (long revision = first; revision <= model.revision(); revision++) {
      RangeRequest.Builder range = Requests.rangeOf(client.prefix()).setRevision(revision);
      assertThat(client.range(range).getKvsList())
          .as("revision %d", revision)
          .isEqualTo(model.apply(op(range)).getFirst().kvs());
    }
  }
}
