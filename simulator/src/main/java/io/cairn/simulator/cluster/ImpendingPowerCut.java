// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.cluster;

import io.cairn.simulator.environment.EventQueue;
import io.cairn.simulator.environment.SimulatedDisk;
import io.cairn.spi.environment.OnLane;
import org.jspecify.annotations.Nullable;

/**
 * The power of a member is about to fail: in the middle of something that its disk is asked to do,
 * or after a while if it is asked for nothing.
 */
@OnLane("simulation")
final class ImpendingPowerCut {
  /** How long it waits for the disk to be in the middle of something. */
  private static final long PATIENCE_NANOS = 400_000_000;

  private final EventQueue queue;
  private final String member;
  private final SimulatedDisk disk;
  private EventQueue.@Nullable Event atLast;
  private boolean happened;

  ImpendingPowerCut(EventQueue queue, String member, SimulatedDisk disk) {
    this.queue = queue;
    this.member = member;
    this.disk = disk;
  }

  /**
   * Cuts the power in the middle of one of the next few things that the disk is asked to do.
   *
   * @param cutOff the process runs no more, from that moment on, which is within its own code
   * @param clearAway what is left of it goes, when its code is not on the stack
   * @param otherwise nothing was asked of the disk in time
   */
  void within(int operations, Runnable cutOff, Runnable clearAway, Runnable otherwise) {
    disk.cutPowerAfter(
        operations,
        () -> {
          happened = true;
          cutOff.run();
          queue.after(0, member + " is cleared away", clearAway);
        });
    cancelTimer();
    atLast = queue.after(PATIENCE_NANOS, member + " loses power", otherwise);
  }

  /** The power stays on after all. */
  void callOff() {
    disk.keepPower();
    cancelTimer();
  }

  private void cancelTimer() {
    if (atLast != null) {
      atLast.cancel();
    }
  }

  /** Whether the power has failed since this was last asked. */
  boolean takeHappened() {
    boolean was = happened;
    happened = false;
    return was;
  }
}
