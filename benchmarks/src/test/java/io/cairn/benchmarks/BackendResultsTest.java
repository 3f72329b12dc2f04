// SPDX-License-Identifier: Apache-2.0
package io.cairn.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.benchmarks.program.UsageException;
import java.util.List;
import org.junit.jupiter.api.Test;

final class BackendResultsTest {
  @Test
  void tableHoldsMediansOfRatiosWithinRounds() throws UsageException {
    Row put = Row.parse(List.of("put:256")).getFirst();
    BackendResults results = new BackendResults("rocksdb", "etcd");
    // lmdb to rocksdb: 0.5, 2 and 0.8; the ratio of the medians would be 0.4.
    round(results, put, 10, 100, 50);
    round(results, put, 20, 20, 40);
    round(results, put, 30, 200, 160);

    assertThat(results.markdown())
        .isEqualTo(
            """

            | row | server | n | figure | to rocksdb | to etcd | CPU us/request | CPU to rocksdb |
            |---|---|--:|--:|--:|--:|--:|--:|
            | put:256 | etcd | 3 | 20.0 /s | 0.15 | 1.00 | 40.0 | 4.00 |
            | put:256 | rocksdb | 3 | 100 /s | 1.00 | 6.67 | 10.0 | 1.00 |
            | put:256 | lmdb | 3 | 50.0 /s | 0.80 | 5.00 | 5.00 | 0.50 |
            """);
    assertThat(results.json()).containsOnlyKeys("put:256");
  }

  private static void round(
      BackendResults results, Row row, double etcd, double rocksdb, double lmdb) {
    results.add("etcd", row, new Sample(etcd, 1, 40, 0.1));
    results.add("rocksdb", row, new Sample(rocksdb, 1, 10, 0.1));
    results.add("lmdb", row, new Sample(lmdb, 1, 5, 0.1));
  }
}
