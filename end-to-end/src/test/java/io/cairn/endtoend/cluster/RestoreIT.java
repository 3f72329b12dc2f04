// SPDX-License-Identifier: Apache-2.0
package io.cairn.endtoend.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.cairn.endtoend.Etcdctl;
import io.cairn.endtoend.GrpcClient;
import io.cairn.endtoend.SeenState;
import io.cairn.endtoend.ServerProcess;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Backups of Cairn and of etcd, made into clusters with {@code cairnutl}. */
final class RestoreIT {
  private static final int REQUESTS = 200;
  private static final List<String> BACKENDS = List.of("lmdb", "sqlite", "rocksdb");

  @TempDir Path folder;

  @Test
  void clusterGoesOnWhereTheBackupOfCairnEnds() throws Exception {
    assumeThat(Cluster.kind()).isEqualTo(ServerProcess.Kind.CAIRN);
    Path backup = folder.resolve("backup.db");
    List<String> before = backup(ServerProcess.Kind.CAIRN, backup);

    try (Cluster cluster = Cluster.prepare("restore", BACKENDS.size(), folder)) {
      for (int i = 0; i < BACKENDS.size(); i++) {
        ClusterMember member = cluster.members().get(i);
        member.flags("--backend", BACKENDS.get(i));
        restore(backup, cluster, member, BACKENDS.get(i));
      }
      cluster.start();

      for (ClusterMember member : cluster.members()) {
        assertThat(SeenState.of(member.client())).as("at %s", member).isEqualTo(before);
      }
      // What was there before the log began has to be sent to whoever comes later.
      ClusterMember joined = cluster.add(false);
      joined.start();
      Map<String, Integer> hashes = cluster.hashes();
      assertThat(hashes).hasSize(4);
      assertThat(hashes.values().stream().distinct()).as("%s", hashes).hasSize(1);
    }
  }

  @Test
  void memberGoesOnWhereTheBackupOfEtcdEnds() throws Exception {
    assumeThat(Cluster.kind()).isEqualTo(ServerProcess.Kind.CAIRN);
    Path backup = folder.resolve("backup.db");
    List<String> before = backup(ServerProcess.Kind.ETCD, backup);
    String status = new Etcdctl("").ok("snapshot", "status", backup.toString(), "-w", "fields");
    // etcd 3.4 counts entries where later ones count keys, and knows no version.
    assertThat(tool("snapshot", "status", backup.toString(), "-w", "fields"))
        .containsAll(status.lines().filter(line -> !line.startsWith("\"Keys\"")).toList());

    try (Cluster cluster = Cluster.prepare("restore-etcd", 1, folder)) {
      restore(backup, cluster, cluster.members().getFirst(), "rocksdb");
      cluster.start();

      assertThat(SeenState.of(cluster.members().getFirst().client())).isEqualTo(before);
    }
  }

  /** Takes a backup of a server with some history; returns what clients saw of it. */
  private List<String> backup(ServerProcess.Kind kind, Path file) throws Exception {
    try (ServerProcess server = ServerProcess.start(kind, folder.resolve("source"));
        GrpcClient client = new GrpcClient("127.0.0.1", server.port())) {
      SeenState.fill(client, REQUESTS, kind == ServerProcess.Kind.CAIRN);
      List<String> seen = SeenState.of(client);
      new Etcdctl("127.0.0.1:" + server.port()).ok("snapshot", "save", file.toString());
      return seen;
    }
  }

  private static void restore(Path backup, Cluster cluster, ClusterMember member, String backend)
      throws Exception {
    String members =
        cluster.members().stream()
            .map(each -> each.name() + "=" + each.peerUrl())
            .collect(Collectors.joining(","));
    List<String> lines =
        tool(
            "snapshot",
            "restore",
            backup.toString(),
            "--name",
            member.name(),
            "--data-dir",
            member.dataDir().toString(),
            "--initial-cluster",
            members,
            "--initial-advertise-peer-urls",
            member.peerUrl(),
            "--backend",
            backend);
    assertThat(lines).anyMatch(line -> line.contains("\tadded member\t"));
  }

  private static List<String> tool(String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(ServerProcess.launcher().resolveSibling("cairnutl").toString());
    command.addAll(List.of(arguments));
    ServerProcess.Ended ended = ServerProcess.run(null, Map.of(), command);
    assertThat(ended.exitCode()).as("%s", ended.lines()).isZero();
    return ended.lines();
  }
}
