// SPDX-License-Identifier: Apache-2.0
package io.cairn.endtoend.cluster;

import com.google.protobuf.ByteString;
import io.cairn.apiprotos.etcdserverpb.HashKVRequest;
import io.cairn.apiprotos.etcdserverpb.HashKVResponse;
import io.cairn.apiprotos.etcdserverpb.Member;
import io.cairn.apiprotos.etcdserverpb.MemberAddRequest;
import io.cairn.apiprotos.etcdserverpb.MemberListRequest;
import io.cairn.apiprotos.etcdserverpb.MemberPromoteRequest;
import io.cairn.apiprotos.etcdserverpb.MemberRemoveRequest;
import io.cairn.apiprotos.etcdserverpb.PutRequest;
import io.cairn.apiprotos.etcdserverpb.PutResponse;
import io.cairn.apiprotos.etcdserverpb.RangeRequest;
import io.cairn.apiprotos.etcdserverpb.StatusResponse;
import io.cairn.endtoend.Eventually;
import io.cairn.endtoend.GrpcClient;
import io.cairn.endtoend.ServerProcess;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/**
 * Members that know each other only over links that a test can cut. Each has an address of its own
 * (127.x.y.n), where nobody else takes its ports while it is down.
 */
final class Cluster implements AutoCloseable {
  /** How long a cluster may take for something that it does in a second or two when left alone. */
  static final Duration PATIENCE = Duration.ofSeconds(60);

  /** What both servers use when they are told nothing else. */
  static final Duration ELECTION_TIMEOUT = Duration.ofSeconds(1);

  private static final int IN_FLIGHT = 64;
  private static final long TRY_MILLIS_MAX = 2_000;
  private static final AtomicInteger CLUSTERS = new AtomicInteger();
  private static final ByteString PROBE = ByteString.copyFromUtf8("~probe");

  private final Path folder;
  private final Path logs;
  private final List<String> flags;
  private final List<ClusterMember> members = new CopyOnWriteArrayList<>();
  private final List<ClusterMember> everyone = new CopyOnWriteArrayList<>(); // Removed ones, too.
  private final PeerLinks links = new PeerLinks(this::membersByPid);
  private final String network;
  private int prepared;

  private Cluster(String label, Path folder, String... flags) throws IOException {
    this.folder = folder;
    this.logs = Path.of("target", "member-logs", label);
    this.flags = List.of(flags);
    long run = ProcessHandle.current().pid() * 31 + CLUSTERS.incrementAndGet();
    this.network = "127." + (1 + run / 250 % 250) + "." + run % 250 + ".";
    Files.createDirectories(logs);
    try (DirectoryStream<Path> old = Files.newDirectoryStream(logs)) {
      for (Path log : old) {
        Files.delete(log);
      }
    }
  }

  /** Which server the tests of this run are for. */
  static ServerProcess.Kind kind() {
    return "etcd".equals(System.getProperty("cairn.server"))
        ? ServerProcess.Kind.ETCD
        : ServerProcess.Kind.CAIRN;
  }

  /**
   * A cluster of members that have not started.
   *
   * @param label names the folder where logs are kept
   */
  static Cluster prepare(String label, int members, Path folder, String... flags)
      throws IOException {
    Cluster cluster = new Cluster(label, folder, flags);
    for (int i = 0; i < members; i++) {
      cluster.members.add(cluster.prepareMember());
    }
    String all =
        cluster.members.stream()
            .map(member -> member.name() + "=" + member.peerUrl())
            .collect(Collectors.joining(","));
    cluster.members.forEach(member -> member.cluster(all, false));
    return cluster;
  }

  /** The same, started and serving. */
  static Cluster start(String label, int members, Path folder, String... flags) throws Exception {
    Cluster cluster = prepare(label, members, folder, flags);
    try {
      cluster.start();
      return cluster;
    } catch (Exception | AssertionError e) {
      cluster.close();
      throw e;
    }
  }

