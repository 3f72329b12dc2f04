// SPDX-License-Identifier: Apache-2.0
package io.cairn.apigrpc;

/**
 * What an assembler may choose about the gRPC transport, beside what every transport is told.
 *
 * @param eventLoops how many threads serve connections, at least one
 * @param responseBytesMax how many bytes of large answers may be under way at once, at least one;
 *     each is on the heap and in buffers outside of it. A single answer may take twice that.
 *     Answers that go out in parts are not counted; there are as many at once as there would be
 *     room for two parts of each
 * @param stalledMillis after how long without reading a client that is sent an answer in parts is
 *     cut off, if others wait for its turn; at most twice as long
 */
public record GrpcSettings(int eventLoops, long responseBytesMax, long stalledMillis) {

  /**
   * Two loops: with one, reads are bound by a single core; more gain little on small machines. An
   * eighth of the heap for answers. A client that is reading takes a part in far less than a
   * second; one that has not for ten is asleep or gone.
   */
  public static GrpcSettings standard() {
    return new GrpcSettings(2, Runtime.getRuntime().maxMemory() / 8, 10_000);
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
    if (stalledMillis < 1) {
      throw new IllegalArgumentException(
          "wanted at least a millisecond for clients that stall, not '" + stalledMillis + "'");
    }
  }
}
