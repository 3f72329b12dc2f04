// SPDX-License-Identifier: Apache-2.0
package io.cairn.benchmarks;

import io.cairn.benchmarks.Row.Kind;
import io.cairn.benchmarks.load.Workload;
import io.cairn.benchmarks.load.Workload.Operation;
import java.io.IOException;
import java.util.List;
import java.util.function.BiConsumer;

/** A server without data: how soon it answers, and how fast while it is new. */
final class FreshStartTrial implements Trial {
  @Override
  public List<Row> of(List<Row> rows) {
    return rows.stream()
        .filter(row -> row.kind() == Kind.START || row.kind() == Kind.FIRST)
        .toList();
  }

  @Override
  public void run(
      Contender contender, List<Row> rows, Settings settings, BiConsumer<Row, Sample> results)
      throws IOException, InterruptedException {
    double started = Double.NaN;
    for (Row row : rows) {
      if (row.kind() == Kind.FIRST || Double.isNaN(started)) {
        try (ServerProcess server = ServerProcess.prepare(contender, settings)) {
          started = server.start();
          if (row.kind() == Kind.FIRST) {
            Workload puts = Workload.of(Operation.PUT, row.inFlight(), settings.keys());
            results.accept(row, Sample.requests(server.load(puts, row.size())));
          }
          server.stop();
        }
      }
    }
    for (Row row : rows) {
      if (row.kind() == Kind.START) {
        results.accept(row, Sample.plain(started));
      }
    }
  }
}
