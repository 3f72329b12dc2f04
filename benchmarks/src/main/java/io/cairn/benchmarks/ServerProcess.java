// SPDX-License-Identifier: Apache-2.0
package io.cairn.benchmarks;

import io.cairn.benchmarks.load.Fields;
import io.cairn.benchmarks.load.LoadGenerator;
import io.cairn.benchmarks.load.LoadResult;
import io.cairn.benchmarks.load.ProcessUsage;
import io.cairn.benchmarks.load.UnaryCall;
import io.cairn.benchmarks.load.Workload;
import io.cairn.benchmarks.load.Workload.Operation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A contender's server: one member, or a cluster of several, with data directories of its own that
 * are deleted at the end. What it uses is the sum over its members.
 */
final class ServerProcess implements AutoCloseable {
  private static final long READY_NANOS_MAX = TimeUnit.SECONDS.toNanos(120);
  private static final long POLL_MILLIS = 2;
  private static final long POLL_SELDOM_MILLIS = 50;
  private static final double PUT_SECONDS_MAX = 10;
  private static final double CALL_SECONDS_MAX = 10;
  private static final double COUNT_SECONDS_MAX = 600;

  // Of StatusResponse, ResponseHeader, MemberAddRequest, MemberAddResponse and Member.
  private static final int HEADER = 1;
  private static final int STATUS_LEADER = 4;
  private static final int HEADER_MEMBER = 2;
  private static final int ADD_PEER_URL = 1;
  private static final int ADD_AS_LEARNER = 2;
  private static final int ADDED_MEMBER = 2;
  private static final int MEMBER_ID = 1;

  private final Contender contender;
  private final Path folder;
  private final List<MemberProcess> members = new ArrayList<>();
  private final Thread guard = new Thread(this::killAndDelete);
  private volatile @Nullable MemberProcess joiner; // Read by the guard, too.

  private ServerProcess(Contender contender, Path parent, int size, boolean slowSync)
      throws IOException {
    this.contender = contender;
    this.folder = Files.createTempDirectory(parent, "comparison-" + contender.name() + "-");
    for (int i = 0; i < size; i++) {
      members.add(new MemberProcess(contender, "m" + i, folder, slowSync));
    }
    Runtime.getRuntime().addShutdownHook(guard);
  }

  /** One that is not started yet. */
  static ServerProcess prepare(Contender contender, Trial.Settings settings) throws IOException {
    return new ServerProcess(contender, settings.folder(), settings.members(), false);
  }

  /** The same, with every sync of a file 5 ms longer. */
  static ServerProcess prepareWithSlowSync(Contender contender, Trial.Settings settings)
      throws IOException {
    return new ServerProcess(contender, settings.folder(), settings.members(), true);
  }

  /** Starts it and waits until it has answered a put; returns the seconds that took. */
  double start() throws IOException, InterruptedException {
    String cluster =
        members.stream().map(MemberProcess::asInitial).collect(Collectors.joining(","));
    long begun = System.nanoTime();
    for (MemberProcess member : members) {
      member.launch(cluster, false);
    }
    for (MemberProcess member : members) {
      awaitPut(member, begun);
    }
    return (System.nanoTime() - begun) / 1e9;
  }

  /** Asks it to stop and waits until it has. */
  void stop() throws IOException, InterruptedException {
    members.forEach(MemberProcess::terminate);
    for (MemberProcess member : members) {
      member.awaitEnd();
    }
  }

  /**
   * Loads it for {@code seconds} after {@code warmSeconds}, through its leader. Refused requests
   * are a failure.
   */
  LoadResult load(Workload workload, double warmSeconds, double seconds) throws IOException {
    return load(List.of(leader().endpoint()), workload, warmSeconds, seconds);
  }

  /** The same through all members alike. */
  LoadResult loadAll(Workload workload, double warmSeconds, double seconds) throws IOException {
    return load(
        members.stream().map(MemberProcess::endpoint).toList(), workload, warmSeconds, seconds);
  }

  /** Sends {@code count} requests. */
  LoadResult load(Workload workload, long count) throws IOException {
    MemberProcess leader = leader();
    try (LoadGenerator generator = generator(List.of(leader.endpoint()), workload, pids())) {
      LoadResult result = checked(generator.runCount(count, COUNT_SECONDS_MAX));
      if (result.requests() < count) {
        throw new IOException("answered only " + result.requests() + " of " + count + " requests");
      }
      return result;
    } catch (IOException e) {
      throw leader.failure(e.getMessage(), e);
    }
  }

  /** Loads it through its leader until {@code over} says so. */
  LoadResult loadUntil(Workload workload, double secondsMax, BooleanSupplier over)
      throws IOException {
    MemberProcess leader = leader();
    try (LoadGenerator generator = generator(List.of(leader.endpoint()), workload, pids())) {
      return checked(generator.runUntil(secondsMax, over));
    } catch (IOException e) {
      throw leader.failure(e.getMessage(), e);
    }
  }

