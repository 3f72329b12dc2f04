// SPDX-License-Identifier: Apache-2.0
package io.cairn.endtoend.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.cairn.apiprotos.etcdserverpb.Member;
import io.cairn.endtoend.ServerProcess;
import io.cairn.endtoend.ledger.History;
import io.cairn.endtoend.ledger.Ledger;
import io.cairn.endtoend.ledger.LedgerClients;
import io.cairn.endtoend.ledger.ResumingWatcher;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A cluster changes its storage backend without stopping: one member after the other is replaced by
 * a learner on the other backend, as docs/cluster.md tells operators to do it.
 */
final class BackendChangeIT {
  private static final List<String> NEXT = List.of("lmdb", "sqlite", "lmdb");
  private static final int CLIENTS = 4;
  private static final int WRITES_BEFORE = 3_000;
  private static final long END_SECONDS_MAX = 60;

  @TempDir Path folder;

  @Test
  void backendIsChangedUnderLoad() throws Exception {
    assumeThat(Cluster.kind()).isEqualTo(ServerProcess.Kind.CAIRN); // etcd has one backend.
    Ledger ledger = new Ledger();
    try (Cluster cluster =
            Cluster.start("backend-change", NEXT.size(), folder, "--backend", "rocksdb");
        ResumingWatcher watcher = new ResumingWatcher(cluster::clients, 0)) {
      List<ClusterMember> old = cluster.members();
      Cluster.fill(cluster.leader(), WRITES_BEFORE);
      try (LedgerClients clients =
          LedgerClients.start(ledger, cluster::clients, CLIENTS, "c", System.nanoTime())) {
        assertThat(clients).isNotNull();
        for (int i = 0; i < NEXT.size(); i++) {
          ClusterMember learner = cluster.add(true);
          learner.flags("--backend", NEXT.get(i)); // The last one given counts.
          learner.start();
          cluster.promote(learner);
          cluster.remove(old.get(i));
          var _ = old.get(i).process().awaitEnd(END_SECONDS_MAX);
          assertThat(learner.dataDir().resolve("member/FORMAT"))
              .content()
              .contains("backend " + NEXT.get(i));
        }
      }

      assertThat(cluster.memberList()).hasSize(NEXT.size()).noneMatch(Member::getIsLearner);
      History history = LedgerCheck.keeps(cluster, ledger); // HashKV on all members among it.
      watcher.finish(history.latest(), Cluster.PATIENCE);
      assertThat(watcher.violations(history)).isEmpty();
      System.out.printf("from rocksdb to %s: %s%n", NEXT, ledger.summary());
    }
  }
}
