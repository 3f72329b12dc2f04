// SPDX-License-Identifier: Apache-2.0
package io.cairn.endtoend;

import com.google.protobuf.ByteString;
import io.cairn.apiprotos.etcdserverpb.CompactionRequest;
import io.cairn.apiprotos.etcdserverpb.Compare;
import io.cairn.apiprotos.etcdserverpb.DeleteRangeRequest;
import io.cairn.apiprotos.etcdserverpb.PutRequest;
import io.cairn.apiprotos.etcdserverpb.RangeRequest;
import io.cairn.apiprotos.etcdserverpb.RequestOp;
import io.cairn.apiprotos.etcdserverpb.TxnRequest;
import java.util.Random;

/**
 * Requests drawn at random, over few keys so that they meet, and with every option that both
 * versions of the API know. Two things are left out because etcd 3.4 and 3.7 differ in them: the
 * lease of a key in a keys-only answer, and sorting by a field in which keys are equal, which has
 * no defined order.
 */
@SuppressWarnings("AvoidValueSetter") // Numbers are drawn, not names.
final class RandomHistory {
  private static final int KEYS = 12;

  private final Random random;
  private long revision = 1;
  private long lease;
  private boolean deletesInTxn;

  RandomHistory(long seed) {
    this.random = new Random(seed);
  }

  /**
   * Tells the generator where the store is, so that it asks for revisions that exist, or just not.
   */
  void revision(long latest) {
    revision = Math.max(revision, latest);
  }

  /** Tells the generator of a lease that keys may hang on. */
  void lease(long id) {
    lease = id;
  }

  boolean chance(int percent) {
    return random.nextInt(100) < percent;
  }

  PutRequest put() {
    PutRequest.Builder put = PutRequest.newBuilder().setKey(key()).setPrevKv(chance(30));
    if (chance(8)) {
      put.setIgnoreValue(true);
    } else {
      put.setValue(value());
    }
    if (chance(8)) {
      put.setIgnoreLease(true);
    } else if (chance(15)) {
      put.setLease(chance(90) ? lease : 12345);
    }
    if (chance(3)) {
      put.setKey(ByteString.EMPTY);
    }
    return put.build();
  }

  RangeRequest range() {
    RangeRequest.Builder range =
        RangeRequest.newBuilder()
            .setKey(key())
            .setRangeEnd(end())
            .setSerializable(chance(30))
            .setCountOnly(chance(10));
    if (chance(30)) {
      range.setLimit(random.nextInt(6));
    }
    if (chance(30)) {
      range.setRevision(Math.max(0, revision - random.nextInt(40) + 2));
    }
    switch (random.nextInt(6)) {
      case 0 -> range.setSortOrderValue(1).setSortTargetValue(0);
      case 1 -> range.setSortOrderValue(2).setSortTargetValue(0);
      case 2 -> range.setSortOrderValue(1 + random.nextInt(2)).setSortTargetValue(3);
      default -> {
        // In key order, as most requests are.
      }
    }
    if (chance(15)) {
      range.setMinModRevision(Math.max(0, revision - random.nextInt(20)));
    }
    if (chance(15)) {
      range.setMaxModRevision(Math.max(0, revision - random.nextInt(20)));
    }
    if (chance(10)) {
      range.setMinCreateRevision(Math.max(0, revision - random.nextInt(60)));
    }
    if (chance(10)) {
      range.setMaxCreateRevision(Math.max(0, revision - random.nextInt(60)));
    }
    return range.build();
  }

  DeleteRangeRequest delete() {
    return DeleteRangeRequest.newBuilder()
        .setKey(key())
        .setRangeEnd(end())
        .setPrevKv(chance(40))
        .build();
  }

  /**
   * A transaction either deletes or keeps values and leases, since etcd 3.4 ends its process when
   * one deletes a key and then keeps its value.
   */
  TxnRequest txn() {
    deletesInTxn = chance(50);
    return txn(2);
  }

  private TxnRequest txn(int depth) {
    TxnRequest.Builder txn = TxnRequest.newBuilder();
    for (int i = random.nextInt(3); i > 0; i--) {
      txn.addCompare(compare());
    }
    for (int i = random.nextInt(4); i > 0; i--) {
      txn.addSuccess(operation(depth));
    }
    for (int i = random.nextInt(4); i > 0; i--) {
      txn.addFailure(operation(depth));
    }
    return txn.build();
  }

  CompactionRequest compaction() {
    return CompactionRequest.newBuilder()
        .setRevision(Math.max(0, revision - random.nextInt(30) + 1))
        .setPhysical(true)
        .build();
  }

  private RequestOp operation(int depth) {
    RequestOp.Builder operation = RequestOp.newBuilder();
    int kind = random.nextInt(100);
    if (kind < 45) {
      PutRequest put = put();
      return operation
          .setRequestPut(
              deletesInTxn
                  ? put.toBuilder().setIgnoreValue(false).setIgnoreLease(false).build()
                  : put)
          .build();
    }
    if (kind < 75) {
      return operation.setRequestRange(range()).build();
    }
    if (depth == 0 || (deletesInTxn && kind < 90)) {
      return deletesInTxn
          ? operation.setRequestDeleteRange(delete()).build()
          : operation.setRequestRange(range()).build();
    }
    return operation.setRequestTxn(txn(depth - 1)).build();
  }

  private Compare compare() {
    Compare.Builder compare = Compare.newBuilder().setKey(key()).setResultValue(random.nextInt(4));
    if (chance(20)) {
      compare.setRangeEnd(end());
    }
    switch (random.nextInt(5)) {
      case 0 -> compare.setTargetValue(0).setVersion(random.nextInt(4));
      case 1 -> compare.setTargetValue(1).setCreateRevision(revision - random.nextInt(20));
      case 2 -> compare.setTargetValue(2).setModRevision(revision - random.nextInt(20));
      case 3 -> compare.setTargetValue(3).setValue(value());
      default -> compare.setTargetValue(4).setLease(chance(50) ? lease : 0);
    }
    return compare.build();
  }

  private ByteString key() {
    return ByteString.copyFromUtf8("k" + (char) ('a' + random.nextInt(KEYS)));
  }

  private ByteString end() {
    return switch (random.nextInt(5)) {
      case 0, 1 -> ByteString.EMPTY;
      case 2 -> ByteString.copyFrom(new byte[1]);
      default -> key();
    };
  }

  private ByteString value() {
    return ByteString.copyFromUtf8("v" + random.nextInt(5));
  }
}
