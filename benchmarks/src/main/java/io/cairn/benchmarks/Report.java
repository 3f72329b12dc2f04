// SPDX-License-Identifier: Apache-2.0
package io.cairn.benchmarks;

import io.cairn.benchmarks.Row.Unit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a comparison prints and writes.
 *
 * @param circumstances what the figures have to be read with, in order
 * @param remarks what was left out, and why
 */
record Report(Map<String, String> circumstances, List<String> remarks, Results results) {
  private static final String TABLE =
      "\n| row | what | n | etcd | Cairn | ratio | p99 ratio | CPU us/request etcd / Cairn"
          + " | CPU ratio | generator | goal |\n|---|---|--:|--:|--:|--:|--:|--:|--:|--:|---|\n";

  /** Markdown: the circumstances as a list, the figures as a table. */
  String markdown() {
    StringBuilder text = new StringBuilder(heading());
    text.append(TABLE);
    for (Results.Line line : results.lines()) {
      append(text, line);
    }
    return text.toString();
  }

  /** The circumstances as a list. */
  String heading() {
    StringBuilder text = new StringBuilder();
    circumstances.forEach(
        (name, value) -> text.append("- ").append(name).append(": ").append(value).append('\n'));
    for (String remark : remarks) {
      text.append("- Left out: ").append(remark).append('\n');
    }
    return text.toString();
  }

  private static void append(StringBuilder text, Results.Line line) {
    Unit unit = line.row().kind().unit();
    boolean loaded = !Double.isNaN(line.etcdCpuMicros());
    cells(
        text,
        line.row().name(),
        line.row().kind().meaning(),
        Integer.toString(line.samples()),
        figure(line.etcd()) + " " + unit.label(),
        figure(line.cairn()) + " " + unit.label(),
        figure(line.ratio()),
        loaded ? figure(line.p99Ratio()) : "",
        loaded ? figure(line.etcdCpuMicros()) + " / " + figure(line.cairnCpuMicros()) : "",
        loaded ? figure(line.cpuRatio()) : "",
        loaded ? Math.round(line.generatorShareMax() * 100) + " %" : "",
        Goal.of(line.row()).map(goal -> goal.verdict(line)).orElse(""));
  }

  /** Everything, to be written as JSON. */
  Map<String, Object> json() {
    Map<String, Object> lines = new LinkedHashMap<>();
    for (Results.Line line : results.lines()) {
      Map<String, Object> figures = new LinkedHashMap<>();
      figures.put("unit", line.row().kind().unit().label());
      figures.put("samples", line.samples());
      figures.put("etcd", line.etcd());
      figures.put("cairn", line.cairn());
      figures.put("ratio", line.ratio());
      if (!Double.isNaN(line.etcdCpuMicros())) {
        figures.put("p99Ratio", line.p99Ratio());
        figures.put("etcdCpuMicrosPerRequest", line.etcdCpuMicros());
        figures.put("cairnCpuMicrosPerRequest", line.cairnCpuMicros());
        figures.put("cpuRatio", line.cpuRatio());
        figures.put("generatorCpuShareMax", line.generatorShareMax());
      }
      lines.put(line.row().name(), figures);
    }
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("circumstances", circumstances);
    all.put("remarks", remarks);
    all.put("rows", lines);
    all.put("samples", results.samples());
    return all;
  }

  /** Three significant digits, whole above a thousand. */
  static String figure(double value) {
    if (!Double.isFinite(value)) {
      return "-";
    }
    if (Math.abs(value) >= 100) {
      return String.format(Locale.ROOT, "%.0f", value);
    }
    return String.format(Locale.ROOT, Math.abs(value) >= 10 ? "%.1f" : "%.2f", value);
  }

  private static void cells(StringBuilder text, String... cells) {
    text.append("| ").append(String.join(" | ", cells)).append(" |\n");
  }
}
