// SPDX-License-Identifier: Apache-2.0
package io.cairn.benchmarks;

import io.cairn.benchmarks.Row.Kind;
import io.cairn.benchmarks.load.Workload;
import io.cairn.benchmarks.load.Workload.Operation;
import java.io.IOException;
import java.util.List;
import java.util.function.BiConsumer;

/** A server on a disk that takes 5 ms for every sync, as an ordinary disk does. */
final class SlowDiskTrial implements Trial {
  @Override
  public List<Row> of(List<Row> rows) {
    return rows.stream().filter(row -> row.kind() == Kind.SLOWDISK).toList();
  }

  @Override
  public void run(
      Contender contender, List<Row> rows, Settings settings, BiConsumer<Row, Sample> results)
      throws IOException, InterruptedException {
    try (ServerProcess server = ServerProcess.prepareWithSlowSync(contender, settings)) {
      server.start();
      server.load(Workload.of(Operation.PUT, 256, settings.keys()), 0, settings.warmSeconds());
      for (Row row : rows) {
        Workload puts = Workload.of(Operation.PUT, row.inFlight(), settings.keys());
        results.accept(row, Sample.requests(server.load(puts, SETTLE_SECONDS, settings.seconds())));
      }
      server.stop();
    }
  }
}
