// SPDX-License-Identifier: Apache-2.0
package io.cairn.benchmarks;

import io.cairn.benchmarks.Row.Kind;
import io.cairn.benchmarks.load.LoadResult;
import io.cairn.benchmarks.load.Workload;
import io.cairn.benchmarks.load.Workload.Operation;
import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * A warm server: first what writes, then, after a restart, what reads. etcd 3.4 reads slower after
 * a burst of writes, so the restart shows it at its best.
 */
final class ServingTrial implements Trial {
  private static final Set<Kind> WRITES =
      EnumSet.of(Kind.PUT, Kind.ALLPUT, Kind.TXN, Kind.CAS, Kind.WATCH, Kind.COMPACTING);
  private static final Set<Kind> READS = EnumSet.of(Kind.GET, Kind.ALLGET, Kind.SGET, Kind.RANGE);
  private static final int WATCH_CONNECTIONS = 4;

  @Override
  public List<Row> of(List<Row> rows) {
    return rows.stream()
        .filter(row -> WRITES.contains(row.kind()) || READS.contains(row.kind()))
        .toList();
  }

  @Override
  public void run(
      Contender contender, List<Row> rows, Settings settings, BiConsumer<Row, Sample> results)
      throws IOException, InterruptedException {
    List<Row> writes = rows.stream().filter(row -> WRITES.contains(row.kind())).toList();
    List<Row> reads = rows.stream().filter(row -> READS.contains(row.kind())).toList();
    int keys = settings.keys();
    try (ServerProcess server = ServerProcess.prepare(contender, settings)) {
      server.start();
      Trial.fill(server, keys);
      if (!writes.isEmpty()) {
        warm(server, Workload.of(Operation.PUT, 256, keys), settings);
      }
      for (Row row : writes) {
        measure(server, row, settings, results);
      }
      if (!reads.isEmpty()) {
        server.stop();
        server.start();
        // In a cluster linearizable reads are more than serializable ones: all members have a part.
        Operation read = settings.members() > 1 ? Operation.GET : Operation.SGET;
        warm(server, Workload.of(read, 64, keys), settings);
      }
      for (Row row : reads) {
        measure(server, row, settings, results);
      }
      server.stop();
    }
  }

  private static void warm(ServerProcess server, Workload workload, Settings settings)
      throws IOException {
    server.load(workload, 0, settings.warmSeconds());
  }

  private static void measure(
      ServerProcess server, Row row, Settings settings, BiConsumer<Row, Sample> results)
      throws IOException {
    int keys = settings.keys();
    int inFlight = row.inFlight();
    switch (row.kind()) {
      case PUT ->
          requests(server, row, Workload.of(Operation.PUT, inFlight, keys), settings, results);
      case ALLPUT ->
          requestsToAll(server, row, Workload.of(Operation.PUT, inFlight, keys), settings, results);
      case ALLGET ->
          requestsToAll(server, row, Workload.of(Operation.GET, inFlight, keys), settings, results);
      case TXN ->
          requests(server, row, Workload.of(Operation.TXN, inFlight, keys), settings, results);
      case CAS ->
          requests(server, row, Workload.of(Operation.CAS, inFlight, keys), settings, results);
      case GET ->
          requests(server, row, Workload.of(Operation.GET, inFlight, keys), settings, results);
      case SGET ->
          requests(server, row, Workload.of(Operation.SGET, inFlight, keys), settings, results);
      case RANGE -> {
        Workload range = Workload.of(Operation.RANGE, inFlight, keys).withRange(row.size());
        requests(server, row, range, settings, results);
      }
      case WATCH -> {
        Workload watched =
            Workload.of(Operation.PUT, inFlight, keys)
                .watchedBy(row.size(), Math.min(row.size(), WATCH_CONNECTIONS));
        results.accept(
            row, Sample.events(server.load(watched, SETTLE_SECONDS, settings.seconds())));
      }
      case COMPACTING -> {
        Workload puts = Workload.of(Operation.PUT, inFlight, keys);
        LoadResult alone = server.load(puts, SETTLE_SECONDS, settings.seconds());
        // Without settling: the first compaction, with the most to forget, is to be measured.
        LoadResult beside = server.load(puts.whileCompacting(), 0, settings.seconds());
        if (beside.compactions() == 0) {
          throw new IOException(row.name() + ": no compaction began within the measured time");
        }
        Sample sample = Sample.requests(beside);
        results.accept(
            row,
            new Sample(
                beside.perSecond() / alone.perSecond(),
                sample.p99Micros(),
                sample.cpuMicros(),
                sample.generatorShare()));
        results.accept(row.tail(), Sample.plain(beside.p99Micros() / alone.p99Micros()));
      }
      case START,
          FIRST,
          COMPACTINGTAIL,
          MEMORY,
          DISK,
          RESTART,
          COLD,
          PAGE,
          SLOWDISK,
          JOIN,
          JOINTIME ->
          throw new IllegalArgumentException("not a row of this trial: " + row.name());
    }
  }

  private static void requests(
      ServerProcess server,
      Row row,
      Workload workload,
      Settings settings,
      BiConsumer<Row, Sample> results)
      throws IOException {
    results.accept(row, Sample.requests(server.load(workload, SETTLE_SECONDS, settings.seconds())));
  }

  private static void requestsToAll(
      ServerProcess server,
      Row row,
      Workload workload,
      Settings settings,
      BiConsumer<Row, Sample> results)
      throws IOException {
    results.accept(
        row, Sample.requests(server.loadAll(workload, SETTLE_SECONDS, settings.seconds())));
  }
}
