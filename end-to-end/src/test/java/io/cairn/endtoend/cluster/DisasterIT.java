// SPDX-License-Identifier: Apache-2.0
package io.cairn.endtoend.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.google.protobuf.ByteString;
import io.cairn.apiprotos.etcdserverpb.LeaseGrantRequest;
import io.cairn.apiprotos.etcdserverpb.LeaseTimeToLiveRequest;
import io.cairn.apiprotos.etcdserverpb.Member;
import io.cairn.apiprotos.etcdserverpb.PutRequest;
import io.cairn.endtoend.Eventually;
import io.cairn.endtoend.ServerProcess;
import io.cairn.endtoend.ledger.History;
import io.cairn.endtoend.ledger.ResumingWatcher;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Members that have lost their data, got old data back, missed very much, or lost all others. */
final class DisasterIT {
  private static final long END_SECONDS_MAX = 60;

  @TempDir Path folder;

  @Test
  void wipedMemberIsRefusedUntilItIsRemovedAndAdded() throws Exception {
    // etcd 3.4 lets a member without its log vote again.
    assumeThat(Cluster.kind()).isEqualTo(ServerProcess.Kind.CAIRN);
    try (Cluster cluster = Cluster.start("wiped", 3, folder)) {
      ClusterMember victim = cluster.follower();
      for (int i = 0; i < 100; i++) {
        var _ = cluster.write(Cluster.PATIENCE, cluster.members());
      }
      victim.kill();
      victim.wipe();

      // As if the cluster were to be made, which it has been; and as if it were known there.
      victim.launch();
      assertThat(refusal(victim)).contains("has already been bootstrapped");
      victim.wipe();
      victim.cluster(true);
      victim.launch();
      assertThat(refusal(victim)).containsPattern("(?is)remov.*add");

      cluster.remove(victim);
      ClusterMember next = cluster.add(false);
      next.start();
      var hashes = cluster.hashes();
      assertThat(hashes.values()).as("%s", hashes).containsOnly(hashes.get(next.name()));
    }
  }

  /** What it has promised the others since then, it does not know any longer. */
  @Test
  void memberWithAnOldCopyOfItsDataIsRefused() throws Exception {
    // etcd cannot tell.
    assumeThat(Cluster.kind()).isEqualTo(ServerProcess.Kind.CAIRN);
    try (Cluster cluster = Cluster.start("rolled-back", 3, folder)) {
      cluster.awaitAgreement();
      ClusterMember victim = cluster.follower();
      Path copy = folder.resolve("copy");
      victim.stop();
      victim.copyData(copy);
      victim.start();
      Cluster.fill(cluster.leader(), 100);
      cluster.awaitAgreement();
      victim.kill();
      victim.wipe();
      Files.move(copy, victim.dataDir());

      victim.launch();

      assertThat(refusal(victim)).containsPattern("(?is)remov.*add");
    }
  }

  @Test
  void survivorBecomesAClusterOfItsOwn() throws Exception {
    try (Cluster cluster = Cluster.start("survivor", 3, folder)) {
      Cluster.fill(cluster.leader(), 100);
      cluster.awaitAgreement();
      ClusterMember survivor = cluster.follower();
      long revision = cluster.write(Cluster.PATIENCE, cluster.members());
      cluster.awaitAgreement();
      cluster.members().forEach(ClusterMember::kill);

      cluster.forget(cluster.without(survivor));
      survivor.flags("--force-new-cluster");
      survivor.start();

      assertThat(cluster.memberList())
          .singleElement()
          .extracting(Member::getName)
          .isEqualTo(survivor.name());
      assertThat(cluster.write(Cluster.PATIENCE, cluster.members())).isGreaterThan(revision);
      ClusterMember next = cluster.add(false);
      next.start();
      var hashes = cluster.hashes();
      assertThat(hashes.values()).as("%s", hashes).hasSize(2);
      assertThat(hashes.get(next.name())).isEqualTo(hashes.get(survivor.name()));
    }
  }

  /**
   * While a member is cut off, more is written than the log keeps, so that the state itself has to
   * be sent. What clients have with that member meanwhile, watches and leases, goes on.
   */
  @Test
  void memberThatIsFarBehindGetsTheStateOfTheOthers() throws Exception {
    boolean etcd = Cluster.kind() == ServerProcess.Kind.ETCD;
    int writes = etcd ? 12_000 : 4_000; // etcd 3.4 keeps 5000 entries in any case.
    String[] flags =
        etcd
            ? new String[] {"--snapshot-count", "500"}
            : new String[] {"--snapshot-count", "500", "--snapshot-catchup-entries", "200"};
    try (Cluster cluster = Cluster.start("behind", 3, folder, flags)) {
      var _ = cluster.write(Cluster.PATIENCE, cluster.members());
      ClusterMember late = cluster.follower();
      List<String> others = cluster.without(late).stream().map(ClusterMember::name).toList();
      long lease = grant(late);
      try (ResumingWatcher watcher = new ResumingWatcher(() -> List.of(late.client()), 0)) {
        cluster.links().between(List.of(late.name()), others, new Link.Rule.Broken());
        Cluster.fill(Eventually.find("a leader", Cluster.PATIENCE, cluster::findLeader), writes);

        long begun = System.nanoTime();
        cluster.links().heal();
        cluster.awaitAgreement();

        System.out.printf(
            "a member that missed %d writes had them after %d ms%n",
            writes, (System.nanoTime() - begun) / 1_000_000);
        assertThat(late.process().logLines())
            .as("the state was sent, not the log")
            .anyMatch(line -> line.contains("snapshot"));
        History history =
            History.read(
                cluster.leader().client(), cluster.write(Cluster.PATIENCE, cluster.members()));
        watcher.finish(history.latest(), Cluster.PATIENCE);
        assertThat(watcher.violations(history)).as("what a watcher there has seen").isEmpty();
        assertThat(late.client().lease().leaseTimeToLive(timeToLive(lease)).getKeysList())
            .containsExactly(ByteString.copyFromUtf8("leased"));
      }

      // What was installed is what it finds again.
      late.kill();
      late.start();
      var hashes = cluster.hashes();
      assertThat(hashes.values()).as("%s", hashes).containsOnly(hashes.get(late.name()));
    }
  }

  /** What a member says that ends by itself. */
  private static String refusal(ClusterMember member) throws Exception {
    var ended = member.process().awaitEnd(END_SECONDS_MAX);
    assertThat(ended.exitCode()).isNotZero();
    return String.join("\n", ended.lines());
  }

  private static long grant(ClusterMember member) {
    long lease =
        member
            .client()
            .lease()
            .leaseGrant(LeaseGrantRequest.newBuilder().setTTL(600).build())
            .getID();
    ByteString key = ByteString.copyFromUtf8("leased");
    var _ = member.client().kv().put(PutRequest.newBuilder().setKey(key).setLease(lease).build());
    return lease;
  }

  private static LeaseTimeToLiveRequest timeToLive(long lease) {
    return LeaseTimeToLiveRequest.newBuilder().setID(lease).setKeys(true).build();
  }
}
