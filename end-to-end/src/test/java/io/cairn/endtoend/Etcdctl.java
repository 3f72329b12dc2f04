// SPDX-License-Identifier: Apache-2.0
package io.cairn.endtoend;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs Debian's etcdctl. */
public final class Etcdctl {
  private static final long SECONDS_MAX = 30;

  private final String endpoint;

  /** For one endpoint, or several divided by commas. */
  public Etcdctl(String endpoint) {
    this.endpoint = endpoint;
  }

  /**
   * What a command did.
   *
   * @param exitCode how it ended
   * @param output what it printed on both streams
   */
  public record Outcome(int exitCode, String output) {}

  /** Runs a command that must succeed, and returns what it printed. */
  public String ok(String... arguments) throws Exception {
    Outcome outcome = run("", arguments);
    if (outcome.exitCode() != 0) {
      throw new AssertionError(
          "etcdctl " + String.join(" ", arguments) + " failed: " + outcome.output());
    }
    return outcome.output();
  }

  /** Runs a command with text on its standard input. */
  public Outcome run(String input, String... arguments) throws Exception {
    Path output = Files.createTempFile("etcdctl", ".out");
    try {
      Process process =
          builder(arguments).redirectErrorStream(true).redirectOutput(output.toFile()).start();
      process.getOutputStream().write(input.getBytes(StandardCharsets.UTF_8));
      process.getOutputStream().close();
      if (!process.waitFor(SECONDS_MAX, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new AssertionError("etcdctl " + String.join(" ", arguments) + " did not end");
      }
      return new Outcome(process.exitValue(), Files.readString(output));
    } finally {
      Files.delete(output);
    }
  }

  /** Starts a command that goes on until it is ended; the caller ends it. */
  Process start(String... arguments) throws IOException {
    return builder(arguments).redirectErrorStream(true).start();
  }

  private ProcessBuilder builder(String... arguments) {
    List<String> command = new ArrayList<>(List.of("etcdctl", "--endpoints", endpoint));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("ETCDCTL_API", "3");
    return builder;
  }
}
