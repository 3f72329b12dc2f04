// SPDX-License-Identifier: Apache-2.0
package io.cairn.endtoend;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A server of either kind on loopback, ended with the test, and at the latest with the JVM that
 * runs the tests.
 */
public final class ServerProcess implements AutoCloseable {
  /** Which server. */
  public enum Kind {
    CAIRN("../distribution/target/cairn/bin/cairn"),
    ETCD("etcd");

    private final String program;

    Kind(String program) {
      this.program = program;
    }

    /** What to run. */
    public String program() {
      return program;
    }
  }

  private static final long START_SECONDS_MAX = 60;
  private static final long STOP_SECONDS_MAX = 30;

  /** All that run, so that none is left when the tests are broken off. */
  private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> RUNNING.forEach(Process::destroyForcibly)));
  }

  /**
   * How a process ended by itself.
   *
   * @param lines what it printed
   */
  public record Ended(int exitCode, List<String> lines) {}

  private final List<String> command;
  private final int port;
  private final @Nullable Path log;
  // Written by whoever starts the server, read by all threads of a test.
  private volatile @Nullable Process process;
  private volatile @Nullable ServerOutput output;

  private ServerProcess(List<String> command, int port, @Nullable Path log) {
    this.command = List.copyOf(command);
    this.port = port;
    this.log = log;
  }

  /**
   * A server that is not started yet.
   *
   * @param port where it will listen for clients
   * @param log where everything that it prints is appended
   */
  public static ServerProcess prepare(List<String> command, int port, Path log) {
    return new ServerProcess(command, port, log);
  }

  /** Starts a server and waits until it serves clients. */
  public static ServerProcess start(Kind kind, Path dataDir, String... more) throws Exception {
    return start(kind, "m1", dataDir, more);
  }

  /** The same with a name other than {@code m1}. */
  static ServerProcess start(Kind kind, String name, Path dataDir, String... more)
      throws Exception {
    int port = freePort();
    ServerProcess server = new ServerProcess(command(kind, name, dataDir, port, more), port, null);
    try {
      server.launch();
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
  public static Ended run(
      @Nullable Path folder, Map<String, String> environment, List<String> command)
      throws Exception {
    Process process = spawn(folder, environment, command);
    ServerOutput output = new ServerOutput(process, null);
    try {
      if (!process.waitFor(START_SECONDS_MAX, TimeUnit.SECONDS)) {
        throw new AssertionError(command + " does not end:\n" + output.tail());
      }
      output.ended().get(STOP_SECONDS_MAX, TimeUnit.SECONDS);
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
  public static Path launcher() {
    return Path.of(Kind.CAIRN.program).toAbsolutePath().normalize();
  }

  /** A port that was free a moment ago. */
  static int freePort() throws IOException {
    return freePort(InetAddress.getLoopbackAddress());
  }

  /** The same at one of the many addresses that loopback has. */
  public static int freePort(InetAddress address) throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, address)) {
      return socket.getLocalPort();
    }
  }

  /** Where it listens for clients. */
  public int port() {
    return port;
  }

  String endpoint() {
    return "http://127.0.0.1:" + port;
  }

  /** Starts the process, and does not wait for anything. */
  public void launch() throws IOException {
    if (isRunning()) {
      throw new IllegalStateException("the server still runs");
    }
    Process started = spawn(null, Map.of(), command);
    process = started;
    output = new ServerOutput(started, log);
  }

  /** Waits until the server serves clients. */
  public void awaitReady() throws Exception {
    try {
      output().ready().get(START_SECONDS_MAX, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new AssertionError(command + " does not serve clients:\n" + output().tail(), e);
    }
  }

  /** Whether the process exists, paused or not. */
  public boolean isRunning() {
    Process last = process;
    return last != null && last.isAlive();
  }

  /** The number of the process. */
  public long pid() {
    return process().pid();
  }

  /** Ends the process as a power cut would, as far as a process can. */
  public void kill() {
    var _ = process().destroyForcibly().onExit().join();
  }

  /** Sends a signal such as {@code STOP}. */
  public void signal(String name) throws Exception {
    Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(pid())).start();
    if (kill.waitFor() != 0) {
      throw new IOException("no signal " + name + " for process " + pid());
    }
  }

  /** Stops the process with SIGTERM and returns how it ended. */
  public int stop() throws Exception {
    signal("TERM"); // Process.destroy would also close the pipe that the server logs to.
    return awaitEnd(STOP_SECONDS_MAX).exitCode();
  }

  /** Waits until the process has ended by itself. */
  public Ended awaitEnd(long secondsMax) throws Exception {
    if (!process().waitFor(secondsMax, TimeUnit.SECONDS)) {
      throw new AssertionError("the server did not stop; its log ends with\n" + output().tail());
    }
    output().ended().get(STOP_SECONDS_MAX, TimeUnit.SECONDS);
    return new Ended(process().exitValue(), output().lines());
  }

  /** Starts the same command again after it has ended, and waits until it serves clients. */
  public void restart() throws Exception {
    launch();
    awaitReady();
  }

  /** The last lines that the server has logged. */
  public String log() {
    return output().tail();
  }

  /** The same, line by line; all of them are there once the server has stopped. */
  public List<String> logLines() {
    return output().lines();
  }

  @Override
  public void close() {
    if (isRunning()) {
      kill();
    }
  }

  private Process process() {
    Process last = process;
    if (last == null) {
      throw new IllegalStateException("the server was never started");
    }
    return last;
  }

  private ServerOutput output() {
    ServerOutput last = output;
    if (last == null) {
      throw new IllegalStateException("the server was never started");
    }
    return last;
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
    Process process = builder.start();
    RUNNING.add(process);
    var _ = process.onExit().thenAccept(RUNNING::remove);
    return process;
  }
}
