// SPDX-License-Identifier: Apache-2.0
package io.cairn.benchmarks;

import io.cairn.benchmarks.Row.Kind;
import io.cairn.benchmarks.load.LoadResult;
import io.cairn.benchmarks.load.Workload;
import io.cairn.benchmarks.load.Workload.Operation;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.BiConsumer;

/**
 * A member without data joins a cluster that has much and is being written to: how long that takes,
 * and how much longer the writes take meanwhile.
 */
final class JoinTrial implements Trial {
  private static final int MEGABYTE = 1 << 20;
  private static final int VALUE_BYTES = 4_096;
  private static final double JOIN_SECONDS_MAX = 900;

  @Override
  public List<Row> of(List<Row> rows) {
    return rows.stream().filter(row -> row.kind() == Kind.JOIN).toList();
  }

  @Override
  public void run(
      Contender contender, List<Row> rows, Settings settings, BiConsumer<Row, Sample> results)
      throws IOException, InterruptedException {
    for (Row row : rows) {
      try (ServerProcess server = ServerProcess.prepare(contender, settings)) {
        server.start();
        int keys = Math.max(1_000, (int) ((long) row.size() * MEGABYTE / VALUE_BYTES));
        Workload fill = Workload.of(Operation.PUT, 64, keys).withValues(VALUE_BYTES);
        server.load(fill.inSequence(), keys);
        Workload puts = Workload.of(Operation.PUT, row.inFlight(), settings.keys());
        server.load(puts, 0, settings.warmSeconds());
        LoadResult alone = server.load(puts, SETTLE_SECONDS, 3 * settings.seconds());
        CompletableFuture<Double> joined = new CompletableFuture<>();
        Thread.ofPlatform().daemon().start(() -> join(server, joined));
        LoadResult beside = server.loadUntil(puts, JOIN_SECONDS_MAX, joined::isDone);
        double seconds = seconds(joined);
        System.err.printf(
            Locale.ROOT,
            "%-6s %-18s p99 alone %.0f us, beside the join %.0f us (longest %.0f), %.1f s%n",
            contender.name(),
            row.name(),
            alone.p99Micros(),
            beside.p99Micros(),
            beside.maxMicros(),
            seconds);
        Sample sample = Sample.requests(beside);
        results.accept(
            row,
            new Sample(
                beside.p99Micros() / alone.p99Micros(),
                sample.p99Micros(),
                sample.cpuMicros(),
                sample.generatorShare()));
        results.accept(row.time(), Sample.plain(seconds));
        server.stop();
      }
    }
  }

  private static double seconds(CompletableFuture<Double> joined)
      throws IOException, InterruptedException {
    if (!joined.isDone()) {
      throw new IOException("the member has not joined within " + JOIN_SECONDS_MAX + " s");
    }
    try {
      return joined.get();
    } catch (ExecutionException e) {
      throw new IOException("the member could not join", e.getCause());
    }
  }

  private static void join(ServerProcess server, CompletableFuture<Double> seconds) {
    try {
      seconds.complete(server.join());
    } catch (IOException | InterruptedException e) {
      seconds.completeExceptionally(e);
    }
  }
}
