// SPDX-License-Identifier: Apache-2.0
package io.cairn.distribution;

import static io.cairn.spi.environment.EventLog.field;

import io.cairn.distribution.config.ConfigException;
import io.cairn.distribution.config.Configuration;
import io.cairn.distribution.config.ServerConfig;
import io.cairn.kernel.environment.JsonEventLog;
import io.cairn.spi.environment.EventLog;
import io.cairn.spi.environment.EventLog.Level;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The server's process. */
public final class Main {
  private static final String REHEARSAL = "io.cairn.distribution.rehearsal";
  private static final String USAGE =
      """
      Usage:

        cairn [flags]
          Start a Cairn server. The flags are etcd's; docs/configuration.md lists them.

        cairn --version
          Show the version.

        cairn --config-file
          Path to the server configuration file. Note that if a configuration file is provided, other
          command line flags and environment variables will be ignored.
      """;

  private Main() {}

  /** Puts a server together; how a distribution says what it is made of. */
  @FunctionalInterface
  public interface Assembly {
    /** A server for a configuration, not started, that logs to {@code log}. */
    Server server(ServerConfig config, EventLog log);
  }

  /** Runs the default distribution's server until a signal stops it. */
  public static void main(String[] arguments) {
    run(
        List.of(arguments),
        (config, log) -> DaggerServerComponent.factory().create(config, log).server());
  }

  /** Runs a server until a signal stops it; ends the process if the server cannot run. */
  public static void run(List<String> arguments, Assembly assembly) {
    int exitCode = exitCode(arguments, assembly);
    if (exitCode != 0) {
      Runtime.getRuntime().halt(exitCode);
    }
  }

  private static int exitCode(List<String> arguments, Assembly assembly) {
    if (arguments.contains("-h") || arguments.contains("-help") || arguments.contains("--help")) {
      write(FileDescriptor.out, USAGE);
      return 0;
    }
    EventLog log = new JsonEventLog(List.of(stderr()), Level.INFO, JsonEventLog.Form.JSON);
    Configuration configuration;
    ServerConfig config;
    try {
      configuration = Configuration.read(arguments, System.getenv());
      config = configuration.resolve();
      log = open(config.log());
    } catch (ConfigException e) {
      if (e.exitCode() == 2) {
        write(FileDescriptor.err, e.getMessage() + "\n" + USAGE);
      } else {
        log.warn("failed to verify flags", field("error", e.getMessage()));
      }
      return e.exitCode();
    } catch (IOException e) {
      log.error("cannot open the log", field("error", e.toString()));
      return 1;
    }
    for (Configuration.Notice notice : configuration.notices()) {
      log.log(
          notice.warning() ? Level.WARN : Level.INFO,
          notice.message(),
          field(notice.field(), notice.value()));
    }
    log.info("Running: ", field("args", arguments));
    return serve(config, log, assembly);
  }

  private static int serve(ServerConfig config, EventLog log, Assembly assembly) {
    LibraryLog.install(log);
    try {
      if (Boolean.getBoolean(REHEARSAL)) {
        Rehearsal.run(config, one -> assembly.server(one, log));
        return 0;
      }
      Server server = assembly.server(config, log);
      StopSignal signal = StopSignal.install(log);
      if (!server.start(signal.received()).isEmpty()) {
        InitDaemon.tellReady(System.getenv(InitDaemon.VARIABLE), log);
      }
      var _ = CompletableFuture.anyOf(signal.received(), server.departed()).join();
      boolean departed = !signal.received().isDone();
      if (departed) {
        log.error(
            "server error",
            field("error", "the member has been permanently removed from the cluster"));
        log.warn(
            "data-dir used by this member must be removed",
            field("data-dir", config.dataDir().toString()));
      }
      server.stop();
      if (!departed) {
        signal.raiseAgain();
      }
      return 0;
    } catch (StartException e) {
      e.hints().forEach(log::warn);
      log.log(Level.FATAL, "failed to start", field("error", e.getMessage()));
      return 1;
    } catch (Exception e) {
      log.log(Level.FATAL, "failed to start", field("error", e));
      return 1;
    }
  }

  /** A log that goes where the configuration says. */
  static EventLog open(ServerConfig.Log config) throws IOException {
    List<OutputStream> outputs = new ArrayList<>();
    for (String output : config.outputs()) {
      outputs.add(
          switch (output) {
            case "stderr" -> stderr();
            case "stdout" -> new FileOutputStream(FileDescriptor.out);
            default -> new FileOutputStream(output, true);
          });
    }
    return new JsonEventLog(
        outputs,
        config.level(),
        config.json() ? JsonEventLog.Form.JSON : JsonEventLog.Form.CONSOLE);
  }

  private static OutputStream stderr() {
    return new FileOutputStream(FileDescriptor.err);
  }

  @SuppressWarnings("resource") // The process's own streams stay open.
  private static void write(FileDescriptor descriptor, String text) {
    try {
      new FileOutputStream(descriptor).write(text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new IllegalStateException("cannot write to the terminal", e);
    }
  }
}
