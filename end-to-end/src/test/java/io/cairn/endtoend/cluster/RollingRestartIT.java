// SPDX-License-Identifier: Apache-2.0
package io.cairn.endtoend.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.cairn.apiprotos.etcdserverpb.PutRequest;
import io.cairn.apiprotos.etcdserverpb.RangeRequest;
import io.cairn.apiprotos.mvccpb.KeyValue;
import io.cairn.endtoend.Eventually;
import io.cairn.endtoend.GrpcClient;
import io.cairn.endtoend.ledger.History;
import io.cairn.endtoend.ledger.ResumingWatcher;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Members are stopped and started one after the other, as for an upgrade. */
final class RollingRestartIT {
  private static final int WRITERS = 4;
  private static final int ROUNDS = 2;
  private static final long TRY_MILLIS_MAX = 2_000;

  /** What a client that tries again waits at most for any of its writes. */
  private static final Duration WRITE_MAX = Duration.ofSeconds(15);

  @TempDir Path folder;

  @Test
  void noWriteFailsAndNoWatcherMissesAnything() throws Exception {
    AtomicBoolean over = new AtomicBoolean();
    List<CompletableFuture<Writer>> writers = new ArrayList<>();
    try (Cluster cluster = Cluster.start("rolling", 3, folder);
        ResumingWatcher watcher = new ResumingWatcher(cluster::clients, 0);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < WRITERS; i++) {
        Writer writer = new Writer("w" + i, cluster.clients());
        writers.add(
            CompletableFuture.supplyAsync(
                () -> {
                  while (!over.get()) {
                    writer.write();
                  }
                  return writer;
                },
                threads));
      }
      try {
        for (int i = 0; i < ROUNDS; i++) {
          for (ClusterMember member : cluster.members()) {
            cluster.awaitAgreement();
            member.stop();
            member.start();
          }
        }
        cluster.awaitAgreement();
      } finally {
        over.set(true);
      }

      long written = 0;
      long longest = 0;
      for (CompletableFuture<Writer> each : writers) {
        Writer writer = each.get(Cluster.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        written += writer.written;
        longest = Math.max(longest, writer.longestNanos.get());
        assertThat(latest(cluster.members().getFirst().client(), writer.name))
            .isEqualTo(Long.toString(writer.written));
      }
      System.out.printf(
          "%d restarts: %d writes, the longest took %d ms%n",
          ROUNDS * 3, written, longest / 1_000_000);
      assertThat(Duration.ofNanos(longest)).isLessThan(WRITE_MAX);
      var hashes = cluster.hashes();
      assertThat(hashes.values()).as("%s", hashes).containsOnly(hashes.get("m1"));
      History history =
          History.read(
              cluster.leader().client(), cluster.write(Cluster.PATIENCE, cluster.members()));
      watcher.finish(history.latest(), Cluster.PATIENCE);
      assertThat(watcher.violations(history)).isEmpty();
    }
  }

  private static String latest(GrpcClient client, String key) {
    var request = RangeRequest.newBuilder().setKey(ByteString.copyFromUtf8(key)).build();
    KeyValue kv = client.kv().range(request).getKvs(0);
    return kv.getValue().toStringUtf8();
  }

  /** A client that tries every write again, with another member, until it has succeeded. */
  private static final class Writer {
    private final String name;
    private final List<GrpcClient> members;
    private final AtomicLong longestNanos = new AtomicLong();
    private int turn;
    private long written;

    Writer(String name, List<GrpcClient> members) {
      this.name = name;
      this.members = members;
    }

    void write() {
      long begun = System.nanoTime();
      PutRequest request =
          PutRequest.newBuilder()
              .setKey(ByteString.copyFromUtf8(name))
              .setValue(ByteString.copyFromUtf8(Long.toString(written + 1)))
              .build();
      try {
        Eventually.holds(
            "a write that succeeds",
            Cluster.PATIENCE,
            () -> {
              GrpcClient member = members.get(turn % members.size());
              try {
                return member.kv(TRY_MILLIS_MAX).put(request).getHeader().getRevision() > 0;
              } catch (StatusRuntimeException e) {
                turn++;
                member.reconnect();
                return false;
              }
            });
      } catch (Exception e) {
        throw new IllegalStateException(name + " could not write", e);
      }
      written++;
      longestNanos.accumulateAndGet(System.nanoTime() - begun, Math::max);
    }
  }
}
