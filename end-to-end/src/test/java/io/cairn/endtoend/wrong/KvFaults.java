// SPDX-License-Identifier: Apache-2.0
package io.cairn.endtoend.wrong;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.cairn.apiprotos.etcdserverpb.Compare.CompareTarget;
import io.cairn.apiprotos.etcdserverpb.DeleteRangeResponse;
import io.cairn.apiprotos.etcdserverpb.PutRequest;
import io.cairn.apiprotos.etcdserverpb.PutResponse;
import io.cairn.apiprotos.etcdserverpb.RangeRequest;
import io.cairn.apiprotos.etcdserverpb.RangeResponse;
import io.cairn.apiprotos.etcdserverpb.RequestOp;
import io.cairn.apiprotos.etcdserverpb.ResponseOp;
import io.cairn.apiprotos.etcdserverpb.TxnRequest;
import io.cairn.apiprotos.etcdserverpb.TxnResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;

/** What can be wrong with keys and values. */
final class KvFaults {
  private KvFaults() {}

  /** Changes answers to ranges. */
  private static Fault range(BiFunction<RangeRequest, RangeResponse, RangeResponse> change) {
    return answers((request, response) ->
        request instanceof RangeRequest range && response instanceof RangeResponse answer
            ? change.apply(range, answer)
            : response);
  }

  /** Changes ranges before they are read. */
  private static Fault rangeRequest(UnaryOperator<RangeRequest> change) {
    return new Fault() {
      @Override
      public Message answer(Message request, Right right) {
        return right.ask(request instanceof RangeRequest range ? change.apply(range) : request);
      }
    };
  }

  /** Changes answers. */
  static Fault answers(BiFunction<Message, Message, Message> change) {
    return new Fault() {
      @Override
      public Message answer(Message request, Right right) {
        return change.apply(request, right.ask(request));
      }
    };
  }

  /** Some puts are acknowledged and not done. */
  static Fault lostWrite() {
    AtomicInteger puts = new AtomicInteger();
    return new Fault() {
      @Override
      public Message answer(Message request, Right right) {
        if (!(request instanceof PutRequest put) || puts.incrementAndGet() % 50 != 0) {
          return right.ask(request);
        }
        RangeResponse now =
            right.others().kv().range(RangeRequest.newBuilder().setKey(put.getKey()).build());
        PutResponse.Builder lie = PutResponse.newBuilder();
        lie.getHeaderBuilder()
            .mergeFrom(now.getHeader())
            .setRevision(now.getHeader().getRevision() + 1);
        return lie.build();
      }
    };
  }

  /** Every second put tells the revision before its own. */
  static Fault revisionReused() {
    AtomicInteger puts = new AtomicInteger();
    return answers((request, response) -> {
      if (!(response instanceof PutResponse put) || puts.incrementAndGet() % 2 != 0) {
        return response;
      }
      PutResponse.Builder changed = put.toBuilder();
      changed.getHeaderBuilder().setRevision(put.getHeader().getRevision() - 1);
      return changed.build();
    });
  }

  /** The previous value is told to be the new one. */
  static Fault wrongPreviousValue() {
    return answers((request, response) -> {
      if (!(request instanceof PutRequest asked)
          || !(response instanceof PutResponse put)
          || !put.hasPrevKv()) {
        return response;
      }
      PutResponse.Builder changed = put.toBuilder();
      changed.getPrevKvBuilder().setValue(asked.getValue());
      return changed.build();
    });
  }

  /** Linearizable reads are of the revision before the latest. */
  static Fault staleRead() {
    return new Fault() {
      @Override
      public Message answer(Message request, Right right) {
        Message answer = right.ask(request);
        if (!(request instanceof RangeRequest range)
            || !(answer instanceof RangeResponse now)
            || range.getSerializable()
            || range.getRevision() > 0) {
          return answer;
        }
        try {
          return right.ask(
              range.toBuilder().setRevision(now.getHeader().getRevision() - 1).build());
        } catch (StatusRuntimeException compacted) {
          return answer; // There is nothing older to be stale with.
        }
      }
    };
  }

  /** With a limit, only what is returned is counted. */
  static Fault wrongCountWithLimit() {
    return range((request, response) ->
        request.getLimit() > 0
            ? response.toBuilder().setCount(response.getKvsCount()).build()
            : response);
  }

  /** There never is more. */
  static Fault wrongMore() {
    return range((request, response) -> response.toBuilder().setMore(false).build());
  }

