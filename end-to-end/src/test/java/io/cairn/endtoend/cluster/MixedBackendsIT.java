// SPDX-License-Identifier: Apache-2.0
package io.cairn.endtoend.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.cairn.endtoend.ServerProcess;
import io.cairn.endtoend.ledger.Ledger;
import io.cairn.endtoend.ledger.LedgerClients;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One cluster over all storage backends: what they store is the same. */
final class MixedBackendsIT {
  private static final List<String> BACKENDS = List.of("rocksdb", "lmdb", "sqlite", "memory");
  private static final int CLIENTS = 6;

  @TempDir Path folder;

  @Test
  void membersOnDifferentBackendsHaveEqualHistories() throws Exception {
    assumeThat(Cluster.kind()).isEqualTo(ServerProcess.Kind.CAIRN); // etcd has one backend.
    Ledger ledger = new Ledger();
    try (Cluster cluster = Cluster.prepare("mixed", BACKENDS.size(), folder)) {
      for (int i = 0; i < BACKENDS.size(); i++) {
        cluster.members().get(i).flags("--backend", BACKENDS.get(i));
      }
      cluster.start();
      try (LedgerClients clients =
          LedgerClients.start(ledger, cluster::clients, CLIENTS, "c", System.nanoTime())) {
        assertThat(clients).isNotNull();
        for (int i = 0; i < BACKENDS.size(); i++) {
          cluster.awaitAgreement();
          if (!BACKENDS.get(i).equals("memory")) { // What is in memory only does not come back.
            cluster.members().get(i).kill();
            cluster.members().get(i).start();
          }
        }
      }

      var _ = LedgerCheck.keeps(cluster, ledger);
      System.out.printf("on %s: %s%n", BACKENDS, ledger.summary());
    }
  }
}
