// SPDX-License-Identifier: Apache-2.0
package io.cairn.benchmarks;

import io.cairn.benchmarks.load.LoadResult;

/**
 * What one repetition of a row measured of one server. What a row does not have is not a number.
 *
 * @param value in the unit of the row
 * @param p99Micros the latency that 99 % of the requests do not exceed
 * @param cpuMicros server CPU per request
 * @param generatorShare how much of a core the load generator took
 */
record Sample(double value, double p99Micros, double cpuMicros, double generatorShare) {
  /** Of a run whose requests count. */
  static Sample requests(LoadResult result) {
    return of(result.perSecond(), result);
  }

  /** Of a run whose events count. */
  static Sample events(LoadResult result) {
    return of(result.eventsPerSecond(), result);
  }

  /** Of something that is no load. */
  static Sample plain(double value) {
    return new Sample(value, Double.NaN, Double.NaN, Double.NaN);
  }

  private static Sample of(double value, LoadResult result) {
    return new Sample(
        value, result.p99Micros(), result.serverCpuMicros(), result.generatorCpuShare());
  }
}
