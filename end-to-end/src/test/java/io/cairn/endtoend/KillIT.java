// SPDX-License-Identifier: Apache-2.0
package io.cairn.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.util.concurrent.FutureCallback;
import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.MoreExecutors;
import com.google.protobuf.ByteString;
import io.cairn.apiprotos.etcdserverpb.PutRequest;
import io.cairn.apiprotos.etcdserverpb.PutResponse;
import io.cairn.apiprotos.etcdserverpb.RangeRequest;
import io.cairn.apiprotos.mvccpb.KeyValue;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills a server under load again and again: every acknowledged write is there afterwards, at its
 * revision, and no revision is given out twice. {@code -Dcairn.kills=200} for the long run.
 */
final class KillIT {
  private static final int KILLS = Integer.getInteger("cairn.kills", 10);
  private static final int IN_FLIGHT = 64;
  private static final int ACKNOWLEDGED_MAX = 3_000;
  private static final int CHECKED_PER_REQUEST = 1_000;
  private static final long SECONDS_MAX = 60;

  @TempDir Path dataDir;

  /**
   * Revision of each acknowledged write, to its token; also tells a revision that is used twice.
   */
  private final Map<Long, String> ledger = new ConcurrentHashMap<>();

  private final AtomicLong tokens = new AtomicLong();

  @Test
  void acknowledgedWritesSurviveEveryKill() throws Exception {
    Random random = new Random(Long.getLong("cairn.seed", System.nanoTime()));
    try (ServerProcess server = ServerProcess.start(ServerProcess.Kind.CAIRN, dataDir)) {
      for (int kill = 1; kill <= KILLS; kill++) {
        loadUntilKilled(server, 1 + random.nextInt(ACKNOWLEDGED_MAX));
        server.restart();
        checkLedger(server, kill);
      }
    }
    assertThat(ledger).hasSizeGreaterThanOrEqualTo(KILLS);
  }

  private void loadUntilKilled(ServerProcess server, int acknowledgements) throws Exception {
    CountDownLatch acknowledged = new CountDownLatch(acknowledgements);
    AtomicBoolean over = new AtomicBoolean();
    try (GrpcClient client = new GrpcClient(server.port())) {
      for (int i = 0; i < IN_FLIGHT; i++) {
        put(client, acknowledged, over);
      }
      assertThat(acknowledged.await(SECONDS_MAX, TimeUnit.SECONDS)).as(server.log()).isTrue();
      server.kill();
      over.set(true);
    }
  }

  private void put(GrpcClient client, CountDownLatch acknowledged, AtomicBoolean over) {
    String token = "token-" + tokens.incrementAndGet();
    PutRequest request =
        PutRequest.newBuilder()
            .setKey(ByteString.copyFromUtf8(token))
            .setValue(ByteString.copyFromUtf8(token))
            .build();
    Futures.addCallback(
        client.kvFuture().put(request),
        new FutureCallback<PutResponse>() {
          @Override
          public void onSuccess(PutResponse response) {
            String other = ledger.put(response.getHeader().getRevision(), token);
            if (other != null) {
              // Kept under a revision that no answer has, so that the check reports it.
              ledger.put(-tokens.incrementAndGet(), other + " shares a revision with " + token);
            }
            acknowledged.countDown();
            if (!over.get()) {
              put(client, acknowledged, over);
            }
          }

          @Override
          public void onFailure(Throwable failure) {
            // The server has been killed: the outcome of this write is unknown, so nothing is
            // claimed.
            over.set(true);
          }
        },
        MoreExecutors.directExecutor());
  }

  private void checkLedger(ServerProcess server, int kill) {
    Map<String, Long> found = new ConcurrentHashMap<>();
    try (GrpcClient client = new GrpcClient(server.port())) {
      ByteString from = ByteString.copyFromUtf8("token-");
      boolean more = true;
      while (more) {
        var page =
            client
                .kv()
                .range(
                    RangeRequest.newBuilder()
                        .setKey(from)
                        .setRangeEnd(ByteString.copyFromUtf8("token."))
                        .setLimit(CHECKED_PER_REQUEST)
                        .build());
        for (KeyValue kv : page.getKvsList()) {
          found.put(kv.getKey().toStringUtf8(), kv.getModRevision());
          from = kv.getKey().concat(ByteString.copyFrom(new byte[1]));
        }
        more = page.getMore();
      }
    }
    ledger.forEach((revision, token) ->
        assertThat(found.get(token))
            .as("revision of acknowledged '%s' after kill %d", token, kill)
            .isEqualTo(revision));
  }
}