  /** Starts all members that do not run, and waits until they serve. */
  void start() throws Exception {
    List<ClusterMember> down =
        members.stream().filter(member -> !member.process().isRunning()).toList();
    for (ClusterMember member : down) {
      member.launch();
    }
    for (ClusterMember member : down) {
      member.process().awaitReady();
      member.client().reconnect();
    }
  }

  List<ClusterMember> members() {
    return List.copyOf(members);
  }

  PeerLinks links() {
    return links;
  }

  /** Clients of all voters, of those that are down, too. */
  List<GrpcClient> clients() {
    return members.stream()
        .filter(member -> !member.isLearner())
        .map(ClusterMember::client)
        .toList();
  }

  /** All members but one. */
  List<ClusterMember> without(ClusterMember one) {
    return members.stream().filter(member -> member != one).toList();
  }

  List<String> endpoints() {
    return members.stream().map(ClusterMember::endpoint).toList();
  }

  /** The member that a majority of all members holds for their leader, as soon as there is one. */
  ClusterMember leader() throws Exception {
    return Eventually.find("a leader", PATIENCE, this::findLeader);
  }

  /** The same if there is one now. */
  Optional<ClusterMember> findLeader() {
    Map<Long, ClusterMember> byId = new LinkedHashMap<>();
    List<StatusResponse> seen = new ArrayList<>();
    for (ClusterMember member : members) {
      if (member.isUp()) {
        try {
          StatusResponse status = member.status();
          seen.add(status);
          byId.put(status.getHeader().getMemberId(), member);
        } catch (StatusRuntimeException e) {
          member.client().reconnect(); // Not there, or cut off.
        }
      }
    }
    long term = seen.stream().mapToLong(StatusResponse::getRaftTerm).max().orElse(0);
    for (Map.Entry<Long, ClusterMember> candidate : byId.entrySet()) {
      long followers =
          seen.stream()
              .filter(status ->
                  status.getLeader() == candidate.getKey() && status.getRaftTerm() == term)
              .count();
      if (followers * 2 > members.size()) {
        return Optional.of(candidate.getValue());
      }
    }
    return Optional.empty();
  }

  /** Some member that is up and does not lead. */
  ClusterMember follower() throws Exception {
    ClusterMember leader = leader();
    return without(leader).stream().filter(ClusterMember::isUp).findFirst().orElseThrow();
  }

  /**
   * Writes through one member after the other until one has answered; returns the revision.
   * Whatever is not answered soon is tried elsewhere.
   */
  long write(Duration max, List<ClusterMember> through) throws Exception {
    AtomicInteger turn = new AtomicInteger();
    return Eventually.find(
        "a write that succeeds",
        max,
        () -> {
          ClusterMember member = through.get(turn.getAndIncrement() % through.size());
          member.client().reconnect();
          PutRequest request = PutRequest.newBuilder().setKey(PROBE).setValue(PROBE).build();
          return Optional.of(
              member.client().kv(TRY_MILLIS_MAX).put(request).getHeader().getRevision());
        });
  }

  /** Puts values of 500 bytes through one member, many at a time. */
  static void fill(ClusterMember through, int writes) throws Exception {
    ByteString value = ByteString.copyFromUtf8("x".repeat(500));
    Deque<Future<PutResponse>> waiting = new ArrayDeque<>();
    for (int i = 0; i < writes; i++) {
      ByteString key = ByteString.copyFromUtf8("fill/" + i % 1_000);
      PutRequest request = PutRequest.newBuilder().setKey(key).setValue(value).build();
      waiting.add(through.client().kvFuture().put(request));
      if (waiting.size() >= IN_FLIGHT) {
        var _ = waiting.remove().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      }
    }
    for (Future<PutResponse> last : waiting) {
      var _ = last.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }
  }

