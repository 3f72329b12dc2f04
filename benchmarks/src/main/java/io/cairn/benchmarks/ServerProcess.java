// SPDX-License-Identifier: Apache-2.0
package io.cairn.benchmarks;

import io.cairn.benchmarks.load.LoadGenerator;
import io.cairn.benchmarks.load.LoadResult;
import io.cairn.benchmarks.load.ProcessUsage;
import io.cairn.benchmarks.load.Workload;
import io.cairn.benchmarks.load.Workload.Operation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A contender's server: one member on free loopback ports, with a data directory of its own that is
 * deleted at the end. Every failure carries the last lines of its log.
 */
final class ServerProcess implements AutoCloseable {
  private static final long READY_NANOS_MAX = TimeUnit.SECONDS.toNanos(120);
  private static final long STOP_SECONDS_MAX = 60;
  private static final long POLL_MILLIS = 2;
  private static final double PUT_SECONDS_MAX = 10;
  private static final double COUNT_SECONDS_MAX = 600;
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
  private final Path folder;
  private final boolean slowSync;
  private final InetSocketAddress endpoint;
  private final int peerPort;
  private final Thread guard = new Thread(this::killAndDelete);
  private volatile @Nullable Process process; // Read by the guard, which runs when we are killed.

  private ServerProcess(Contender contender, Path parent, boolean slowSync) throws IOException {
    this.contender = contender;
    this.slowSync = slowSync;
    this.folder = Files.createTempDirectory(parent, "comparison-" + contender.name() + "-");
    try (ServerSocket client = new ServerSocket(0, 1, LOOPBACK);
        ServerSocket peer = new ServerSocket(0, 1, LOOPBACK)) {
      this.endpoint = new InetSocketAddress(LOOPBACK, client.getLocalPort());
      this.peerPort = peer.getLocalPort();
    }
    Runtime.getRuntime().addShutdownHook(guard);
  }

  /** One that is not started yet, with its data below {@code parent}. */
  static ServerProcess prepare(Contender contender, Path parent) throws IOException {
    return new ServerProcess(contender, parent, false);
  }

  /** The same, with every sync of a file 5 ms longer. */
  static ServerProcess prepareWithSlowSync(Contender contender, Path parent) throws IOException {
    return new ServerProcess(contender, parent, true);
  }

