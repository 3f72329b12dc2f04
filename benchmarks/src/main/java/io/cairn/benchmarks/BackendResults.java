// SPDX-License-Identifier: Apache-2.0
package io.cairn.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * The samples of Cairn on several storage backends, and of etcd, row by row. In each round every
 * server was measured once, one after the other, so the samples of a round belong together.
 */
final class BackendResults {
  private final String reference;
  private final String etcd;
  private final Map<Row, Map<String, List<Sample>>> rows = new LinkedHashMap<>();

  /** Results that compare with the server {@code reference}, and with {@code etcd}. */
  BackendResults(String reference, String etcd) {
    this.reference = reference;
    this.etcd = etcd;
  }

  /** Adds what was measured of a server. */
  void add(String server, Row row, Sample sample) {
    rows.computeIfAbsent(row, _ -> new LinkedHashMap<>())
        .computeIfAbsent(server, _ -> new ArrayList<>())
        .add(sample);
  }

  /** A table: medians, and medians of the ratios within rounds. */
  String markdown() {
    StringBuilder text = new StringBuilder();
    text.append(
        "\n| row | server | n | figure | to %s | to %s | CPU us/request | CPU to %s |\n"
            .formatted(reference, etcd, reference));
    text.append("|---|---|--:|--:|--:|--:|--:|--:|\n");
    rows.forEach((row, servers) ->
        servers.forEach((server, samples) -> {
          boolean loaded = samples.stream().noneMatch(sample -> Double.isNaN(sample.cpuMicros()));
          cells(
              text,
              row.name(),
              server,
              Integer.toString(samples.size()),
              Report.figure(median(samples, Sample::value)) + " " + row.kind().unit().label(),
              ratio(servers, samples, reference, Sample::value),
              ratio(servers, samples, etcd, Sample::value),
              loaded ? Report.figure(median(samples, Sample::cpuMicros)) : "",
              loaded ? ratio(servers, samples, reference, Sample::cpuMicros) : "");
        }));
    return text.toString();
  }

  /** All samples, to be written as JSON. */
  Map<String, Object> json() {
    Map<String, Object> all = new LinkedHashMap<>();
    rows.forEach((row, servers) -> {
      Map<String, Object> figures = new LinkedHashMap<>();
      figures.put("unit", row.kind().unit().label());
      servers.forEach((server, samples) ->
          figures.put(server, samples.stream().map(Results::figures).toList()));
      all.put(row.name(), figures);
    });
    return all;
  }

  private static double median(List<Sample> samples, ToDoubleFunction<Sample> figure) {
    return Results.median(samples.stream().mapToDouble(figure).toArray());
  }

  private static String ratio(
      Map<String, List<Sample>> servers,
      List<Sample> samples,
      String other,
      ToDoubleFunction<Sample> figure) {
    List<Sample> others = servers.getOrDefault(other, List.of());
    double[] ratios = new double[Math.min(samples.size(), others.size())];
    for (int i = 0; i < ratios.length; i++) {
      ratios[i] = figure.applyAsDouble(samples.get(i)) / figure.applyAsDouble(others.get(i));
    }
    return ratios.length == 0 ? "" : Report.figure(Results.median(ratios));
  }

  private static void cells(StringBuilder text, String... cells) {
    text.append("| ").append(String.join(" | ", cells)).append(" |\n");
  }
}
