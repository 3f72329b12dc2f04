// SPDX-License-Identifier: Apache-2.0
package io.cairn.endtoend.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.cairn.apiprotos.etcdserverpb.LeaseGrantRequest;
import io.cairn.apiprotos.etcdserverpb.LeaseKeepAliveRequest;
import io.cairn.apiprotos.etcdserverpb.LeaseKeepAliveResponse;
import io.cairn.apiprotos.etcdserverpb.LeaseLeasesRequest;
import io.cairn.apiprotos.etcdserverpb.LeaseRevokeRequest;
import io.cairn.apiprotos.etcdserverpb.LeaseStatus;
import io.cairn.apiprotos.etcdserverpb.LeaseTimeToLiveRequest;
import io.cairn.apiprotos.etcdserverpb.PutRequest;
import io.cairn.apiprotos.etcdserverpb.RangeRequest;
import io.cairn.apiprotos.etcdserverpb.WatchCreateRequest;
import io.cairn.apiprotos.etcdserverpb.WatchResponse;
import io.cairn.apiprotos.mvccpb.Event;
import io.cairn.endtoend.Eventually;
import io.cairn.endtoend.GrpcClient;
import io.cairn.endtoend.WatchCall;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Leases outlive the leader that granted them, and end neither too early nor never. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ClusterLeaseIT {
  private static final int TTL = 5;
  private static final long KEEP_ALIVE_SECONDS_MAX = 3;

  private Cluster cluster;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    cluster = Cluster.start("leases", 3, folder);
  }

  @AfterAll
  void stop() throws Exception {
    cluster.close();
  }

  @Test
  void leaseIsKnownToAllMembersAndGoesEverywhereAtOnce() throws Exception {
    long lease = grant(cluster.follower(), 600);
    attach(cluster.leader(), "all/a", lease);
    attach(cluster.follower(), "all/b", lease);
    cluster.awaitAgreement();

    for (ClusterMember member : cluster.members()) {
      var leases = member.client().lease().leaseLeases(LeaseLeasesRequest.getDefaultInstance());
      assertThat(leases.getLeasesList()).extracting(LeaseStatus::getID).contains(lease);
      var left = member.client().lease().leaseTimeToLive(timeToLive(lease));
      assertThat(left.getGrantedTTL()).isEqualTo(600);
      assertThat(left.getTTL()).isBetween(500L, 600L);
      assertThat(left.getKeysCount()).isEqualTo(2);
      assertThat(keepAlive(member.client(), lease).getTTL()).isEqualTo(600);
    }

    var _ =
        cluster
            .follower()
            .client()
            .lease()
            .leaseRevoke(LeaseRevokeRequest.newBuilder().setID(lease).build());
    cluster.awaitAgreement();
    for (ClusterMember member : cluster.members()) {
      assertThat(exists(member, "all/a")).isFalse();
      assertThat(exists(member, "all/b")).isFalse();
    }
  }

  /** A keep-alive answer is a promise that every later leader keeps. */
  @Test
  void leaseThatIsKeptAliveOutlivesLeadersAndThenEnds() throws Exception {
    String key = "kept";
    long lease = grant(cluster.leader(), TTL);
    attach(cluster.leader(), key, lease);
    long promised = System.nanoTime();
    for (int kill = 0; kill < 2; kill++) {
      ClusterMember leader = cluster.leader();
      promised = keepAliveThroughAnyone(lease);
      leader.kill();
      promised = Math.max(promised, keepAliveThroughAnyone(lease));
      leader.start();
      promised = Math.max(promised, keepAliveThroughAnyone(lease));
      assertThat(exists(cluster.leader(), key)).as("kept through kill %d", kill + 1).isTrue();
    }

    try (WatchCall watch = watch(cluster.follower(), key)) {
      Duration lived = Duration.ofNanos(awaitDeletion(watch, key) - promised);
      System.out.printf(
          "a lease of %d s ended %d ms after its last renewal%n", TTL, lived.toMillis());
      assertThat(lived).isGreaterThanOrEqualTo(Duration.ofSeconds(TTL));
      assertThat(lived).isLessThan(Duration.ofSeconds(3 * TTL));
    }
  }

  @Test
  void leaseThatNobodyRenewsEndsUnderAnotherLeaderAndNotTooEarly() throws Exception {
    String key = "left-alone";
    ClusterMember leader = cluster.leader();
    ClusterMember witness = cluster.without(leader).getFirst();
    long begun = System.nanoTime();
    long lease = grant(leader, TTL);
    attach(leader, key, lease);

    leader.kill();

    try (WatchCall watch = watch(witness, key)) {
      Duration lived = Duration.ofNanos(awaitDeletion(watch, key) - begun);
      System.out.printf(
          "a lease of %d s whose leader was killed ended after %d ms%n", TTL, lived.toMillis());
      assertThat(lived).isGreaterThanOrEqualTo(Duration.ofSeconds(TTL));
      // A new leader gives every lease its whole time again.
      assertThat(lived).isLessThan(Duration.ofSeconds(3 * TTL));
    }
    leader.start();
    cluster.awaitAgreement();
    for (ClusterMember member : cluster.members()) {
      assertThat(exists(member, key)).as("on %s", member).isFalse();
    }
  }

  /** Renews through one member after the other until one has answered; returns when it asked. */
  private long keepAliveThroughAnyone(long lease) throws Exception {
    return Eventually.find(
        "a lease that can be renewed",
        Cluster.PATIENCE,
        () -> {
          for (ClusterMember member : cluster.members()) {
            if (member.process().isRunning()) {
              long asked = System.nanoTime();
              member.client().reconnect();
              try {
                LeaseKeepAliveResponse answer = keepAlive(member.client(), lease);
                assertThat(answer.getTTL()).as("renewed through %s", member).isEqualTo(TTL);
                return Optional.of(asked);
              } catch (ExecutionException | TimeoutException e) {
                // No leader at the moment.
              }
            }
          }
          return Optional.empty();
        });
  }

  private static LeaseKeepAliveResponse keepAlive(GrpcClient client, long lease) throws Exception {
    CompletableFuture<LeaseKeepAliveResponse> answer = new CompletableFuture<>();
    StreamObserver<LeaseKeepAliveRequest> requests =
        client
            .leaseStreams()
            .leaseKeepAlive(
                new StreamObserver<>() {
                  @Override
                  public void onNext(LeaseKeepAliveResponse response) {
                    answer.complete(response);
                  }

                  @Override
                  public void onError(Throwable failure) {
                    answer.completeExceptionally(failure);
                  }

                  @Override
                  public void onCompleted() {
                    answer.completeExceptionally(new IllegalStateException("no answer"));
                  }
                });
    requests.onNext(LeaseKeepAliveRequest.newBuilder().setID(lease).build());
    try {
      return answer.get(KEEP_ALIVE_SECONDS_MAX, TimeUnit.SECONDS);
    } finally {
      requests.onCompleted();
    }
  }

  private static WatchCall watch(ClusterMember member, String key) {
    return new WatchCall(
        member.client(),
        WatchCreateRequest.newBuilder()
            .setKey(ByteString.copyFromUtf8(key))
            .setStartRevision(1)
            .build());
  }

  private static long awaitDeletion(WatchCall watch, String key) throws Exception {
    return Eventually.find(
        "the deletion of '" + key + "'",
        Cluster.PATIENCE,
        () -> {
          List<Event> events =
              watch.next(Duration.ofSeconds(1)).map(WatchResponse::getEventsList).orElse(List.of());
          return events.stream().anyMatch(event -> event.getType() == Event.EventType.DELETE)
              ? Optional.of(System.nanoTime())
              : Optional.empty();
        });
  }

  private static long grant(ClusterMember member, long seconds) {
    return member
        .client()
        .lease()
        .leaseGrant(LeaseGrantRequest.newBuilder().setTTL(seconds).build())
        .getID();
  }

  private static void attach(ClusterMember member, String key, long lease) {
    var _ =
        member
            .client()
            .kv()
            .put(
                PutRequest.newBuilder()
                    .setKey(ByteString.copyFromUtf8(key))
                    .setLease(lease)
                    .build());
  }

  private static boolean exists(ClusterMember member, String key) {
    var request = RangeRequest.newBuilder().setKey(ByteString.copyFromUtf8(key)).build();
    return member.client().kv().range(request).getCount() > 0;
  }

  private static LeaseTimeToLiveRequest timeToLive(long lease) {
    return LeaseTimeToLiveRequest.newBuilder().setID(lease).setKeys(true).build();
  }
}