  /** Starts it and waits until it has answered a put; returns the seconds that took. */
  double start() throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(command());
    builder.environment().keySet().removeIf(name -> name.startsWith("ETCD_"));
    builder.redirectErrorStream(true);
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()));
    long begun = System.nanoTime();
    Process started = builder.start();
    process = started;
    String last = "no connection";
    while (System.nanoTime() - begun < READY_NANOS_MAX) {
      if (!started.isAlive()) {
        throw failure("ended at start with status " + started.exitValue(), null);
      }
      try (LoadGenerator generator = generator(Workload.of(Operation.PUT, 1, 1), List.of())) {
        LoadResult result = generator.runCount(1, PUT_SECONDS_MAX);
        if (result.requests() == 1 && result.failed() == 0) {
          return (System.nanoTime() - begun) / 1e9;
        }
        last = result.lastFailure();
      } catch (IOException e) {
        last = e.toString(); // Not listening yet.
      }
      Thread.sleep(POLL_MILLIS);
    }
    throw failure("not ready: " + last, null);
  }

  /** Asks it to stop and waits until it has. */
  void stop() throws IOException, InterruptedException {
    Process running = process;
    if (running == null) {
      return;
    }
    for (ProcessHandle server : servers(running)) {
      server.destroy();
    }
    if (!running.waitFor(STOP_SECONDS_MAX, TimeUnit.SECONDS)) {
      kill();
      throw failure("did not stop within " + STOP_SECONDS_MAX + " s", null);
    }
    process = null;
  }

  /** Loads it for {@code seconds} after {@code warmSeconds}. Refused requests are a failure. */
  LoadResult load(Workload workload, double warmSeconds, double seconds) throws IOException {
    try (LoadGenerator generator = generator(workload, pids())) {
      return checked(generator.run(warmSeconds, seconds));
    } catch (IOException e) {
      throw failure(e.getMessage(), e);
    }
  }

  /** Sends {@code count} requests. */
  LoadResult load(Workload workload, long count) throws IOException {
    try (LoadGenerator generator = generator(workload, pids())) {
      LoadResult result = checked(generator.runCount(count, COUNT_SECONDS_MAX));
      if (result.requests() < count) {
        throw new IOException("answered only " + result.requests() + " of " + count + " requests");
      }
      return result;
    } catch (IOException e) {
      throw failure(e.getMessage(), e);
    }
  }

  /** What its memory holds, mapped files included, in megabytes. */
  double residentMegabytes() throws IOException {
    return ProcessUsage.residentMegabytes(pids());
  }

  /** What its data directory occupies, in megabytes. */
  double diskMegabytes() throws IOException, InterruptedException {
    Process du = new ProcessBuilder("du", "-s", "-k", data().toString()).start();
    String output = new String(du.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (du.waitFor() != 0) {
      throw failure("'du' cannot measure the data directory", null);
    }
    return Long.parseLong(output.split("\t", -1)[0]) / 1024.0;
  }

  @Override
  public void close() throws IOException {
    kill();
    try {
      Runtime.getRuntime().removeShutdownHook(guard);
    } catch (IllegalStateException e) {
      return; // We are being shut down; the guard deletes what is left.
    }
    delete();
  }

  private List<String> command() {
    String client = "http://127.0.0.1:" + endpoint.getPort();
    String peer = "http://127.0.0.1:" + peerPort;
    List<String> command = new ArrayList<>(slowSync ? SLOW_SYNC : List.of());
    command.add(contender.program().toString());
    command.addAll(List.of("--name", "m0", "--data-dir", data().toString()));
    command.addAll(List.of("--listen-client-urls", client, "--advertise-client-urls", client));
    command.addAll(List.of("--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer));
    command.addAll(List.of("--initial-cluster", "m0=" + peer));
    command.addAll(List.of("--quota-backend-bytes", "8589934592", "--log-level", "error"));
    command.addAll(contender.arguments());
    return command;
  }

  private LoadGenerator generator(Workload workload, List<Long> pids) throws IOException {
    return new LoadGenerator(List.of(endpoint), workload, pids, _ -> {});
  }

  private List<Long> pids() {
    Process running = process;
    return running == null ? List.of() : servers(running).stream().map(ProcessHandle::pid).toList();
  }

  /** The process itself, or what strace has started. */
  private List<ProcessHandle> servers(Process running) {
    return slowSync ? running.children().toList() : List.of(running.toHandle());
  }

  private static LoadResult checked(LoadResult result) throws IOException {
    if (result.failed() > 0) {
      throw new IOException(result.failed() + " requests failed: " + result.lastFailure());
    }
    return result;
  }

  private IOException failure(@Nullable String what, @Nullable IOException cause)
      throws IOException {
    List<String> lines = Files.exists(log()) ? Files.readAllLines(log()) : List.of();
    List<String> tail = lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size());
    return new IOException(
        contender.name() + ": " + what + "\nend of its log:\n" + String.join("\n", tail), cause);
  }

  private void kill() {
    Process running = process;
    if (running != null) {
      running.descendants().forEach(ProcessHandle::destroyForcibly);
      running.destroyForcibly().onExit().join();
    }
  }

  private void killAndDelete() {
    kill();
    try {
      delete();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete '" + folder + "'", e);
    }
  }

  private void delete() throws IOException {
    List<Path> all;
    try (Stream<Path> paths = Files.walk(folder)) {
      all = paths.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : all) {
      Files.deleteIfExists(path);
    }
  }

  private Path data() {
    return folder.resolve("data");
  }

  private Path log() {
    return folder.resolve("log");
  }
}
