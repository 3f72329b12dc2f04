// SPDX-License-Identifier: Apache-2.0
package io.cairn.apigrpc;

/**
 * What an assembler may choose about the gRPC transport, beside what every transport is told.
 *
 * @param eventLoops how many threads serve connections, at least one
 * @param responseBytesMax how many bytes of large answers may be under way at once, at least one;
 *     each is on the heap and in buffers outside of it. A single answer may take twice that
 */
public record GrpcSettings(int eventLoops, long responseBytesMax) {

  /**
   * Two loops: with one, reads are bound by a single core; more gain little on small machines. An
   * eighth of the heap for answers.
   */
  public static GrpcSettings standard() {
    return new GrpcSettings(2, Runtime.getRuntime().maxMemory() / 8);
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
