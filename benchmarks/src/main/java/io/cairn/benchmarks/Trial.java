// SPDX-License-Identifier: Apache-2.0
package io.cairn.benchmarks;

import io.cairn.benchmarks.load.Workload;
import io.cairn.benchmarks.load.Workload.Operation;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BiConsumer;

/** Rows that are measured on one server in one go, because they need the same preparation. */
interface Trial {
  /**
   * How long and how much.
   *
   * @param seconds how long each load is measured
   * @param warmSeconds how long a started server is warmed
   * @param keys how many keys the loads use
   * @param manyKeys how many keys the rows with many keys use
   * @param members how many members each server has
   * @param folder where data directories are made
   */
  record Settings(
      double seconds, double warmSeconds, int keys, int manyKeys, int members, Path folder) {}

  /** How long a load runs before it is measured. */
  double SETTLE_SECONDS = 0.5;

  /** Which of {@code rows} this measures. */
  List<Row> of(List<Row> rows);

  /** Measures {@code rows} once. */
  void run(Contender contender, List<Row> rows, Settings settings, BiConsumer<Row, Sample> results)
      throws IOException, InterruptedException;

  /** Puts {@code count} keys, one after another. */
  static void fill(ServerProcess server, int count) throws IOException {
    server.load(Workload.of(Operation.PUT, 256, count).inSequence(), count);
  }
}
