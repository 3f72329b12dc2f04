// SPDX-License-Identifier: Apache-2.0
package io.cairn.endtoend.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.endtoend.Etcdctl;
import io.cairn.endtoend.Eventually;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** etcdctl 3.4, unmodified, looks after a cluster. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ClusterEtcdctlIT {
  private static final Pattern ADDED = Pattern.compile("Member ([0-9a-f]+) added to cluster");

  private Cluster cluster;
  private Etcdctl all;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    cluster = Cluster.start("etcdctl", 3, folder);
    all = new Etcdctl(String.join(",", cluster.endpoints()));
  }

  @AfterAll
  void stop() throws Exception {
    cluster.close();
  }

  @Test
  void everyMemberTellsTheSameStory() throws Exception {
    assertThat(all.ok("endpoint", "health")).containsPattern("(?s)(is healthy.*){3}");
    assertThat(one(cluster.follower()).ok("put", "story", "told")).isEqualTo("OK\n");
    for (ClusterMember member : cluster.members()) {
      assertThat(one(member).ok("get", "story")).isEqualTo("story\ntold\n");
      String list = one(member).ok("member", "list");
      for (ClusterMember other : cluster.members()) {
        assertThat(list).contains(other.name() + ", " + other.peerUrl() + ", " + other.endpoint());
      }
    }
    String status = one(cluster.follower()).ok("endpoint", "status", "--cluster", "-w", "fields");
    assertThat(status.lines().filter(line -> line.startsWith("\"Leader\""))).hasSize(3);
    assertThat(status.lines().filter(line -> line.startsWith("\"Leader\"")).distinct()).hasSize(1);
    String hashes = all.ok("endpoint", "hashkv", "--cluster");
    assertThat(hashes.lines().map(line -> line.split(", ", -1)[1]).distinct())
        .as(hashes)
        .hasSize(1);
  }

  @Test
  void leadershipIsMoved() throws Exception {
    ClusterMember leader = cluster.leader();
    ClusterMember next = cluster.follower();
    String id = Long.toHexString(next.id());

    assertThat(one(next).run("", "move-leader", id).exitCode()).isNotZero();
    assertThat(one(leader).ok("move-leader", id))
        .isEqualTo(
            "Leadership transferred from " + Long.toHexString(leader.id()) + " to " + id + "\n");
    assertThat(cluster.leader()).isSameAs(next);
  }

  @Test
  void memberIsAddedAsLearnerPromotedAndRemoved() throws Exception {
    // Its address and data; the cluster learns of it from etcdctl.
    ClusterMember learner = cluster.prepareMember();
    String added =
        Eventually.find(
            "a member that can be added",
            Cluster.PATIENCE,
            () -> {
              var outcome =
                  all.run(
                      "",
                      "member",
                      "add",
                      learner.name(),
                      "--learner",
                      "--peer-urls",
                      learner.peerUrl());
              return outcome.exitCode() == 0 ? Optional.of(outcome.output()) : Optional.empty();
            });
    Matcher id = ADDED.matcher(added);
    assertThat(id.find()).as(added).isTrue();
    Matcher members = Pattern.compile("ETCD_INITIAL_CLUSTER=\"([^\"]+)\"").matcher(added);
    assertThat(members.find()).as(added).isTrue();
    learner.cluster(members.group(1), true);
    learner.start();
    assertThat(all.ok("member", "list")).containsPattern(learner.name() + ".*, true");

    Eventually.holds(
        "the learner is promoted",
        Cluster.PATIENCE,
        () -> all.run("", "member", "promote", id.group(1)).exitCode() == 0);
    assertThat(all.ok("member", "list")).doesNotContain(", true");
    assertThat(one(learner).ok("put", "by", "learner")).isEqualTo("OK\n");

    assertThat(all.ok("member", "update", id.group(1), "--peer-urls", learner.peerUrl()))
        .contains("updated in cluster");
    assertThat(all.ok("member", "remove", id.group(1))).contains("removed from cluster");
    var _ = learner.process().awaitEnd(60);
    assertThat(all.ok("member", "list").lines()).hasSize(3);
  }

  @Test
  void backupIsMadeByAFollower(@TempDir Path folder) throws Exception {
    for (int i = 0; i < 200; i++) {
      Cluster.fill(cluster.leader(), 1);
    }
    Path backup = folder.resolve("backup.db");

    String saved = one(cluster.follower()).ok("snapshot", "save", backup.toString());

    assertThat(saved).contains("Snapshot saved at");
    assertThat(all.ok("snapshot", "status", backup.toString(), "-w", "json"))
        .contains("\"revision\":");
    var _ =
        all.ok(
            "snapshot", "restore", backup.toString(), "--data-dir", folder.resolve("r").toString());
  }

  @Test
  void locksExcludeEachOtherOverMembers() throws Exception {
    List<ClusterMember> members = cluster.members();
    for (ClusterMember member : members) {
      String output =
          one(member).ok("lock", "mutex", "--", "echo", "held through " + member.name());
      assertThat(output).contains("held through " + member.name());
    }
  }

  private static Etcdctl one(ClusterMember member) {
    return new Etcdctl(member.endpoint());
  }
}
