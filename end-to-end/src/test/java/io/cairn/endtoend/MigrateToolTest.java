// SPDX-License-Identifier: Apache-2.0
package io.cairn.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.cairn.apiprotos.etcdserverpb.PutRequest;
import io.cairn.apiprotos.etcdserverpb.RequestOp;
import io.cairn.apiprotos.etcdserverpb.TxnRequest;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged {@code cairnutl migrate}, on directories of real servers. */
final class MigrateToolTest {
  private static final int SIGTERM_EXIT = 128 + 15;
  private static final int REQUESTS = 900;

  /** From each to each other. */
  private static final List<String> WAY =
      List.of("lmdb", "sqlite", "rocksdb", "sqlite", "lmdb", "rocksdb");

  @TempDir Path data;

  @Test
  void memberGoesFromEachBackendToEachOther() throws Exception {
    List<String> before;
    try (ServerProcess server = start("rocksdb")) {
      try (GrpcClient client = new GrpcClient(server.port())) {
        SeenState.fill(client, REQUESTS, true);
      }
      before = seen(server);
      assertThat(migrate("rocksdb", "lmdb").lines())
          .singleElement()
          .asString()
          .isEqualTo(
              "Error: the data directory '%s' is in use by another process",
              data.resolve("member"));
      assertThat(server.stop()).isEqualTo(SIGTERM_EXIT);
    }

    String from = "rocksdb";
    for (String to : WAY) {
      ServerProcess.Ended migrated = migrate(from, to);
      assertThat(migrated.exitCode()).as("%s", migrated).isZero();
      assertThat(migrated.lines().getLast())
          .startsWith("migrated '%s' from '%s' to '%s': ".formatted(data, from, to));

      try (ServerProcess server = start(to)) {
        assertThat(seen(server)).as("from %s to %s", from, to).isEqualTo(before);
        // It goes on, and what it does then goes along to the next.
        try (GrpcClient client = new GrpcClient(server.port())) {
          var _ = client.kv().put(SeenState.put("after " + to));
        }
        before = seen(server);
        server.kill();
      }
      from = to;
    }
  }

  @Test
  void killedMigrationCostsNothing() throws Exception {
    List<String> before;
    try (ServerProcess server = start("rocksdb")) {
      try (GrpcClient client = new GrpcClient(server.port())) {
        fillMore(client);
      }
      before = seen(server);
      assertThat(server.stop()).isEqualTo(SIGTERM_EXIT);
    }
    for (String phase : List.of("copying", "comparing")) {
      Process migration =
          new ProcessBuilder(command("rocksdb", "sqlite")).redirectErrorStream(true).start();
      try (var lines = migration.inputReader()) {
        for (String line = lines.readLine(); line != null && !line.startsWith(phase); ) {
          line = lines.readLine();
        }
      }
      assertThat(migration.destroyForcibly().waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(migration.exitValue()).as("killed while " + phase).isNotZero();
    }

    try (ServerProcess server = start("rocksdb")) {
      assertThat(data.resolve("member/engine-2")).doesNotExist();
      assertThat(seen(server)).isEqualTo(before);
      assertThat(server.stop()).isEqualTo(SIGTERM_EXIT);
    }
    assertThat(migrate("rocksdb", "sqlite").exitCode()).isZero();
    try (ServerProcess server = start("sqlite")) {
      assertThat(seen(server)).isEqualTo(before);
    }
  }

  private ServerProcess start(String backend) throws Exception {
    return ServerProcess.start(ServerProcess.Kind.CAIRN, data, "--backend", backend);
  }

  private List<String> command(String from, String to) {
    String tool = ServerProcess.launcher().resolveSibling("cairnutl").toString();
    return List.of(tool, "migrate", "--data-dir", data.toString(), "--from", from, "--to", to);
  }

  private ServerProcess.Ended migrate(String from, String to) throws Exception {
    return ServerProcess.run(null, Map.of(), command(from, to));
  }

  /** So many rows that a migration takes long enough to be killed. */
  private static void fillMore(GrpcClient client) {
    for (int i = 0; i < 300; i++) {
      TxnRequest.Builder txn = TxnRequest.newBuilder();
      for (int j = 0; j < 100; j++) {
        txn.addSuccess(
            RequestOp.newBuilder()
                .setRequestPut(
                    PutRequest.newBuilder().setKey(ByteString.copyFromUtf8(i + "/" + j))));
      }
      var _ = client.kv().txn(txn.build());
    }
  }

  private static List<String> seen(ServerProcess server) {
    try (GrpcClient client = new GrpcClient(server.port())) {
      return SeenState.of(client);
    }
  }
}
