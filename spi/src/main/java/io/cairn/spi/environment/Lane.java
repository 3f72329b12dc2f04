// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.environment;

/**
 * A serial queue of tasks (X2, X3).
 *
 * <p><b>Threads.</b> Any thread may hand in tasks. <b>Blocking.</b> Handing in never blocks. The
 * queue itself is unbounded; whoever feeds a lane bounds what it hands in, typically by keeping one
 * drain task outstanding for a bounded inbox.
 */
@ThreadSafe
public interface Lane {
  /** The lane's name, as in metrics and thread names. */
  String name();

  /** Runs {@code task} after everything handed in before. Ignored once the lane has stopped. */
  void execute(Runnable task);
}
