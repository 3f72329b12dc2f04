// SPDX-License-Identifier: Apache-2.0
package io.cairn.benchmarks;

import io.cairn.benchmarks.load.LoadGenerator;
import io.cairn.benchmarks.load.LoadResult;
import io.cairn.benchmarks.load.Workload;
import io.cairn.benchmarks.load.Workload.Operation;
import io.cairn.benchmarks.program.CommandLine;
import io.cairn.benchmarks.program.CommandLine.Option;
import io.cairn.benchmarks.program.Json;
import io.cairn.benchmarks.program.UsageException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A program that loads any endpoint of etcd's gRPC API and prints what it measured. */
public final class Load {
  private static final List<Option> OPTIONS =
      List.of(
          new Option("endpoints", "HOST:PORT,...", "127.0.0.1:2379", "where the server listens"),
          new Option("operation", "NAME", "put", "put get sget range page txn cas"),
          new Option("connections", "N", "", "connections; at most 8, one per request in flight"),
          new Option("in-flight", "N", "64", "requests under way at any time"),
          new Option("seconds", "S", "5", "how long to measure"),
          new Option("warm-up", "S", "1", "how long to ask before that"),
          new Option("requests", "N", "0", "ask that often instead, without warm-up"),
          new Option("keys", "N", "100000", "how many different keys"),
          new Option("first-key", "N", "0", "the number of the first key"),
          new Option("value-bytes", "N", "256", "size of a value"),
          new Option("range-keys", "N", "100", "keys of a range, or limit of a page"),
          new Option("sequential", "", "", "take keys one after another, not at random"),
          new Option("watchers", "N", "0", "watchers of all keys that look on"),
          new Option("watch-connections", "N", "4", "connections that they share"),
          new Option("compacting", "", "", "keep the server compacting meanwhile"),
          new Option("server-pids", "PID,...", "", "processes whose CPU and memory are measured"),
          new Option("json", "FILE", "", "write all figures there, too"),
          new Option("quiet", "", "", "no progress while it runs"),
          new Option("help", "", "", "show this"));
  private static final int VALUE_BYTES_MAX = 100 << 20;
  private static final double COUNT_SECONDS_MAX = 3600;

  private Load() {}

  /** Exit status: 1 when the run fails or a request was refused, 2 when the options are wrong. */
  public static void main(String[] arguments) {
    int status;
    try {
      status = run(CommandLine.parse(OPTIONS, List.of(arguments)));
    } catch (UsageException e) {
      System.err.println(e.getMessage());
      status = 2;
    } catch (IOException e) {
      System.err.println("the run has failed: " + e.getMessage());
      status = 1;
    }
    System.exit(status);
  }

  private static int run(CommandLine line) throws UsageException, IOException {
    if (line.isSet("help")) {
      System.out.print("Loads an endpoint of etcd's gRPC API.\n\n" + CommandLine.usage(OPTIONS));
      return 0;
    }
    List<InetSocketAddress> endpoints = endpoints(line.list("endpoints"));
    Workload workload = workload(line);
    int requests = line.integer("requests", 0, Integer.MAX_VALUE);
    double warmSeconds = line.decimal("warm-up", 0);
    double seconds = line.decimal("seconds", 0.1);
    List<Long> pids = pids(line.list("server-pids"));
    boolean quiet = line.isSet("quiet");
    LoadResult result;
    try (LoadGenerator generator =
        new LoadGenerator(
            endpoints,
            workload,
            pids,
            text -> {
              if (!quiet) {
                System.err.println(text);
              }
            })) {
      result =
          requests > 0
              ? generator.runCount(requests, COUNT_SECONDS_MAX)
              : generator.run(warmSeconds, seconds);
    }
    System.out.printf(
        Locale.ROOT,
        "%s, %d in flight on %d connections: %s%n",
        workload.operation().label(),
        workload.inFlight(),
        workload.connections(),
        result.line());
    if (!line.text("json").isEmpty()) {
      Files.writeString(Path.of(line.text("json")), Json.write(result.figures()));
    }
    return result.failed() == 0 ? 0 : 1;
  }

  private static Workload workload(CommandLine line) throws UsageException {
    int inFlight = line.integer("in-flight", 1, 1_000_000);
    int watchers = line.integer("watchers", 0, 1_000_000);
    int connections =
        line.text("connections").isEmpty()
            ? Math.min(8, inFlight)
            : line.integer("connections", 1, 10_000);
    try {
      return new Workload(
          operation(line.text("operation")),
          connections,
          inFlight,
          line.integer("first-key", 0, Workload.KEYS_MAX),
          line.integer("keys", 1, Workload.KEYS_MAX),
          line.integer("value-bytes", 0, VALUE_BYTES_MAX),
          line.integer("range-keys", 1, Workload.KEYS_MAX),
          line.isSet("sequential"),
          watchers,
          Math.min(watchers, line.integer("watch-connections", 1, 10_000)),
          line.isSet("compacting"));
    } catch (IllegalArgumentException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
  }

  private static Operation operation(String name) throws UsageException {
    for (Operation operation : Operation.values()) {
      if (operation.label().equals(name)) {
        return operation;
      }
    }
    throw new UsageException(
        "no operation '" + name + "'; there are put, get, sget, range, page, txn, cas");
  }

  private static List<InetSocketAddress> endpoints(List<String> texts) throws UsageException {
    List<InetSocketAddress> endpoints = new ArrayList<>();
    for (String text : texts) {
      String bare = text.startsWith("http://") ? text.substring(7) : text;
      int colon = bare.lastIndexOf(':');
      try {
        endpoints.add(
            new InetSocketAddress(
                bare.substring(0, colon), Integer.parseInt(bare.substring(colon + 1))));
      } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
        throw new UsageException("endpoint '" + text + "' is not of the form host:port");
      }
      if (endpoints.getLast().isUnresolved()) {
        throw new UsageException("endpoint '" + text + "' has an unknown host");
      }
    }
    if (endpoints.isEmpty()) {
      throw new UsageException("option '--endpoints' is empty");
    }
    return endpoints;
  }

  private static List<Long> pids(List<String> texts) throws UsageException {
    List<Long> pids = new ArrayList<>();
    for (String text : texts) {
      if (!text.matches("[0-9]{1,9}") || !Files.exists(Path.of("/proc", text))) {
        throw new UsageException("there is no process '" + text + "'");
      }
      pids.add(Long.parseLong(text));
    }
    return pids;
  }
}
