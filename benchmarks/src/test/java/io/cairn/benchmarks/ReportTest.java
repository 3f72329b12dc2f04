// SPDX-License-Identifier: Apache-2.0
package io.cairn.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.benchmarks.program.UsageException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ReportTest {
  @Test
  void tableHoldsMediansOfRatios() throws UsageException {
    Results results = new Results();
    Row put = Row.parse(List.of("put:256")).getFirst();
    // The pairs' ratios are 4, 2 and 5; the medians' ratio would be 3.
    add(results, put, 100, 400);
    add(results, put, 200, 400);
    add(results, put, 60, 300);
    Row memory = Row.parse(List.of("memory")).getFirst();
    results.add(true, memory, Sample.plain(100));
    results.add(false, memory, Sample.plain(400));

    String table = new Report(Map.of("Date", "today"), List.of("nothing"), results).markdown();

    assertThat(table)
        .isEqualTo(
            """
            - Date: today
            - Left out: nothing

            | row | what | n | etcd | Cairn | ratio | p99 ratio | CPU us/request etcd / Cairn | CPU ratio | generator | goal |
            |---|---|--:|--:|--:|--:|--:|--:|--:|--:|---|
            | put:256 | put | 3 | 100 /s | 400 /s | 4.00 | 0.50 | 40.0 / 10.0 | 0.25 | 30 % | ratio >= 4, 6: first reached |
            | memory | memory with many keys | 1 | 400 MB | 100 MB | 0.25 |  |  |  |  | ratio <= 0.8, 0.5: both reached |
            """);
  }

  @Test
  void rowOfOneServerOnlyIsLeftOut() throws UsageException {
    Results results = new Results();
    results.add(true, Row.parse(List.of("disk")).getFirst(), Sample.plain(1));

    assertThat(results.lines()).isEmpty();
  }

  @Test
  void missedGoalIsSaid() throws UsageException {
    Results results = new Results();
    Row row = Row.parse(List.of("restart")).getFirst();
    results.add(true, row, Sample.plain(2.5));
    results.add(false, row, Sample.plain(5));

    Results.Line line = results.lines().getFirst();

    assertThat(Goal.of(row).orElseThrow().verdict(line)).isEqualTo("Cairn <= 2, 2: missed");
  }

  @Test
  void usualRowsAreWrittenAsTheyAreRead() throws UsageException {
    List<String> usual = List.of(Row.USUAL.split(",", -1));

    List<Row> rows = Row.parse(usual);

    assertThat(rows).extracting(Row::name).containsExactlyElementsOf(usual);
  }

  @Test
  void everyRowBelongsToOneTrial() throws UsageException {
    List<Trial> trials =
        List.of(
            new FreshStartTrial(), new ServingTrial(), new ManyKeysTrial(), new SlowDiskTrial());

    for (Row row : Row.parse(List.of(Row.USUAL.split(",", -1)))) {
      assertThat(trials.stream().filter(trial -> !trial.of(List.of(row)).isEmpty()))
          .as(row.name())
          .hasSize(1);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "put",
        "put:0",
        "put5:1",
        "range:5",
        "range0:5",
        "memory:1",
        "compactingtail:1"
      })
  void malformedRowIsRefused(String text) {
    assertThatThrownBy(() -> Row.parse(List.of(text)))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith("no row '" + text + "'; there are start, firstSIZE:N, put:N,");
  }

  @Test
  void medianLiesInTheMiddle() {
    assertThat(Results.median(3, 1, 2)).isEqualTo(2);
    assertThat(Results.median(4, 1, 2, 3)).isEqualTo(2.5);
    assertThat(Results.median(Double.NaN)).isNaN();
  }

  private static void add(Results results, Row row, double etcd, double cairn) {
    results.add(false, row, new Sample(etcd, 1_000, 40, 0.3));
    results.add(true, row, new Sample(cairn, 500, 10, 0.2));
  }
}
