// SPDX-License-Identifier: Apache-2.0
package io.cairn.benchmarks.load;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a fixed number of requests in flight against one or more endpoints and measures how they
 * are answered. The next request leaves when one is answered (a closed loop), so a slow server is
 * asked less, as by real clients. Good for one run; belongs to one thread.
 */
public final class LoadGenerator implements AutoCloseable {
  private static final long SEED = 42;
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final long SETUP_NANOS_MAX = 20 * SECOND;
  private static final int TURN_MILLIS_MAX = 10;

  private final Workload workload;
  private final List<Long> pids;
  private final Consumer<String> progress;
  private final RequestWriter requests;
  private final Selector selector;
  private final List<Asker> askers = new ArrayList<>();
  private final List<WatchListener> listeners = new ArrayList<>();
  private final @Nullable Compactor compactor;
  private final Latencies latencies = new Latencies();

  /** Those of the second that is told next. */
  private Latencies lately = new Latencies();

  private long asked;
  private long askedMax = Long.MAX_VALUE;
  private long answered;
  private long refused;
  private String lastFailure = "";
  private boolean measuring;

  /**
   * Connects, and waits until the server is ready and all watchers are created.
   *
   * @param endpoints where the server listens; connections are spread over them
   * @param pids the server's processes, to measure what they use; may be empty
   * @param progress is told a line per second
   * @throws IOException when an endpoint cannot be reached or does not serve in time
   */
  public LoadGenerator(
      List<InetSocketAddress> endpoints,
      Workload workload,
      List<Long> pids,
      Consumer<String> progress)
      throws IOException {
    this.workload = workload;
    this.pids = List.copyOf(pids);
    this.progress = progress;
    this.requests = new RequestWriter(workload, SEED);
    this.selector = Selector.open();
    try {
      String path = workload.operation().path();
      for (int i = 0; i < workload.connections(); i++) {
        InetSocketAddress endpoint = endpoints.get(i % endpoints.size());
        askers.add(new Asker(endpoint, selector, path, requests, this::answered));
      }
      compactor =
          workload.compacting() ? new Compactor(endpoints.getFirst(), selector, requests) : null;
      awaitReadiness();
      watch(endpoints);
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  /**
   * Asks for {@code warmSeconds}, then measures for {@code seconds}.
   *
   * @throws IOException when a connection breaks
   */
  public LoadResult run(double warmSeconds, double seconds) throws IOException {
    fill();
    loop((long) (warmSeconds * SECOND), Long.MAX_VALUE);
    Measurement before = begin();
    loop((long) (seconds * SECOND), Long.MAX_VALUE);
    return end(before);
  }

  /**
   * Asks {@code count} times and measures all of it; ends after {@code secondsMax} at the latest.
   *
   * @throws IOException when a connection breaks
   */
  public LoadResult runCount(long count, double secondsMax) throws IOException {
    askedMax = count;
    Measurement before = begin();
    fill();
    loop((long) (secondsMax * SECOND), count);
    return end(before);
  }

  /**
   * Asks and measures until {@code over} says so, or {@code secondsMax} have passed.
   *
   * @throws IOException when a connection breaks
   */
  public LoadResult runUntil(double secondsMax, BooleanSupplier over) throws IOException {
    fill();
    Measurement before = begin();
    long begun = System.nanoTime();
    while (!over.getAsBoolean() && System.nanoTime() - begun < secondsMax * SECOND) {
      turn(System.nanoTime());
    }
    return end(before);
  }

  @Override
  public void close() throws IOException {
    for (Asker asker : askers) {
      asker.close();
    }
    for (WatchListener listener : listeners) {
      listener.close();
    }
    if (compactor != null) {
      compactor.close();
    }
    selector.close();
  }

  /** What had been counted when measuring began. */
  private record Measurement(
      long nanos, double serverCpu, double ownCpu, long events, long compactions) {}

  private Measurement begin() throws IOException {
    measuring = true;
    return now();
  }

  private LoadResult end(Measurement before) throws IOException {
    measuring = false;
    Measurement after = now();
    return new LoadResult(
        latencies.total(),
        (after.nanos - before.nanos) / (double) SECOND,
        latencies.micros(0.5),
        latencies.micros(0.99),
        latencies.micros(0.999),
        latencies.microsMax(),
        failed(),
        lastFailure(),
        after.serverCpu - before.serverCpu,
        after.ownCpu - before.ownCpu,
        after.events - before.events,
        after.compactions - before.compactions,
        ProcessUsage.residentMegabytes(pids));
  }

  private Measurement now() throws IOException {
    return new Measurement(
        System.nanoTime(),
        ProcessUsage.cpuSeconds(pids),
        ProcessUsage.cpuSeconds(List.of(ProcessHandle.current().pid())),
        listeners.stream().mapToLong(WatchListener::events).sum(),
        compactor == null ? 0 : compactor.begun());
  }

  private void fill() throws IOException {
    for (int i = 0; i < workload.inFlight() && asked < askedMax; i++) {
      asked++;
      askers.get(i % askers.size()).ask();
    }
    for (Asker asker : askers) {
      asker.connection().flush();
    }
  }

  private void answered(Asker asker, boolean succeeded, long nanos) {
    answered++;
    lately.add(nanos);
    if (measuring) {
      latencies.add(nanos);
    }
    if (!succeeded) {
      refused++;
      lastFailure = asker.connection().lastFailure();
    }
    if (asked < askedMax) {
      asked++;
      asker.ask();
    }
  }

  private void loop(long nanos, long count) throws IOException {
    long begun = System.nanoTime();
    long nextReport = begun + SECOND;
    long lastReported = answered;
    long wanted = count == Long.MAX_VALUE ? count : answered + count;
    long now = begun;
    while (answered < wanted && now - begun < nanos) {
      turn(now);
      now = System.nanoTime();
      if (now - nextReport >= 0) {
        progress.accept(
            (measuring ? "measuring: " : "warming up: ")
                + (answered - lastReported)
                + " requests in the last second, p99 "
                + Math.round(lately.micros(0.99))
                + " us"
                + (failed() == 0 ? "" : ", failed so far: " + failed() + " " + lastFailure()));
        lastReported = answered;
        lately = new Latencies();
        nextReport += SECOND;
      }
    }
  }

  private void turn(long now) throws IOException {
    if (compactor != null) {
      compactor.turn(now);
    }
    selector.select(TURN_MILLIS_MAX);
    for (SelectionKey key : selector.selectedKeys()) {
      HttpConnection connection = (HttpConnection) key.attachment();
      if (key.isReadable()) {
        connection.read();
      }
      connection.flush();
    }
    selector.selectedKeys().clear();
  }

  private void watch(List<InetSocketAddress> endpoints) throws IOException {
    int connections = workload.watchers() == 0 ? 0 : workload.watchConnections();
    for (int i = 0; i < connections; i++) {
      int share =
          workload.watchers() / connections + (i < workload.watchers() % connections ? 1 : 0);
      InetSocketAddress endpoint = endpoints.get(i % endpoints.size());
      listeners.add(new WatchListener(endpoint, selector, requests, share));
    }
    long begun = System.nanoTime();
    while (listeners.stream().mapToLong(WatchListener::created).sum() < workload.watchers()) {
      long now = System.nanoTime();
      if (now - begun > SETUP_NANOS_MAX || failed() > 0) {
        throw new IOException("the server did not create all watchers " + lastFailure());
      }
      turn(now);
    }
  }

  private void awaitReadiness() throws IOException {
    for (Asker asker : askers) {
      asker.connection().flush();
    }
    long begun = System.nanoTime();
    long now = begun;
    while (!askers.stream().allMatch(asker -> asker.connection().isReady())) {
      if (now - begun > SETUP_NANOS_MAX) {
        throw new IOException("the server accepts connections and does not serve them");
      }
      turn(now);
      now = System.nanoTime();
    }
    int calls = (workload.inFlight() + askers.size() - 1) / askers.size();
    for (Asker asker : askers) {
      int callsMax = asker.connection().callsMax();
      if (calls > callsMax) {
        throw new IOException(
            "the server takes only "
                + callsMax
                + " calls at a time on a connection, not "
                + calls
                + "; use more connections");
      }
    }
  }

  private long failed() {
    return refused
        + listeners.stream().mapToLong(WatchListener::ended).sum()
        + (compactor == null ? 0 : compactor.failed());
  }

  private String lastFailure() {
    StringBuilder all = new StringBuilder(lastFailure);
    for (WatchListener listener : listeners) {
      all.append(listener.ended() == 0 ? "" : " a watch ended: " + listener.lastFailure());
    }
    if (compactor != null && compactor.failed() > 0) {
      all.append(" a compaction failed: ").append(compactor.lastFailure());
    }
    return all.toString();
  }
}
