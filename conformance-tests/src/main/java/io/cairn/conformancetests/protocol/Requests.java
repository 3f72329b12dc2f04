// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.protocol;

import com.google.protobuf.ByteString;
import io.cairn.apiprotos.etcdserverpb.Compare;
import io.cairn.apiprotos.etcdserverpb.DeleteRangeRequest;
import io.cairn.apiprotos.etcdserverpb.PutRequest;
import io.cairn.apiprotos.etcdserverpb.RangeRequest;
import io.cairn.apiprotos.etcdserverpb.RequestOp;
import io.cairn.apiprotos.etcdserverpb.TxnRequest;
import io.cairn.apiprotos.etcdserverpb.WatchCreateRequest;
import java.util.ArrayList;
import java.util.List;

/** The requests that tests begin with; what is special about one is set on the builder. */
final class Requests {
  /** As a range's end: everything from the key on. */
  static final ByteString FROM_KEY = ByteString.copyFrom(new byte[1]);

  private Requests() {}

  static ByteString bytes(String text) {
    return ByteString.copyFromUtf8(text);
  }

  static PutRequest.Builder put(ByteString key, String value) {
    return PutRequest.newBuilder().setKey(key).setValue(bytes(value));
  }

  static RangeRequest.Builder range(ByteString key) {
    return RangeRequest.newBuilder().setKey(key);
  }

  static RangeRequest.Builder range(ByteString key, ByteString end) {
    return range(key).setRangeEnd(end);
  }

  /** All keys that begin with a prefix. */
  static RangeRequest.Builder rangeOf(ByteString prefix) {
    return range(prefix, endOf(prefix));
  }

  static DeleteRangeRequest.Builder delete(ByteString key) {
    return DeleteRangeRequest.newBuilder().setKey(key);
  }

  static DeleteRangeRequest.Builder deleteOf(ByteString prefix) {
    return delete(prefix).setRangeEnd(endOf(prefix));
  }

  static WatchCreateRequest.Builder watch(ByteString key) {
    return WatchCreateRequest.newBuilder().setKey(key);
  }

  static WatchCreateRequest.Builder watchOf(ByteString prefix) {
    return watch(prefix).setRangeEnd(endOf(prefix));
  }

  static Compare.Builder compare(
      ByteString key, Compare.CompareTarget target, Compare.CompareResult result) {
    return Compare.newBuilder().setKey(key).setTarget(target).setResult(result);
  }

  static RequestOp op(PutRequest.Builder put) {
    return RequestOp.newBuilder().setRequestPut(put).build();
  }

  static RequestOp op(RangeRequest.Builder range) {
    return RequestOp.newBuilder().setRequestRange(range).build();
  }

  static RequestOp op(DeleteRangeRequest.Builder delete) {
    return RequestOp.newBuilder().setRequestDeleteRange(delete).build();
  }

  static RequestOp op(TxnRequest.Builder txn) {
    return RequestOp.newBuilder().setRequestTxn(txn).build();
  }

  /** A transaction without conditions. */
  static TxnRequest.Builder txn(RequestOp... success) {
    return TxnRequest.newBuilder().addAllSuccess(List.of(success));
  }

  /** The first key behind all that begin with {@code prefix}. */
  static ByteString endOf(ByteString prefix) {
    for (int i = prefix.size() - 1; i >= 0; i--) {
      if (prefix.byteAt(i) != (byte) 0xff) {
        byte[] end = prefix.substring(0, i + 1).toByteArray();
        end[i]++;
        return ByteString.copyFrom(end);
      }
    }
    return FROM_KEY;
  }

  /** {@code count} keys that begin with {@code prefix}, in order. */
  static List<ByteString> keys(ByteString prefix, int count) {
    List<ByteString> keys = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      keys.add(prefix.concat(bytes("%05d".formatted(i))));
    }
    return keys;
  }
}
