// SPDX-License-Identifier: Apache-2.0
package io.cairn.benchmarks;

import io.cairn.benchmarks.Row.Kind;
import io.cairn.benchmarks.load.Workload;
import io.cairn.benchmarks.load.Workload.Operation;
import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;

/** A server with many keys: what it occupies, how soon it is back, how it reads them. */
final class ManyKeysTrial implements Trial {
  private static final Set<Kind> KINDS =
      EnumSet.of(Kind.MEMORY, Kind.DISK, Kind.RESTART, Kind.COLD, Kind.PAGE);
  private static final long REST_MILLIS = 3_000;

  @Override
  public List<Row> of(List<Row> rows) {
    return rows.stream().filter(row -> KINDS.contains(row.kind())).toList();
  }

  @Override
  public void run(
      Contender contender, List<Row> rows, Settings settings, BiConsumer<Row, Sample> results)
      throws IOException, InterruptedException {
    try (ServerProcess server = ServerProcess.prepare(contender, settings)) {
      server.start();
      Trial.fill(server, settings.manyKeys());
      // What is written behind the scenes gets the time to arrive.
      Thread.sleep(REST_MILLIS);
      for (Row row : rows) {
        if (row.kind() == Kind.MEMORY) {
          results.accept(row, Sample.plain(server.residentMegabytes()));
        } else if (row.kind() == Kind.DISK) {
          results.accept(row, Sample.plain(server.diskMegabytes()));
        }
      }
      server.stop();
      if (rows.stream().allMatch(row -> row.kind() == Kind.MEMORY || row.kind() == Kind.DISK)) {
        return;
      }
      double restarted = server.start();
      for (Row row : rows) {
        if (row.kind() == Kind.RESTART) {
          results.accept(row, Sample.plain(restarted));
        } else if (row.kind() == Kind.COLD) {
          results.accept(row, cold(server, row, settings));
        }
      }
      for (Row row : rows) {
        if (row.kind() == Kind.PAGE) {
          Workload page =
              Workload.of(Operation.PAGE, row.inFlight(), settings.manyKeys())
                  .withRange(row.size());
          results.accept(
              row, Sample.requests(server.load(page, 2 * SETTLE_SECONDS, settings.seconds())));
        }
      }
      server.stop();
    }
  }

  /**
   * Ranges that adjoin each other, so that each value is read once and no cache of the server can
   * have it. The code is warmed with the first tenth of the keys, which is then left out.
   */
  private static Sample cold(ServerProcess server, Row row, Settings settings)
      throws IOException, InterruptedException {
    int tenth = Math.max(row.size(), settings.manyKeys() / 10);
    Workload ranges = Workload.of(Operation.RANGE, row.inFlight(), tenth).withRange(row.size());
    server.load(ranges, 0, settings.warmSeconds());
    int rest = settings.manyKeys() - tenth;
    Workload once = ranges.withKeys(tenth, rest).inSequence();
    return Sample.requests(server.load(once, rest / row.size()));
  }
}
