// SPDX-License-Identifier: Apache-2.0
package io.cairn.endtoend.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.cairn.apiprotos.etcdserverpb.MoveLeaderRequest;
import io.cairn.apiprotos.etcdserverpb.PutRequest;
import io.cairn.endtoend.Eventually;
import io.cairn.endtoend.ledger.Ledger;
import io.cairn.endtoend.ledger.LedgerClients;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** How soon a cluster serves again when its leader is killed, stopped, paused or asked to yield. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class FailoverIT {
  private static final int ROUNDS = 5;
  private static final int ROUNDS_OF_PAUSES = 4;
  private static final long TRY_MILLIS_MAX = 250;
  private static final int CLIENTS = 6;
  private static final int WRITES_WHILE_ASLEEP = 15; // Every third request waits for the sleeper.
  private static final int WRITES_WHILE_AWAKE = 150;

  /** What is promised: two election timeouts and a second. */
  private static final Duration PROMISED =
      Cluster.ELECTION_TIMEOUT.multipliedBy(2).plus(Duration.ofSeconds(1));

  /** What a single round may take when the machine does something else at the same time. */
  private static final Duration TOLERATED = PROMISED.multipliedBy(4);

  private Cluster cluster;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    cluster = Cluster.start("failover", 3, folder);
  }

  @AfterAll
  void stop() throws Exception {
    cluster.close();
  }

  @Test
  void writesSucceedSoonAfterTheLeaderWasKilled() throws Exception {
    List<Duration> outages = new ArrayList<>();
    for (int i = 0; i < ROUNDS; i++) {
      cluster.awaitAgreement();
      ClusterMember leader = cluster.leader();

      leader.kill();
      outages.add(outage(cluster.without(leader)));

      leader.start();
    }

    report("after kill -9 of the leader", outages);
    assertThat(median(outages)).isLessThanOrEqualTo(PROMISED);
    assertThat(Collections.max(outages)).isLessThanOrEqualTo(TOLERATED);
  }

  @Test
  void leaderThatIsStoppedHandsOverFirst() throws Exception {
    List<Duration> outages = new ArrayList<>();
    for (int i = 0; i < ROUNDS; i++) {
      cluster.awaitAgreement();
      ClusterMember leader = cluster.leader();

      leader.process().signal("TERM");
      outages.add(outage(cluster.without(leader)));

      leader.process().awaitEnd(30);
      leader.start();
    }

    // Nobody has to notice that the leader is gone: that alone would take an election timeout.
    report("after SIGTERM of the leader", outages);
    assertThat(median(outages)).isLessThan(Cluster.ELECTION_TIMEOUT);
    assertThat(Collections.max(outages)).isLessThanOrEqualTo(TOLERATED);
  }

  @Test
  void leadershipMovesWhereItIsAskedTo() throws Exception {
    List<Duration> outages = new ArrayList<>();
    for (int i = 0; i < ROUNDS; i++) {
      cluster.awaitAgreement();
      ClusterMember leader = cluster.leader();
      ClusterMember next = cluster.without(leader).get(i % 2);

      long begun = System.nanoTime();
      var _ =
          leader
              .client()
              .maintenance()
              .moveLeader(MoveLeaderRequest.newBuilder().setTargetID(next.id()).build());
      var _ = outage(cluster.members());
      outages.add(Duration.ofNanos(System.nanoTime() - begun));

      assertThat(cluster.leader()).isSameAs(next);
    }

    report("after a move of the leader", outages);
    assertThat(median(outages)).isLessThan(Cluster.ELECTION_TIMEOUT);
  }

  /** A leader that wakes up must not answer from before its sleep. */
  @Test
  void noReadIsStaleWhenALeaderWakesUp() throws Exception {
    Ledger ledger = new Ledger();
    try (LedgerClients clients =
        LedgerClients.start(ledger, cluster::clients, CLIENTS, "sleep-", System.nanoTime())) {
      assertThat(clients).isNotNull();
      for (int i = 0; i < ROUNDS_OF_PAUSES; i++) {
        ClusterMember leader = cluster.leader();
        leader.pause();
        // The others have a leader again and write what the sleeper cannot know.
        var _ = cluster.write(Cluster.PATIENCE, cluster.without(leader));
        awaitMore(ledger, WRITES_WHILE_ASLEEP);
        leader.resume();
        awaitMore(ledger, WRITES_WHILE_AWAKE);
      }
    }

    var _ = LedgerCheck.keeps(cluster, ledger);
    System.out.printf("%d times a leader slept: %s%n", ROUNDS_OF_PAUSES, ledger.summary());
  }

  private static void awaitMore(Ledger ledger, int writes) throws Exception {
    int wanted = ledger.acknowledged() + writes;
    Eventually.holds("clients that go on", Cluster.PATIENCE, () -> ledger.acknowledged() >= wanted);
  }

  /** How long it takes from now until one of {@code members} has done a write that begins now. */
  private static Duration outage(List<ClusterMember> members) {
    long begun = System.nanoTime();
    PutRequest request = PutRequest.newBuilder().setKey(ByteString.copyFromUtf8("outage")).build();
    while (true) {
      for (ClusterMember member : members) {
        try {
          member.client().reconnect();
          var _ = member.client().kv(TRY_MILLIS_MAX).put(request);
          return Duration.ofNanos(System.nanoTime() - begun);
        } catch (StatusRuntimeException e) {
          if (System.nanoTime() - begun > Cluster.PATIENCE.toNanos()) {
            throw e;
          }
        }
      }
    }
  }

  private static Duration median(List<Duration> durations) {
    return durations.stream().sorted().skip(durations.size() / 2).findFirst().orElseThrow();
  }

  private static void report(String what, List<Duration> outages) {
    System.out.printf(
        "writes succeeded again %s within %s ms%n",
        what, outages.stream().map(Duration::toMillis).toList());
  }
}
