// SPDX-License-Identifier: Apache-2.0
package io.cairn.endtoend.cluster;

import io.cairn.apiprotos.etcdserverpb.StatusRequest;
import io.cairn.apiprotos.etcdserverpb.StatusResponse;
import io.cairn.endtoend.GrpcClient;
import io.cairn.endtoend.ServerProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A member of a cluster: a process at an address of its own, with its data, and a client that talks
 * to it alone.
 */
final class ClusterMember implements AutoCloseable {
  private static final long STATUS_MILLIS_MAX = 1_000;

  private final ServerProcess.Kind kind;
  private final String name;
  private final Path dataDir;
  private final Path log;
  private final String host;
  private final int clientPort;
  private final String peerUrl;
  private final String listenPeerUrl;
  private final GrpcClient client;
  private List<String> flags;
  private String initialCluster = "";
  private boolean existing;
  private volatile boolean learner; // Written by who adds or promotes it, read by clients.
  private volatile boolean paused; // Written by whoever pauses it, read by clients.
  private volatile ServerProcess process; // Written by whoever starts it, read by the links.

  private ClusterMember(
      ServerProcess.Kind kind,
      String name,
      Path dataDir,
      Path log,
      InetAddress address,
      List<String> flags,
      PeerLinks links)
      throws IOException {
    this.kind = kind;
    this.name = name;
    this.dataDir = dataDir;
    this.log = log;
    this.host = address.getHostAddress();
    this.flags = flags;
    this.clientPort = ServerProcess.freePort(address);
    int peerPort = ServerProcess.freePort(address);
    this.listenPeerUrl = "http://" + host + ":" + peerPort;
    this.peerUrl =
        "http://"
            + host
            + ":"
            + links.open(name, address, new InetSocketAddress(address, peerPort));
    this.client = new GrpcClient(host, clientPort);
    this.process = ServerProcess.prepare(command(), clientPort, log);
  }

  /** One that has not started. */
  static ClusterMember prepare(
      ServerProcess.Kind kind,
      String name,
      Path folder,
      Path logs,
      InetAddress address,
      List<String> flags,
      PeerLinks links)
      throws IOException {
    return new ClusterMember(
        kind, name, folder.resolve(name), logs.resolve(name + ".log"), address, flags, links);
  }

  /** Says with whom it starts: the members of a new cluster, or those of one that exists. */
  void cluster(String members, boolean exists) {
    initialCluster = members;
    existing = exists;
  }

  /** Says again whether the cluster exists, from the next start on. */
  void cluster(boolean exists) {
    existing = exists;
  }

  /** Notes whether it is a learner, which refuses what clients usually want. */
  void learner(boolean isOne) {
    learner = isOne;
  }

  boolean isLearner() {
    return learner;
  }

  /** Adds flags to those of the cluster, from the next start on. */
  void flags(String... more) {
    List<String> all = new ArrayList<>(flags);
    all.addAll(List.of(more));
    flags = all;
  }

  String name() {
    return name;
  }

  Path dataDir() {
    return dataDir;
  }

  /** Where the others reach it, over the links. */
  String peerUrl() {
    return peerUrl;
  }

  /** Where clients reach it. */
  String endpoint() {
    return "http://" + host + ":" + clientPort;
  }

  /** A client that talks to this member only. */
  GrpcClient client() {
    return client;
  }

  ServerProcess process() {
    return process;
  }

  /** Starts the process and does not wait. */
  void launch() throws IOException {
    process = ServerProcess.prepare(command(), clientPort, log);
    process.launch();
    client.reconnect();
  }

  /** Starts the process and waits until it serves clients. */
  void start() throws Exception {
    launch();
    process.awaitReady();
    client.reconnect();
  }

  void kill() {
    process.kill();
    paused = false;
  }

  /** Stops the process as an operator would. */
  void stop() throws Exception {
    int status = process.stop();
    // 143 = 128 + SIGTERM: etcd ends by the signal that it was asked with.
    if (status != 0 && status != 143) {
      throw new AssertionError(name + " ended with " + status + ":\n" + process.log());
    }
  }

  void pause() throws Exception {
    process.signal("STOP");
    paused = true;
  }

  void resume() throws Exception {
    if (paused) {
      process.signal("CONT");
      paused = false;
    }
  }

  /** Whether the process runs and is not paused. */
  boolean isUp() {
    return process.isRunning() && !paused;
  }

  StatusResponse status() {
    return client.maintenance(STATUS_MILLIS_MAX).status(StatusRequest.getDefaultInstance());
  }

  /** Its number in the cluster. */
  long id() {
    return status().getHeader().getMemberId();
  }

  /** Loses everything that it has stored. */
  void wipe() throws IOException {
    if (!Files.exists(dataDir)) {
      return;
    }
    List<Path> all;
    try (Stream<Path> paths = Files.walk(dataDir)) {
      all = paths.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : all) {
      Files.delete(path);
    }
  }

  /** Copies everything that it has stored; it must not run. */
  void copyData(Path to) throws IOException {
    List<Path> all;
    try (Stream<Path> paths = Files.walk(dataDir)) {
      all = paths.toList();
    }
    for (Path path : all) {
      Files.copy(path, to.resolve(dataDir.relativize(path)));
    }
  }

  @Override
  public void close() {
    client.close();
    process.close();
  }

  @Override
  public String toString() {
    return name;
  }

  private List<String> command() {
    List<String> command = new ArrayList<>();
    command.add(kind.program());
    command.addAll(List.of("--name", name, "--data-dir", dataDir.toString()));
    command.addAll(List.of("--listen-client-urls", endpoint()));
    command.addAll(List.of("--advertise-client-urls", endpoint()));
    command.addAll(List.of("--listen-peer-urls", listenPeerUrl));
    command.addAll(List.of("--initial-advertise-peer-urls", peerUrl));
    command.addAll(List.of("--initial-cluster", initialCluster));
    command.addAll(List.of("--initial-cluster-state", existing ? "existing" : "new"));
    command.addAll(flags);
    return command;
  }
}
