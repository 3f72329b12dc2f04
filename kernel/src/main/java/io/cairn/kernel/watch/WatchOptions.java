// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.watch;

import io.cairn.kernel.options.KernelOptions;

/**
 * The numbers of watching.
 *
 * @param progressMillis how often a watcher that asked for it hears that nothing has happened
 * @param electionMillis how often leadership is looked at for streams that demand a leader
 * @param fragmentBytes from which encoded size on a response is cut for a watcher that allows it
 * @param catchUpBytes all events that were read from the engine and not yet taken by their streams
 */
public record WatchOptions(
    int progressMillis, int electionMillis, int fragmentBytes, long catchUpBytes) {
  private static final int PROGRESS_MILLIS = 10 * 60 * 1000;
  private static final int MESSAGE_OVERHEAD_BYTES = 512 << 10;
  private static final long CATCH_UP_BYTES = 64L << 20;

  /** etcd's numbers for a kernel of these options. */
  public static WatchOptions of(KernelOptions options) {
    return new WatchOptions(
        PROGRESS_MILLIS,
        options.electionMillis(),
        options.maxRequestBytes() + MESSAGE_OVERHEAD_BYTES,
        CATCH_UP_BYTES);
  }

  /** The same with another interval of progress notifications. */
  public WatchOptions withProgressMillis(int millis) {
    return new WatchOptions(millis, electionMillis, fragmentBytes, catchUpBytes);
  }
}
