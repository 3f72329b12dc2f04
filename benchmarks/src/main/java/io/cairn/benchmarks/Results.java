// SPDX-License-Identifier: Apache-2.0
package io.cairn.benchmarks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** The samples of two servers, row by row. */
final class Results {
  private final Map<Row, Pair> pairs = new LinkedHashMap<>();

  /** The samples of one row, in the order in which they were taken. */
  private record Pair(List<Sample> cairn, List<Sample> etcd) {}

  /**
   * A row of the table.
   *
   * @param ratio the median of the ratios Cairn to etcd, of samples taken one after the other
   * @param p99Ratio the same of the latency that 99 % do not exceed
   * @param cpuRatio the same of the CPU per request
   */
  record Line(
      Row row,
      int samples,
      double etcd,
      double cairn,
      double ratio,
      double p99Ratio,
      double etcdCpuMicros,
      double cairnCpuMicros,
      double cpuRatio,
      double generatorShareMax) {}

  /** Adds what was measured of Cairn or of etcd. */
  void add(boolean cairn, Row row, Sample sample) {
    Pair pair = pairs.computeIfAbsent(row, _ -> new Pair(new ArrayList<>(), new ArrayList<>()));
    (cairn ? pair.cairn() : pair.etcd()).add(sample);
  }

  /** All rows that both have at least one sample of, in the order of the first samples. */
  List<Line> lines() {
    List<Line> lines = new ArrayList<>();
    pairs.forEach((row, pair) -> {
      if (!pair.cairn().isEmpty() && !pair.etcd().isEmpty()) {
        lines.add(line(row, pair));
      }
    });
    return lines;
  }

  /** All samples by row and server, to be written as JSON. */
  Map<String, Object> samples() {
    Map<String, Object> rows = new LinkedHashMap<>();
    pairs.forEach((row, pair) -> {
      Map<String, Object> servers = new LinkedHashMap<>();
      servers.put("unit", row.kind().unit().label());
      servers.put("etcd", pair.etcd().stream().map(Results::figures).toList());
      servers.put("cairn", pair.cairn().stream().map(Results::figures).toList());
      rows.put(row.name(), servers);
    });
    return rows;
  }

  /** The one in the middle, or between the two in the middle. */
  static double median(double... values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int half = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  }

  private static Line line(Row row, Pair pair) {
    double generatorShareMax =
        Math.max(
            pair.cairn().stream().mapToDouble(Sample::generatorShare).max().orElse(Double.NaN),
            pair.etcd().stream().mapToDouble(Sample::generatorShare).max().orElse(Double.NaN));
    return new Line(
        row,
        Math.min(pair.cairn().size(), pair.etcd().size()),
        median(pair.etcd(), Sample::value),
        median(pair.cairn(), Sample::value),
        ratio(pair, Sample::value),
        ratio(pair, Sample::p99Micros),
        median(pair.etcd(), Sample::cpuMicros),
        median(pair.cairn(), Sample::cpuMicros),
        ratio(pair, Sample::cpuMicros),
        generatorShareMax);
  }

  private static double median(List<Sample> samples, ToDoubleFunction<Sample> figure) {
    return median(samples.stream().mapToDouble(figure).toArray());
  }

  private static double ratio(Pair pair, ToDoubleFunction<Sample> figure) {
    double[] ratios = new double[Math.min(pair.cairn().size(), pair.etcd().size())];
    for (int i = 0; i < ratios.length; i++) {
      ratios[i] =
          figure.applyAsDouble(pair.cairn().get(i)) / figure.applyAsDouble(pair.etcd().get(i));
    }
    return median(ratios);
  }

  /** One sample, to be written as JSON. */
  static Map<String, Object> figures(Sample sample) {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("value", sample.value());
    if (!Double.isNaN(sample.cpuMicros())) {
      figures.put("p99Micros", sample.p99Micros());
      figures.put("serverCpuMicrosPerRequest", sample.cpuMicros());
      figures.put("generatorCpuShare", sample.generatorShare());
    }
    return figures;
  }
}
