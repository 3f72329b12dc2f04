// SPDX-License-Identifier: Apache-2.0
package io.cairn.benchmarks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The process of one member, on free loopback ports. Every failure carries the end of its log. */
final class MemberProcess {
  private static final long STOP_SECONDS_MAX = 60;
  private static final int LOG_LINES = 20;
  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
  private static final List<String> SLOW_SYNC =
      List.of(
          "strace",
          "-f",
          "--seccomp-bpf",
          "-o",
          "/dev/null",
          "-e",
          "trace=fsync,fdatasync",
          "-e",
          "inject=fsync,fdatasync:delay_exit=5000");

  private final Contender contender;
  private final String name;
  private final Path folder;
  private final boolean slowSync;
  private final InetSocketAddress endpoint;
  private final String peerUrl;
  private volatile @Nullable Process process; // Read by the guard, which runs when we are killed.

  /** One that is not started; {@code slowSync} makes every sync of a file 5 ms longer. */
  MemberProcess(Contender contender, String name, Path parent, boolean slowSync)
      throws IOException {
    this.contender = contender;
    this.name = name;
    this.folder = Files.createDirectory(parent.resolve(name));
    this.slowSync = slowSync;
    try (ServerSocket client = new ServerSocket(0, 1, LOOPBACK);
        ServerSocket peer = new ServerSocket(0, 1, LOOPBACK)) {
      this.endpoint = new InetSocketAddress(LOOPBACK, client.getLocalPort());
      this.peerUrl = "http://127.0.0.1:" + peer.getLocalPort();
    }
  }

  InetSocketAddress endpoint() {
    return endpoint;
  }

  String peerUrl() {
    return peerUrl;
  }

  /** How it is named in a list of members. */
  String asInitial() {
    return name + "=" + peerUrl;
  }

  /** Where its data is. */
  Path data() {
    return folder.resolve("data");
  }

  /** Starts it as one of {@code cluster}, and does not wait. */
  void launch(String cluster, boolean existing) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command(cluster, existing));
    builder.environment().keySet().removeIf(variable -> variable.startsWith("ETCD_"));
    builder.redirectErrorStream(true);
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()));
    process = builder.start();
  }

  /** Fails if it has ended by itself. */
  void check() throws IOException {
    Process started = process;
    if (started != null && !started.isAlive()) {
      throw failure("ended with status " + started.exitValue(), null);
    }
  }

  /** Asks it to stop. */
  void terminate() {
    Process running = process;
    if (running != null) {
      servers(running).forEach(ProcessHandle::destroy);
    }
  }

  /** Waits until it has stopped. */
  void awaitEnd() throws IOException, InterruptedException {
    Process running = process;
    if (running != null && !running.waitFor(STOP_SECONDS_MAX, TimeUnit.SECONDS)) {
      kill();
      throw failure("did not stop within " + STOP_SECONDS_MAX + " s", null);
    }
    process = null;
  }

  void kill() {
    Process running = process;
    if (running != null) {
      running.descendants().forEach(ProcessHandle::destroyForcibly);
      running.destroyForcibly().onExit().join();
    }
  }

  /** The processes to measure. */
  List<Long> pids() {
    Process running = process;
    return running == null ? List.of() : servers(running).stream().map(ProcessHandle::pid).toList();
  }

  /** What went wrong, with the end of the log. */
  IOException failure(@Nullable String what, @Nullable IOException cause) throws IOException {
    List<String> lines = Files.exists(log()) ? Files.readAllLines(log()) : List.of();
    List<String> tail = lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size());
    return new IOException(
        contender.name() + ": " + what + "\nend of its log:\n" + String.join("\n", tail), cause);
  }

  private List<String> command(String cluster, boolean existing) {
    String client = "http://127.0.0.1:" + endpoint.getPort();
    List<String> command = new ArrayList<>(slowSync ? SLOW_SYNC : List.of());
    command.add(contender.program().toString());
    command.addAll(List.of("--name", name, "--data-dir", data().toString()));
    command.addAll(List.of("--listen-client-urls", client, "--advertise-client-urls", client));
    command.addAll(
        List.of("--listen-peer-urls", peerUrl, "--initial-advertise-peer-urls", peerUrl));
    command.addAll(List.of("--initial-cluster", cluster));
    command.addAll(List.of("--initial-cluster-state", existing ? "existing" : "new"));
    command.addAll(List.of("--quota-backend-bytes", "8589934592", "--log-level", "error"));
    command.addAll(contender.arguments());
    return command;
  }

  /** The process itself, or what strace has started. */
  private List<ProcessHandle> servers(Process running) {
    return slowSync ? running.children().toList() : List.of(running.toHandle());
  }

  private Path log() {
    return folder.resolve("log");
  }
}
