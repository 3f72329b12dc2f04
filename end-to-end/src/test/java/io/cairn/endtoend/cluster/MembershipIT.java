// SPDX-License-Identifier: Apache-2.0
package io.cairn.endtoend.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.cairn.apiprotos.etcdserverpb.Member;
import io.cairn.apiprotos.etcdserverpb.MemberAddRequest;
import io.cairn.apiprotos.etcdserverpb.PutRequest;
import io.cairn.apiprotos.etcdserverpb.RangeRequest;
import io.cairn.endtoend.Eventually;
import io.cairn.endtoend.ledger.History;
import io.cairn.endtoend.ledger.Ledger;
import io.cairn.endtoend.ledger.LedgerClients;
import io.cairn.endtoend.ledger.ResumingWatcher;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clusters grow, shrink, and get members back, while clients work with them. */
final class MembershipIT {
  private static final int CLIENTS = 4;
  private static final long END_SECONDS_MAX = 60;

  @TempDir Path folder;

  /** One life: a learner joins, becomes a voter, an old voter leaves, a dead one is replaced. */
  @Test
  void membersComeAndGoWhileClientsWork() throws Exception {
    Ledger ledger = new Ledger();
    try (Cluster cluster = Cluster.start("membership", 3, folder);
        ResumingWatcher watcher = new ResumingWatcher(cluster::clients, 0)) {
      try (LedgerClients clients =
          LedgerClients.start(ledger, cluster::clients, CLIENTS, "c", System.nanoTime())) {
        assertThat(clients).isNotNull();

        ClusterMember learner = cluster.add(true);
        learner.start();
        assertLearnerOnlyReadsItsOwnState(learner);
        cluster.promote(learner);
        assertThat(cluster.memberList()).hasSize(4).noneMatch(Member::getIsLearner);

        ClusterMember leader = cluster.leader();
        cluster.remove(leader);
        assertThat(leader.process().awaitEnd(END_SECONDS_MAX).lines())
            .as("a removed member says why it ends")
            .anyMatch(line -> line.contains("removed"));
        assertThat(cluster.memberList()).hasSize(3);

        ClusterMember dead = cluster.follower();
        dead.kill();
        cluster.remove(dead);
        ClusterMember replacement = cluster.add(false);
        replacement.start();
        assertThat(cluster.memberList())
            .hasSize(3)
            .extracting(Member::getName)
            .contains(replacement.name());
      }

      History history = LedgerCheck.keeps(cluster, ledger);
      watcher.finish(history.latest(), Cluster.PATIENCE);
      assertThat(watcher.violations(history)).isEmpty();
      System.out.printf("members came and went: %s%n", ledger.summary());
    }
  }

  @Test
  void memberIsNotAddedWhileAnotherIsDead() throws Exception {
    try (Cluster cluster = Cluster.start("strict", 3, folder)) {
      cluster.awaitAgreement();
      ClusterMember dead = cluster.follower();
      dead.kill();
      ClusterMember next = cluster.prepareMember();
      MemberAddRequest request = MemberAddRequest.newBuilder().addPeerURLs(next.peerUrl()).build();

      // A majority of four is three, and only two could be counted on.
      assertThatThrownBy(() -> cluster.leader().client().cluster().memberAdd(request))
          .isInstanceOf(StatusRuntimeException.class)
          .hasMessageContaining("etcdserver: unhealthy cluster");

      dead.start();
      cluster.awaitAgreement();
      ClusterMember added = cluster.add(false);
      added.start();
      assertThat(cluster.memberList()).hasSize(4);
    }
  }

  private static void assertLearnerOnlyReadsItsOwnState(ClusterMember learner) throws Exception {
    RangeRequest range =
        RangeRequest.newBuilder().setKey(ByteString.copyFromUtf8("register/0")).build();
    Eventually.holds(
        "a learner that has something",
        Cluster.PATIENCE,
        () ->
            learner.client().kv().range(range.toBuilder().setSerializable(true).build()).getCount()
                > 0);
    assertThat(learner.status().getIsLearner()).isTrue();
    assertThatThrownBy(() -> learner.client().kv().range(range))
        .hasMessageContaining("etcdserver: rpc not supported for learner");
    assertThatThrownBy(
            () -> learner.client().kv().put(PutRequest.newBuilder().setKey(range.getKey()).build()))
        .hasMessageContaining("etcdserver: rpc not supported for learner");
  }
}
