// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.transport;

/**
 * Limits that every transport keeps.
 *
 * @param requestBytesMax the largest request that the store takes; a transport allows 524288 bytes
 *     more for its own framing
 * @param concurrentStreamsMax how many calls one connection may have open, as an unsigned number
 * @param keepAliveMinMillis how often a client may ping
 * @param keepAliveIntervalMillis after how much silence the server pings, 0 for never
 * @param keepAliveTimeoutMillis how long it waits for the answer
 */
public record TransportOptions(
    int requestBytesMax,
    long concurrentStreamsMax,
    long keepAliveMinMillis,
    long keepAliveIntervalMillis,
    long keepAliveTimeoutMillis) {
  /** etcd's limits. */
  public static final TransportOptions DEFAULT =
      new TransportOptions(1_572_864, 0xffff_ffffL, 5_000, 7_200_000, 20_000);

  /** What a transport adds to {@link #requestBytesMax} for its own framing. */
  public static final int FRAMING_BYTES = 524_288;
}
