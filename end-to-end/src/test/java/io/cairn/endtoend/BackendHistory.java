// SPDX-License-Identifier: Apache-2.0
package io.cairn.endtoend;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.cairn.apiprotos.etcdserverpb.CompactionRequest;
import io.cairn.apiprotos.etcdserverpb.DefragmentRequest;
import io.cairn.apiprotos.etcdserverpb.DeleteRangeRequest;
import io.cairn.apiprotos.etcdserverpb.DeleteRangeResponse;
import io.cairn.apiprotos.etcdserverpb.HashKVRequest;
import io.cairn.apiprotos.etcdserverpb.HashKVResponse;
import io.cairn.apiprotos.etcdserverpb.PutRequest;
import io.cairn.apiprotos.etcdserverpb.PutResponse;
import io.cairn.apiprotos.etcdserverpb.RangeRequest;
import io.cairn.apiprotos.etcdserverpb.RangeResponse;
import io.cairn.apiprotos.etcdserverpb.RequestOp;
import io.cairn.apiprotos.etcdserverpb.TxnRequest;
import io.cairn.apiprotos.etcdserverpb.TxnResponse;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;

/**
 * A random history of one client that is a function of its seed alone, played on a server, and what
 * can be seen of it: every answer, and the hash of the history at many revisions.
 */
final class BackendHistory {
  private static final int KEYS = 800;
  private static final int OPERATIONS_PER_TXN_MAX = 120;
  private static final int OPERATIONS_BETWEEN_LOOKS = 500;
  private static final int RESTARTS_MIN = 4;
  private static final int OPERATIONS_PER_RESTART_MAX = 40_000;

  private final SplittableRandom random;
  private final ServerProcess server;
  private final boolean durable;
  private final CRC32C answers = new CRC32C();
  private final List<String> seen = new ArrayList<>();
  private GrpcClient client;
  private long revision = 1;
  private long compacted;

  /** A server that is not durable is not restarted; everything else is the same. */
  BackendHistory(long seed, ServerProcess server, boolean durable) {
    random = new SplittableRandom(seed);
    this.server = server;
    this.durable = durable;
    client = new GrpcClient(server.port());
  }

  /** Plays about so many operations; returns what was seen, a line per look. */
  List<String> play(int operations) throws Exception {
    try {
      int nextLook = OPERATIONS_BETWEEN_LOOKS;
      int perRestart = Math.min(OPERATIONS_PER_RESTART_MAX, operations / (RESTARTS_MIN + 1));
      int nextRestart = perRestart;
      for (int done = 0; done < operations; ) {
        done += step();
        if (done >= nextLook) {
          look();
          nextLook += OPERATIONS_BETWEEN_LOOKS;
        }
        if (done >= nextRestart) {
          restart(random.nextBoolean());
          nextRestart += perRestart;
        }
      }
      look();
      return seen;
    } finally {
      client.close();
    }
  }

  /** Returns how many operations that was. */
  private int step() {
    int die = random.nextInt(100);
    if (die < 50) {
      return txn();
    }
    if (die < 70) {
      PutResponse response =
          client.kv().put(PutRequest.newBuilder(put(key())).setPrevKv(true).build());
      revision = response.getHeader().getRevision();
      note(response.toBuilder().clearHeader().build());
    } else if (die < 80) {
      DeleteRangeResponse response =
          client
              .kv()
              .deleteRange(DeleteRangeRequest.newBuilder().setKey(key()).setPrevKv(true).build());
      revision = response.getHeader().getRevision();
      note(response.toBuilder().clearHeader().build());
    } else if (die < 97) {
      range();
    } else if (revision > compacted + 50) {
      compacted += 1 + random.nextLong(revision - compacted - 1);
      client
          .kv()
          .compact(
              CompactionRequest.newBuilder()
                  .setRevision(compacted)
                  .setPhysical(random.nextBoolean())
                  .build());
      if (random.nextInt(4) == 0) {
        client.maintenance().defragment(DefragmentRequest.getDefaultInstance());
      }
      look();
    }
    return 1;
  }

  private int txn() {
    TxnRequest.Builder request = TxnRequest.newBuilder();
    Set<ByteString> keys = new LinkedHashSet<>();
    for (int i = 1 + random.nextInt(OPERATIONS_PER_TXN_MAX); i > 0; i--) {
      ByteString key = key();
      if (keys.add(key)) {
        request.addSuccess(
            random.nextInt(4) == 0
                ? RequestOp.newBuilder()
                    .setRequestDeleteRange(DeleteRangeRequest.newBuilder().setKey(key))
                : RequestOp.newBuilder().setRequestPut(put(key)));
      }
    }
    TxnResponse response = client.kv().txn(request.build());
    revision = response.getHeader().getRevision();
    note(response.toBuilder().clearHeader().clearResponses().build());
    return keys.size();
  }

  private void range() {
    long at = compacted + 1 + random.nextLong(Math.max(1, revision - compacted));
    RangeResponse response =
        client
            .kv()
            .range(
                RangeRequest.newBuilder()
                    .setKey(key())
                    .setRangeEnd(ByteString.copyFromUtf8("l"))
                    .setLimit(random.nextInt(40))
                    .setRevision(random.nextInt(3) == 0 ? 0 : Math.min(at, revision))
                    .build());
    note(response.toBuilder().clearHeader().build());
  }

  private void look() {
    HashKVResponse now = client.maintenance().hashKV(HashKVRequest.getDefaultInstance());
    seen.add(
        "revision %d (compacted %d): hash %08x, answers %08x"
            .formatted(
                now.getHeader().getRevision(),
                now.getCompactRevision(),
                now.getHash(),
                answers.getValue()));
    long at = compacted + random.nextLong(Math.max(1, revision - compacted));
    if (at > 0) {
      HashKVResponse then =
          client.maintenance().hashKV(HashKVRequest.newBuilder().setRevision(at).build());
      seen.add("at revision %d: hash %08x".formatted(at, then.getHash()));
    }
  }

  private void restart(boolean kill) throws Exception {
    if (!durable) {
      return;
    }
    client.close();
    if (kill) {
      server.kill();
    } else {
      server.stop();
    }
    server.restart();
    client = new GrpcClient(server.port());
  }

  private void note(Message answer) {
    answers.update(answer.toByteArray());
  }

  private ByteString key() {
    return ByteString.copyFromUtf8("k" + random.nextInt(KEYS));
  }

  private PutRequest put(ByteString key) {
    int length = random.nextInt(500) == 0 ? random.nextInt(100_000) : random.nextInt(400);
    byte[] value = new byte[length];
    random.nextBytes(value);
    return PutRequest.newBuilder().setKey(key).setValue(ByteString.copyFrom(value)).build();
  }
}