  /**
   * Adds a member without data and makes it a voter as soon as the leader holds it to be up to
   * date; returns the seconds that took. May run beside a load.
   */
  double join() throws IOException, InterruptedException {
    long begun = System.nanoTime();
    MemberProcess added = new MemberProcess(contender, "joiner", folder, false);
    byte[] asLearner = Fields.of(ADD_AS_LEARNER, 1);
    byte[] request = concatenated(Fields.of(ADD_PEER_URL, added.peerUrl()), asLearner);
    byte[] answer = askUntilItWorks("/etcdserverpb.Cluster/MemberAdd", request, begun);
    long id = Fields.parse(answer).message(ADDED_MEMBER).number(MEMBER_ID);
    String cluster =
        Stream.concat(members.stream(), Stream.of(added))
            .map(MemberProcess::asInitial)
            .collect(Collectors.joining(","));
    joiner = added;
    added.launch(cluster, true);
    var _ = askUntilItWorks("/etcdserverpb.Cluster/MemberPromote", Fields.of(MEMBER_ID, id), begun);
    return (System.nanoTime() - begun) / 1e9;
  }

  /** What its memory holds, mapped files included, in megabytes. */
  double residentMegabytes() throws IOException {
    return ProcessUsage.residentMegabytes(pids());
  }

  /** What its data directories occupy, in megabytes. */
  double diskMegabytes() throws IOException, InterruptedException {
    double megabytes = 0;
    for (MemberProcess member : members) {
      Process du = new ProcessBuilder("du", "-s", "-k", member.data().toString()).start();
      String output = new String(du.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (du.waitFor() != 0) {
        throw member.failure("'du' cannot measure the data directory", null);
      }
      megabytes += Long.parseLong(output.split("\t", -1)[0]) / 1024.0;
    }
    return megabytes;
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

  private void awaitPut(MemberProcess member, long begun) throws IOException, InterruptedException {
    String last = "no connection";
    while (System.nanoTime() - begun < READY_NANOS_MAX) {
      member.check();
      Workload put = Workload.of(Operation.PUT, 1, 1);
      try (LoadGenerator generator = generator(List.of(member.endpoint()), put, List.of())) {
        LoadResult result = generator.runCount(1, PUT_SECONDS_MAX);
        if (result.requests() == 1 && result.failed() == 0) {
          return;
        }
        last = result.lastFailure();
      } catch (IOException e) {
        last = e.toString(); // Not listening yet.
      }
      Thread.sleep(POLL_MILLIS);
    }
    throw member.failure("not ready: " + last, null);
  }

  /** The member that says it leads; the only one leads in any case. */
  private MemberProcess leader() throws IOException {
    if (members.size() == 1) {
      return members.getFirst();
    }
    for (MemberProcess member : members) {
      Fields status =
          Fields.parse(
              UnaryCall.ask(
                  member.endpoint(),
                  "/etcdserverpb.Maintenance/Status",
                  new byte[0],
                  CALL_SECONDS_MAX));
      if (status.number(STATUS_LEADER) == status.message(HEADER).number(HEADER_MEMBER)) {
        return member;
      }
    }
    throw members.getFirst().failure("no member leads", null);
  }

  private byte[] askUntilItWorks(String path, byte[] request, long begun)
      throws IOException, InterruptedException {
    while (true) {
      try {
        return UnaryCall.ask(leader().endpoint(), path, request, CALL_SECONDS_MAX);
      } catch (IOException e) {
        if (System.nanoTime() - begun > COUNT_SECONDS_MAX * 1e9) {
          throw e;
        }
      }
      Thread.sleep(POLL_SELDOM_MILLIS);
    }
  }

  private LoadResult load(
      List<InetSocketAddress> endpoints, Workload workload, double warmSeconds, double seconds)
      throws IOException {
    try (LoadGenerator generator = generator(endpoints, workload, pids())) {
      return checked(generator.run(warmSeconds, seconds));
    } catch (IOException e) {
      throw members.getFirst().failure(e.getMessage(), e);
    }
  }

  private static LoadGenerator generator(
      List<InetSocketAddress> endpoints, Workload workload, List<Long> pids) throws IOException {
    return new LoadGenerator(endpoints, workload, pids, _ -> {});
  }

  private List<Long> pids() {
    return members.stream().flatMap(member -> member.pids().stream()).toList();
  }

  private static LoadResult checked(LoadResult result) throws IOException {
    if (result.failed() > 0) {
      throw new IOException(result.failed() + " requests failed: " + result.lastFailure());
    }
    return result;
  }

  private static byte[] concatenated(byte[] first, byte[] second) {
    byte[] both = new byte[first.length + second.length];
    System.arraycopy(first, 0, both, 0, first.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  private void kill() {
    members.forEach(MemberProcess::kill);
    MemberProcess added = joiner;
    if (added != null) {
      added.kill();
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
}
