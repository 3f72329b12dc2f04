// SPDX-License-Identifier: Apache-2.0
package io.cairn.distribution;

import com.google.protobuf.ByteString;
import io.cairn.apiprotos.etcdserverpb.KVGrpc;
import io.cairn.apiprotos.etcdserverpb.MaintenanceGrpc;
import io.cairn.apiprotos.etcdserverpb.PutRequest;
import io.cairn.apiprotos.etcdserverpb.RangeRequest;
import io.cairn.apiprotos.etcdserverpb.StatusRequest;
import io.cairn.apiprotos.etcdserverpb.StatusResponse;
import io.cairn.distribution.config.ServerConfig;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Runs a cluster of three members within this process, so that what leaders and followers do is
 * rehearsed too: copying the log, finding out what is committed, rounds of reads, forwarding.
 */
final class ClusterRehearsal {
  private static final int MEMBERS = 3;

  /** So few puts in all that three members' caches fit into the heap of one. */
  private static final int ROUNDS = 5;

  private static final int PUTS_AT_LEADER = 10_000;
  private static final int GETS_AT_LEADER = 8_000;
  private static final int REQUESTS_AT_FOLLOWER = 1_000;
  private static final int IN_FLIGHT = 64;
  private static final int KEYS = 1_000;
  private static final long SECONDS_MAX = 60;

  private final List<Server> servers = new ArrayList<>();
  private final List<ManagedChannel> channels = new ArrayList<>();

  private ClusterRehearsal() {}

  /**
   * Runs the members.
   *
   * @param config what they have in common; their directories are made in its directory
   */
  static void run(ServerConfig config, Function<ServerConfig, Server> servers) throws Exception {
    ClusterRehearsal rehearsal = new ClusterRehearsal();
    try {
      rehearsal.start(members(config), servers);
      rehearsal.load();
    } finally {
      rehearsal.stop();
    }
  }

  private static List<ServerConfig> members(ServerConfig config) throws IOException {
    Map<String, List<String>> initial = new TreeMap<>();
    Map<String, InetSocketAddress> addresses = new TreeMap<>();
    for (int i = 0; i < MEMBERS; i++) {
      InetSocketAddress address = freeAddress();
      addresses.put("m" + i, address);
      initial.put("m" + i, List.of("http://127.0.0.1:" + address.getPort()));
    }
    List<ServerConfig> members = new ArrayList<>();
    addresses.forEach((name, address) -> members.add(member(config, name, address, initial)));
    return members;
  }

  /** One that was free a moment ago: members have to know each other's before any is bound. */
  private static InetSocketAddress freeAddress() throws IOException {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    try (ServerSocket socket = new ServerSocket(0, 1, loopback)) {
      return new InetSocketAddress(loopback, socket.getLocalPort());
    }
  }

  private static ServerConfig member(
      ServerConfig config,
      String name,
      InetSocketAddress peerAddress,
      Map<String, List<String>> initial) {
    ServerConfig.Listen listen = config.listen();
    ServerConfig.Cluster cluster = config.cluster();
    List<String> advertised = List.copyOf(initial.getOrDefault(name, List.of()));
    return new ServerConfig(
        name,
        config.dataDir().resolve("rehearsal").resolve(name),
        config.backend(),
        config.pluginsDir(),
        config.memoryBytes(),
        new ServerConfig.Listen(
            listen.clientUrls(),
            listen.clientAddresses(),
            listen.advertisedClientUrls(),
            List.of(peerAddress),
            listen.transport()),
        new ServerConfig.Cluster(
            new ServerConfig.Origin(initial, false, "rehearsal", advertised),
            cluster.heartbeatMillis(),
            cluster.electionMillis(),
            cluster.preVote(),
            cluster.strictReconfiguration(),
            cluster.learnersMax(),
            cluster.forceNew(),
            cluster.leaseCheckpoints(),
            cluster.dialsFromAdvertisedAddress(),
            cluster.hastensFirstElection()),
        config.limits(),
        config.log(),
        config.syncs());
  }

  /** Members start side by side: none is ready before a second one is there. */
  private void start(List<ServerConfig> members, Function<ServerConfig, Server> assembly)
      throws Exception {
    try (ExecutorService starters = Executors.newFixedThreadPool(MEMBERS)) {
      List<Future<List<InetSocketAddress>>> starting = new ArrayList<>();
      for (ServerConfig member : members) {
        Server server = assembly.apply(member);
        servers.add(server);
        starting.add(starters.submit(() -> server.start(new CompletableFuture<>())));
      }
      for (Future<List<InetSocketAddress>> started : starting) {
        InetSocketAddress address = started.get(SECONDS_MAX, TimeUnit.SECONDS).getFirst();
        channels.add(Rehearsal.connect(address));
      }
    }
  }

  private void load() throws Exception {
    ManagedChannel leader = channels.getFirst();
    ManagedChannel follower = channels.getLast();
    for (ManagedChannel channel : channels) {
      if (leads(channel)) {
        leader = channel;
      } else {
        follower = channel;
      }
    }
    for (int round = 0; round < ROUNDS; round++) {
      puts(leader, PUTS_AT_LEADER);
      gets(leader, GETS_AT_LEADER);
      puts(follower, REQUESTS_AT_FOLLOWER);
      gets(follower, REQUESTS_AT_FOLLOWER);
    }
  }

  private static boolean leads(ManagedChannel channel) throws Exception {
    StatusResponse status =
        MaintenanceGrpc.newFutureStub(channel)
            .status(StatusRequest.getDefaultInstance())
            .get(SECONDS_MAX, TimeUnit.SECONDS);
    return status.getLeader() == status.getHeader().getMemberId();
  }

  private static void puts(ManagedChannel channel, int count) throws Exception {
    KVGrpc.KVFutureStub kv = KVGrpc.newFutureStub(channel);
    ByteString value = ByteString.copyFrom(new byte[256]);
    Deque<Future<?>> answers = new ArrayDeque<>();
    for (int i = 0; i < count; i++) {
      Rehearsal.await(answers, IN_FLIGHT);
      answers.add(kv.put(PutRequest.newBuilder().setKey(key(i)).setValue(value).build()));
    }
    Rehearsal.await(answers, 1);
  }

  private static void gets(ManagedChannel channel, int count) throws Exception {
    KVGrpc.KVFutureStub kv = KVGrpc.newFutureStub(channel);
    Deque<Future<?>> answers = new ArrayDeque<>();
    for (int i = 0; i < count; i++) {
      Rehearsal.await(answers, IN_FLIGHT);
      answers.add(kv.range(RangeRequest.newBuilder().setKey(key(i)).build()));
    }
    Rehearsal.await(answers, 1);
  }

  private static ByteString key(int i) {
    return ByteString.copyFromUtf8("%08d".formatted(i % KEYS));
  }

  private void stop() throws Exception {
    for (ManagedChannel channel : channels) {
      Rehearsal.disconnect(channel);
    }
    servers.forEach(Server::stop);
  }
}
