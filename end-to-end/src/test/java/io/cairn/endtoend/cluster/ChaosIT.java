// SPDX-License-Identifier: Apache-2.0
package io.cairn.endtoend.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.endtoend.ledger.History;
import io.cairn.endtoend.ledger.Ledger;
import io.cairn.endtoend.ledger.LedgerClients;
import io.cairn.endtoend.ledger.ResumingWatcher;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Clients work with a cluster whose members are killed, paused and cut off from each other at
 * random. Afterwards every acknowledged write is there once, no read was stale, watchers have seen
 * every revision once, and all members have the same history.
 *
 * <p>{@code -Dcairn.chaos.seconds=600} for the long run, {@code -Dcairn.seed=n} for the same
 * misfortunes in the same order again, {@code -Dcairn.chaos.flags="..."} for other flags.
 */
final class ChaosIT {
  private static final int SECONDS = Integer.getInteger("cairn.chaos.seconds", 90);
  private static final int SECONDS_OF_FIVE = Integer.getInteger("cairn.chaos.seconds", 30);
  private static final String FLAGS = System.getProperty("cairn.chaos.flags", "").strip();
  private static final int CLIENTS = 8;

  @TempDir Path folder;

  @Test
  void threeMembersKeepEveryPromiseUnderKillsPausesAndPartitions() throws Exception {
    survive("chaos-3", 3, SECONDS, 10, 3);
  }

  @Test
  void fiveMembersKeepEveryPromiseUnderKillsPausesAndPartitions() throws Exception {
    survive("chaos-5", 5, SECONDS_OF_FIVE, 1, 1);
  }

  private void survive(String label, int members, int seconds, int killsMin, int separationsMin)
      throws Exception {
    long seed = Long.getLong("cairn.seed", System.nanoTime() & Long.MAX_VALUE);
    System.out.printf("%s: -Dcairn.seed=%d, %d s%n", label, seed, seconds);
    Ledger ledger = new Ledger();
    String[] flags = FLAGS.isEmpty() ? new String[0] : FLAGS.split("\\s+", -1);
    try (Cluster cluster = Cluster.start(label, members, folder, flags);
        ResumingWatcher watcher = new ResumingWatcher(cluster::clients, 0);
        ResumingWatcher other = new ResumingWatcher(cluster::clients, 1)) {
      Nemesis nemesis = new Nemesis(cluster, seed);
      try (LedgerClients clients =
          LedgerClients.start(ledger, cluster::clients, CLIENTS, "c", seed)) {
        assertThat(clients).isNotNull();
        nemesis.torment(Duration.ofSeconds(seconds), killsMin, separationsMin);
      }

      History history = LedgerCheck.keeps(cluster, ledger);
      for (ResumingWatcher each : List.of(watcher, other)) {
        each.finish(history.latest(), Cluster.PATIENCE);
        assertThat(each.violations(history)).as("what a watcher saw").isEmpty();
      }
      System.out.printf(
          "%s: %s; %s; watchers needed %d and %d streams; -Dcairn.seed=%d%n",
          label, nemesis.summary(), ledger.summary(), watcher.streams(), other.streams(), seed);
    }
  }
}
