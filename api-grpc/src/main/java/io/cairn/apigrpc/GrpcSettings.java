// SPDX-License-Identifier: Apache-2.0
package io.cairn.apigrpc;

/**
 * What an assembler may choose about the gRPC transport, beside what every transport is told.
 *
 * @param eventLoops how many threads serve connections, at least one
 */
public record GrpcSettings(int eventLoops) {

  /** Two loops: with one, reads are bound by a single core; more gain little on small machines. */
  public static final GrpcSettings DEFAULT = new GrpcSettings(2);

  /** Checks the range. */
  public GrpcSettings {
    if (eventLoops < 1) {
      throw new IllegalArgumentException(
          "wanted at least one event loop, not '" + eventLoops + "'");
    }
  }
}
