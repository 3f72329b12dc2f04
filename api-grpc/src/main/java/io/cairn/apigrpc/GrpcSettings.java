// SPDX-License-Identifier: Apache-2.0
package io.cairn.apigrpc;

/**
 * What an assembler may choose about the gRPC transport, beside what every transport is told.
 *
 * @param eventLoops how many threads serve connections, at least one
 * @param responseBytesMax how many bytes of large answers may be under way at once, at least one
 */
public record GrpcSettings(int eventLoops, long responseBytesMax) {

  /**
   * Two loops: with one, reads are bound by a single core; more gain little on small machines. A
   * quarter of the heap's bound for answers, which lie outside the heap under an equal bound.
   */
  public static GrpcSettings standard() {
    return new GrpcSettings(2, Runtime.getRuntime().maxMemory() / 4);
  }

  /** Checks the ranges. */
  public GrpcSettings {
    if (eventLoops < 1) {
      throw new IllegalArgumentException(
          "wanted at least one event loop, not '" + eventLoops + "'");
    }
    if (responseBytesMax < 1) {
      throw new IllegalArgumentException(
          "wanted at least one byte for answers, not '" + responseBytesMax + "'");
    }
  }
}
