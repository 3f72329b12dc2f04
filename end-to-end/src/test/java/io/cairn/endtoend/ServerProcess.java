// SPDX-License-Identifier: Apache-2.0
package io.cairn.endtoend;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A server of either kind with one member on loopback, ended with the test. */
final class ServerProcess implements AutoCloseable {
  /** Which server. */
  enum Kind {
    CAIRN("../distribution/target/cairn/bin/cairn"),
    ETCD("etcd");

    private final String program;

    Kind(String program) {
      this.program = program;
    }
  }

  private static final long START_SECONDS_MAX = 60;
  private static final long STOP_SECONDS_MAX = 30;
  private static final int LINES_KEPT = 400;

  /**
   * How a process ended by itself.
   *
   * @param lines what it printed
   */
  record Ended(int exitCode, List<String> lines) {}

  private final List<String> command;
  private final int port;
  private Process process;
  private Output output;

  private ServerProcess(List<String> command, int port) throws IOException {
    this.command = command;
    this.port = port;
    this.process = spawn();
    this.output = new Output(process);
  }

  /** Starts a server and waits until it serves clients. */
  static ServerProcess start(Kind kind, Path dataDir, String... more) throws Exception {
    return start(kind, "m1", dataDir, more);
  }

  /** The same with a name other than {@code m1}. */
  static ServerProcess start(Kind kind, String name, Path dataDir, String... more)
      throws Exception {
    int port = freePort();
    ServerProcess server = new ServerProcess(command(kind, name, dataDir, port, more), port);
    try {
      server.awaitReady();
    } catch (Exception e) {
      server.close();
      throw e;
    }
    return server;
  }

  /** Starts a server that is expected to refuse, and waits until it has ended. */
  static Ended startInVain(Path dataDir, String... more) throws Exception {
    return run(null, Map.of(), command(Kind.CAIRN, "m1", dataDir, freePort(), more));
  }

  /**
   * Runs a command that ends by itself.
   *
   * @param folder where it runs; this process's own if null
   * @param environment all that it finds in its environment
   */
  static Ended run(@Nullable Path folder, Map<String, String> environment, List<String> command)
      throws Exception {
    Process process = spawn(folder, environment, command);
    Output output = new Output(process);
    try {
      if (!process.waitFor(START_SECONDS_MAX, TimeUnit.SECONDS)) {
        throw new AssertionError(command + " does not end:\n" + output.tail());
      }
      output.ended.get(STOP_SECONDS_MAX, TimeUnit.SECONDS);
      return new Ended(process.exitValue(), output.lines());
    } finally {
      var _ = process.destroyForcibly();
    }
  }

  private static List<String> command(
      Kind kind, String name, Path dataDir, int port, String... more) throws IOException {
    String client = "http://127.0.0.1:" + port;
    String peer = "http://127.0.0.1:" + freePort();
    List<String> command =
        new ArrayList<>(
            List.of(
                kind.program,
                "--name",
                name,
                "--data-dir",
                dataDir.toString(),
                "--listen-client-urls",
                client,
                "--advertise-client-urls",
                client,
                "--listen-peer-urls",
                peer,
                "--initial-advertise-peer-urls",
                peer,
                "--initial-cluster",
                name + "=" + peer));
    command.addAll(List.of(more));
    return command;
  }

  /** The launcher of the packaged server. */
  static Path launcher() {
    return Path.of(Kind.CAIRN.program).toAbsolutePath().normalize();
  }

  /** A port that was free a moment ago. */
  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  int port() {
    return port;
  }

  String endpoint() {
    return "http://127.0.0.1:" + port;
  }

  /** The operating system's number of the process. */
  long pid() {
    return process.pid();
  }

  /** Ends the process as a power cut would, as far as a process can. */
  void kill() {
    var _ = process.destroyForcibly().onExit().join();
  }

  /** Stops the process with SIGTERM and returns how it ended. */
  int stop() throws Exception {
    process.destroy();
    if (!process.waitFor(STOP_SECONDS_MAX, TimeUnit.SECONDS)) {
      throw new AssertionError("the server did not stop; its log ends with\n" + output.tail());
    }
    output.ended.get(STOP_SECONDS_MAX, TimeUnit.SECONDS);
    return process.exitValue();
  }

  /** Starts the same command again after it has ended, and waits until it serves clients. */
  void restart() throws Exception {
    if (process.isAlive()) {
      throw new IllegalStateException("the server still runs");
    }
    process = spawn();
    output = new Output(process);
    awaitReady();
  }

  /** The last lines that the server has logged. */
  String log() {
    return output.tail();
  }

  /** The same, line by line; all of them are there once the server has stopped. */
  List<String> logLines() {
    return output.lines();
  }

  @Override
  public void close() {
    if (process.isAlive()) {
      kill();
    }
  }

  private Process spawn() throws IOException {
    return spawn(null, Map.of(), command);
  }

  /** Nothing that the developer has set, such as {@code ETCD_NAME}, reaches the process. */
  private static Process spawn(
      @Nullable Path folder, Map<String, String> environment, List<String> command)
      throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().clear();
    builder.environment().putAll(environment);
    if (folder != null) {
      builder.directory(folder.toFile());
    }
    return builder.start();
  }

  private void awaitReady() throws Exception {
    try {
      output.ready.get(START_SECONDS_MAX, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new AssertionError(command + " does not serve clients:\n" + output.tail(), e);
    }
  }

  /** Reads what a process prints, and knows when it says that it is ready. */
  private static final class Output {
    private final CompletableFuture<Void> ready = new CompletableFuture<>();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final Deque<String> lines = new ArrayDeque<>();

    Output(Process process) {
      Thread.ofPlatform().daemon().start(() -> read(process));
    }

    private void read(Process process) {
      try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
        String line = reader.readLine();
        while (line != null) {
          keep(line);
          if (line.contains("ready to serve client requests")
              || line.contains("serving insecure client requests")) {
            ready.complete(null);
          }
          line = reader.readLine();
        }
        ready.completeExceptionally(new IOException("the process ended"));
      } catch (IOException e) {
        ready.completeExceptionally(e);
      } finally {
        ended.complete(null);
      }
    }

    private synchronized void keep(String line) {
      lines.addLast(line);
      if (lines.size() > LINES_KEPT) {
        lines.removeFirst();
      }
    }

    synchronized List<String> lines() {
      return List.copyOf(lines);
    }

    String tail() {
      return String.join("\n", lines());
    }
  }
}
