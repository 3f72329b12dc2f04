// SPDX-License-Identifier: Apache-2.0
package io.cairn.benchmarks.load;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * What a run measured.
 *
 * @param requests how many were answered while measuring
 * @param seconds how long was measured
 * @param p50Micros the median latency
 * @param p99Micros the latency that 99 % do not exceed
 * @param p999Micros the latency that 99.9 % do not exceed
 * @param maxMicros the longest latency
 * @param failed requests that were refused, from the start of the run
 * @param lastFailure what the server said of the last of them, empty if there was none
 * @param serverCpuSeconds what the server's processes took, 0 if none was named
 * @param generatorCpuSeconds what this process took
 * @param events watch events received while measuring
 * @param compactions compactions that began while measuring
 * @param residentMegabytes the server's memory at the end, 0 if no process was named
 */
public record LoadResult(
    long requests,
    double seconds,
    double p50Micros,
    double p99Micros,
    double p999Micros,
    double maxMicros,
    long failed,
    String lastFailure,
    double serverCpuSeconds,
    double generatorCpuSeconds,
    long events,
    long compactions,
    double residentMegabytes) {

  /** Requests per second. */
  public double perSecond() {
    return requests / seconds;
  }

  /** Watch events per second, over all watchers. */
  public double eventsPerSecond() {
    return events / seconds;
  }

  /** Server CPU per request, in microseconds. */
  public double serverCpuMicros() {
    return requests == 0 ? 0 : serverCpuSeconds / requests * 1e6;
  }

  /** Generator CPU per request, in microseconds. */
  public double generatorCpuMicros() {
    return requests == 0 ? 0 : generatorCpuSeconds / requests * 1e6;
  }

  /** How much of one core the generator took. */
  public double generatorCpuShare() {
    return generatorCpuSeconds / seconds;
  }

  /** One line for people. */
  public String line() {
    StringBuilder line = new StringBuilder();
    line.append(
        String.format(
            Locale.ROOT,
            "%.0f/s  p50 %.0f  p99 %.0f  p99.9 %.0f us",
            perSecond(),
            p50Micros,
            p99Micros,
            p999Micros));
    if (events > 0) {
      line.append(String.format(Locale.ROOT, "  events %.0f/s", eventsPerSecond()));
    }
    if (compactions > 0) {
      line.append("  compactions ").append(compactions);
    }
    if (serverCpuSeconds > 0) {
      line.append(
          String.format(
              Locale.ROOT,
              "  server %.1f us/request, %.0f MB",
              serverCpuMicros(),
              residentMegabytes));
    }
    line.append(
        String.format(
            Locale.ROOT,
            "  generator %.1f us/request, %.0f %% of a core",
            generatorCpuMicros(),
            generatorCpuShare() * 100));
    if (failed > 0) {
      line.append("  FAILED ").append(failed).append(", last: ").append(lastFailure);
    }
    return line.toString();
  }

  /** All figures by name, to be written as JSON. */
  public Map<String, Object> figures() {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("requests", requests);
    figures.put("seconds", seconds);
    figures.put("requestsPerSecond", perSecond());
    figures.put("p50Micros", p50Micros);
    figures.put("p99Micros", p99Micros);
    figures.put("p999Micros", p999Micros);
    figures.put("maxMicros", maxMicros);
    figures.put("failed", failed);
    figures.put("serverCpuMicrosPerRequest", serverCpuMicros());
    figures.put("generatorCpuMicrosPerRequest", generatorCpuMicros());
    figures.put("generatorCpuShare", generatorCpuShare());
    figures.put("eventsPerSecond", eventsPerSecond());
    figures.put("compactions", compactions);
    figures.put("residentMegabytes", residentMegabytes);
    return figures;
  }
}
