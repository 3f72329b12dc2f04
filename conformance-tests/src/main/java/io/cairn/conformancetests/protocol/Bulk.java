// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.protocol;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.cairn.apiprotos.etcdserverpb.PutRequest;
import io.cairn.apiprotos.etcdserverpb.PutResponse;
import io.cairn.apiprotos.etcdserverpb.TxnResponse;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutionException;

/** Puts many keys at a time, so that tests with much data take little time. */
final class Bulk {
  /** How many requests wait for their answers at a time, so that no server is overloaded. */
  static final int IN_FLIGHT_MAX = 64;

  private Bulk() {}

  /** The revision in the header of an answer. */
  static long revisionOf(Message answer) {
    return switch (answer) {
      case PutResponse put -> put.getHeader().getRevision();
      case TxnResponse txn -> txn.getHeader().getRevision();
      default -> throw new IllegalArgumentException("not an answer to a write: " + answer);
    };
  }

  /** Puts values of {@code valueBytes} bytes, in no particular order, and waits for all. */
  static void put(Client client, List<ByteString> keys, int valueBytes)
      throws ExecutionException, InterruptedException {
    Deque<ListenableFuture<PutResponse>> inFlight = new ArrayDeque<>();
    ByteString value = ByteString.copyFrom(new byte[valueBytes]);
    for (ByteString key : keys) {
      if (inFlight.size() == IN_FLIGHT_MAX) {
        var _ = inFlight.remove().get();
      }
      inFlight.add(
          client
              .endpoint()
              .kvFuture()
              .put(PutRequest.newBuilder().setKey(key).setValue(value).build()));
    }
    while (!inFlight.isEmpty()) {
      var _ = inFlight.remove().get();
    }
  }
}
