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
 * @param requestBytesMax how many bytes of large requests may be under way at once, at least one;
 *     further ones wait at their clients. A single request may be larger
 * @param stalledMillis after how long without reading a client that is sent an answer in parts is
 *     cut off, if others wait for its turn; at most twice as long. The same goes for a client that
 *     does not send the rest of a large request for which others wait
 */
public record GrpcSettings(
    int eventLoops, long responseBytesMax, long requestBytesMax, long stalledMillis) {

  /** More would be no faster, and leaders take what all members have under way. */
  private static final long REQUEST_BYTES_MAX = 16L << 20;

  /**
   * Two loops: with one, reads are bound by a single core; more gain little on small machines. An
   * eighth of the heap for answers, and half as much for requests: a leader may hold those of all
   * members at once. A client that is reading takes a part in far less than a second; one that has
   * not for ten is asleep or gone.
   */
  public static GrpcSettings standard() {
    long heapBytes = Runtime.getRuntime().maxMemory();
    return new GrpcSettings(2, heapBytes / 8, Math.min(REQUEST_BYTES_MAX, heapBytes / 16), 10_000);
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
    if (requestBytesMax < 1) {
      throw new IllegalArgumentException(
          "wanted at least one byte for requests, not '" + requestBytesMax + "'");
    }
    if (stalledMillis < 1) {
      throw new IllegalArgumentException(
          "wanted at least a millisecond for clients that stall, not '" + stalledMillis + "'");
    }
  }
}
