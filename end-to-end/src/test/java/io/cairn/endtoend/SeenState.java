// SPDX-License-Identifier: Apache-2.0
package io.cairn.endtoend;

import com.google.protobuf.ByteString;
import io.cairn.apiprotos.etcdserverpb.CompactionRequest;
import io.cairn.apiprotos.etcdserverpb.DeleteRangeRequest;
import io.cairn.apiprotos.etcdserverpb.HashKVRequest;
import io.cairn.apiprotos.etcdserverpb.HashKVResponse;
import io.cairn.apiprotos.etcdserverpb.LeaseGrantRequest;
import io.cairn.apiprotos.etcdserverpb.LeaseTimeToLiveRequest;
import io.cairn.apiprotos.etcdserverpb.PutRequest;
import io.cairn.apiprotos.etcdserverpb.RangeRequest;
import io.cairn.apiprotos.etcdserverpb.RangeResponse;
import io.cairn.apiprotos.etcdserverpb.RequestOp;
import io.cairn.apiprotos.etcdserverpb.TxnRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** A history of all that a store knows, and what clients see of it: equal if the stores are. */
public final class SeenState {
  private static final int KEYS = 300;
  private static final long LEASE = 4711;
  private static final ByteString VALUE = ByteString.copyFromUtf8("v".repeat(900));
  private static final ByteString FIRST = ByteString.copyFrom(new byte[1]);

  private SeenState() {}

  /**
   * Puts, deletions, a lease with keys, transactions, compacted and readable old revisions.
   *
   * @param requests how many changes there are
   * @param compacts whether some are compacted; etcd 3.4 does not tell which
   */
  public static void fill(GrpcClient client, int requests, boolean compacts) {
    SplittableRandom random = new SplittableRandom(1);
    var _ =
        client.lease().leaseGrant(LeaseGrantRequest.newBuilder().setID(LEASE).setTTL(600).build());
    for (int i = 0; i < requests; i++) {
      String key = "key-" + random.nextInt(KEYS);
      switch (random.nextInt(5)) {
        case 0 -> {
          var _ =
              client
                  .kv()
                  .deleteRange(
                      DeleteRangeRequest.newBuilder().setKey(ByteString.copyFromUtf8(key)).build());
        }
        case 1 -> {
          var _ = client.kv().put(put(key).toBuilder().setLease(LEASE).build());
        }
        case 2 -> {
          var _ =
              client
                  .kv()
                  .txn(
                      TxnRequest.newBuilder()
                          .addSuccess(RequestOp.newBuilder().setRequestPut(put(key)))
                          .addSuccess(RequestOp.newBuilder().setRequestPut(put(key + "/b")))
                          .build());
        }
        default -> {
          var _ = client.kv().put(put(key));
        }
      }
      if (compacts && i == requests * 2 / 3) {
        var _ =
            client
                .kv()
                .compact(
                    CompactionRequest.newBuilder()
                        .setRevision(requests / 3)
                        .setPhysical(true)
                        .build());
      }
    }
  }

  static PutRequest put(String key) {
    return PutRequest.newBuilder().setKey(ByteString.copyFromUtf8(key)).setValue(VALUE).build();
  }

  /** What clients can see: hashes at the readable revisions, keys now and then, the lease. */
  public static List<String> of(GrpcClient client) {
    List<String> seen = new ArrayList<>();
    HashKVResponse now = client.maintenance().hashKV(HashKVRequest.getDefaultInstance());
    long latest = now.getHeader().getRevision();
    long floor = Math.max(1, now.getCompactRevision());
    seen.add("latest %d with hash %08x, floor %d".formatted(latest, now.getHash(), floor));
    for (long at = floor; at <= latest; at += 1 + (latest - floor) / 10) {
      HashKVResponse hash =
          client.maintenance().hashKV(HashKVRequest.newBuilder().setRevision(at).build());
      RangeResponse all =
          client
              .kv()
              .range(
                  RangeRequest.newBuilder()
                      .setKey(FIRST)
                      .setRangeEnd(FIRST)
                      .setRevision(at)
                      .build());
      seen.add(
          "at %d: hash %08x, keys %08x".formatted(at, hash.getHash(), all.getKvsList().hashCode()));
    }
    var lease =
        client
            .lease()
            .leaseTimeToLive(
                LeaseTimeToLiveRequest.newBuilder().setID(LEASE).setKeys(true).build());
    seen.add(
        "lease of %d s with %s"
            .formatted(
                lease.getGrantedTTL(),
                lease.getKeysList().stream().map(ByteString::toStringUtf8).sorted().toList()));
    return seen;
  }
}