  /** Reads of revisions that are gone get the latest instead of a refusal. */
  static Fault missingCompactionError() {
    return new Fault() {
      @Override
      public Message answer(Message request, Right right) {
        try {
          return right.ask(request);
        } catch (StatusRuntimeException e) {
          if (request instanceof RangeRequest range
              && String.valueOf(e.getStatus().getDescription()).contains("compacted")) {
            return right.ask(range.toBuilder().clearRevision().build());
          }
          throw e;
        }
      }
    };
  }

  /** The operations of a transaction are done one after the other, each on its own. */
  static Fault transactionInParts() {
    return new Fault() {
      @Override
      public Message answer(Message request, Right right) {
        if (!(request instanceof TxnRequest txn)
            || txn.getCompareCount() > 0
            || !txn.getSuccessList().stream().allMatch(RequestOp::hasRequestPut)
            || txn.getSuccessCount() < 2) {
          return right.ask(request);
        }
        TxnResponse.Builder answer = TxnResponse.newBuilder().setSucceeded(true);
        for (RequestOp each : txn.getSuccessList()) {
          PutResponse put = right.others().kv().put(each.getRequestPut());
          answer.setHeader(put.getHeader());
          answer.addResponses(ResponseOp.newBuilder().setResponsePut(put));
        }
        return answer.build();
      }
    };
  }

  /** Answers to reads of the past have the revision read in their header. */
  static Fault headerOfThePast() {
    return range((request, response) -> {
      if (request.getRevision() <= 0) {
        return response;
      }
      RangeResponse.Builder changed = response.toBuilder();
      changed.getHeaderBuilder().setRevision(request.getRevision());
      return changed.build();
    });
  }

  /** A deletion tells of one key at most. */
  static Fault wrongDeleted() {
    return answers((request, response) ->
        response instanceof DeleteRangeResponse deletion
            ? deletion.toBuilder().setDeleted(Math.min(1, deletion.getDeleted())).build()
            : response);
  }

  /** Results come in key order, whatever was asked for. */
  static Fault orderIgnored() {
    return rangeRequest(range -> range.toBuilder().clearSortOrder().clearSortTarget().build());
  }

  /** Bounds of creation and change are ignored. */
  static Fault boundsIgnored() {
    return rangeRequest(range ->
        range.toBuilder()
            .clearMaxCreateRevision()
            .clearMaxModRevision()
            .clearMinCreateRevision()
            .clearMinModRevision()
            .build());
  }

  /** Values come though only keys were asked for. */
  static Fault keysOnlyIgnored() {
    return rangeRequest(range -> range.toBuilder().clearKeysOnly().build());
  }

  /** The end of a range counts as part of it. */
  static Fault endIncluded() {
    return rangeRequest(range ->
        range.getRangeEnd().size() < 2
            ? range
            : range.toBuilder()
                .setRangeEnd(range.getRangeEnd().concat(ByteString.copyFrom(new byte[1])))
                .build());
  }

  /** Values are not compared. */
  static Fault valuesNotCompared() {
    return new Fault() {
      @Override
      public Message answer(Message request, Right right) {
        if (!(request instanceof TxnRequest txn)) {
          return right.ask(request);
        }
        TxnRequest.Builder changed = txn.toBuilder().clearCompare();
        txn.getCompareList().stream()
            .filter(compare -> compare.getTarget() != CompareTarget.VALUE)
            .forEach(changed::addCompare);
        return right.ask(changed.build());
      }
    };
  }

  /** A transaction that writes a key twice is said to be done. */
  static Fault duplicatesAccepted() {
    return new Fault() {
      @Override
      public Message answer(Message request, Right right) {
        try {
          return right.ask(request);
        } catch (StatusRuntimeException e) {
          if (String.valueOf(e.getStatus().getDescription()).contains("duplicate key")) {
            return TxnResponse.newBuilder().setSucceeded(true).build();
          }
          throw e;
        }
      }
    };
  }

  /** Refusals have the right words and the wrong code. */
  static Fault wrongCode() {
    return new Fault() {
      @Override
      public Message answer(Message request, Right right) {
        try {
          return right.ask(request);
        } catch (StatusRuntimeException e) {
          if (e.getStatus().getCode() == Status.Code.INVALID_ARGUMENT) {
            throw Status.FAILED_PRECONDITION
                .withDescription(e.getStatus().getDescription())
                .asRuntimeException();
          }
          throw e;
        }
      }
    };
  }

  /** Headers tell another member with every answer. */
  static Fault wrongMember() {
    return range((request, response) -> {
      RangeResponse.Builder changed = response.toBuilder();
      changed.getHeaderBuilder().setMemberId(response.getHeader().getMemberId() + 1);
      return changed.build();
    });
  }
}