  /** Waits until every member has applied everything that was written before. */
  void awaitAgreement() throws Exception {
    long revision = write(PATIENCE, members);
    for (ClusterMember member : members) {
      Eventually.holds(
          member + " has caught up",
          PATIENCE,
          () -> {
            member.client().reconnect();
            RangeRequest request =
                RangeRequest.newBuilder().setKey(PROBE).setSerializable(true).build();
            var answer = member.client().kv(TRY_MILLIS_MAX).range(request);
            return answer.getHeader().getRevision() >= revision;
          });
    }
  }

  /** The hash of the history of each member up to the same revision, the latest. */
  Map<String, Integer> hashes() throws Exception {
    awaitAgreement();
    long revision = write(PATIENCE, members);
    awaitAgreement();
    Map<String, Integer> hashes = new LinkedHashMap<>();
    HashKVRequest request = HashKVRequest.newBuilder().setRevision(revision).build();
    for (ClusterMember member : members) {
      HashKVResponse hash = member.client().maintenance().hashKV(request);
      hashes.put(member.name(), hash.getHash());
    }
    return hashes;
  }

  /** Adds a member, which has not started yet. */
  ClusterMember add(boolean learner) throws Exception {
    ClusterMember added = prepareMember();
    MemberAddRequest request =
        MemberAddRequest.newBuilder().addPeerURLs(added.peerUrl()).setIsLearner(learner).build();
    var answer =
        Eventually.find(
            "a member that can be added",
            PATIENCE,
            () -> Optional.of(leader().client().cluster().memberAdd(request)));
    // Those that have never started have no name; only the new one can be that.
    added.cluster(
        answer.getMembersList().stream()
            .flatMap(member ->
                member.getPeerURLsList().stream()
                    .map(url ->
                        (member.getName().isEmpty() ? added.name() : member.getName()) + "=" + url))
            .collect(Collectors.joining(",")),
        true);
    added.learner(learner);
    members.add(added);
    return added;
  }

  /** Makes a learner a voter as soon as it has caught up. */
  void promote(ClusterMember learner) throws Exception {
    long id = learner.id();
    MemberPromoteRequest request = MemberPromoteRequest.newBuilder().setID(id).build();
    Eventually.find(
        learner + " can be promoted",
        PATIENCE,
        () -> Optional.of(leader().client().cluster().memberPromote(request)));
    // The leader knows first; until the member itself does, it refuses what learners refuse.
    Eventually.find(
        learner + " knows that it votes",
        PATIENCE,
        () -> Optional.of(learner.status()).filter(status -> !status.getIsLearner()));
    learner.learner(false);
  }

  /** Takes a member out of the cluster; its process is the caller's business. */
  void remove(ClusterMember member) throws Exception {
    long id =
        memberList().stream()
            .filter(listed -> listed.getPeerURLsList().contains(member.peerUrl()))
            .findFirst()
            .orElseThrow()
            .getID();
    MemberRemoveRequest request = MemberRemoveRequest.newBuilder().setID(id).build();
    Eventually.find(
        member + " can be removed",
        PATIENCE,
        () -> Optional.of(leader().client().cluster().memberRemove(request)));
    members.remove(member);
  }

  /** Takes members out of account that have ended for good. */
  void forget(List<ClusterMember> lost) {
    members.removeAll(lost);
  }

  /** All members, as some member knows them. */
  List<Member> memberList() throws Exception {
    return leader()
        .client()
        .cluster()
        .memberList(MemberListRequest.newBuilder().setLinearizable(true).build())
        .getMembersList();
  }

  @Override
  public void close() throws IOException {
    everyone.forEach(ClusterMember::close);
    links.close();
  }

  /** A member with an address, of which the cluster knows nothing yet; ended with it. */
  ClusterMember prepareMember() throws IOException {
    prepared++;
    InetAddress address = InetAddress.ofLiteral(network + prepared);
    ClusterMember member =
        ClusterMember.prepare(kind(), "m" + prepared, folder, logs, address, flags, links);
    everyone.add(member);
    return member;
  }

  private Map<Long, String> membersByPid() {
    return everyone.stream()
        .filter(member -> member.process().isRunning())
        .collect(Collectors.toMap(member -> member.process().pid(), ClusterMember::name));
  }
}
