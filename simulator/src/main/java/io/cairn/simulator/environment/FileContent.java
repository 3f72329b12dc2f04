// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.environment;

import io.cairn.spi.environment.OnLane;
import io.cairn.spi.store.Bytes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What a file holds: as whoever reads it sees it, as it is on the medium, and the writes between
 * the two, each of which a crash may keep or lose.
 */
@OnLane("simulation")
final class FileContent {
  /** Bytes at a place; none if it only changes the size. */
  record Write(long at, Bytes bytes, long sizeAfter) {}

  /** A write that may still be lost, or that a failed sync has lost for good. */
  static final class Pending {
    final Write write;
    boolean lost;

    /** When the sync is over that makes it durable. */
    long durableAtNanos = Long.MAX_VALUE;

    Pending(Write write) {
      this.write = write;
    }
  }

  byte[] now = new byte[0];
  int size;
  byte[] durable = new byte[0];
  int durableSize;
  final List<Pending> pending = new ArrayList<>();

  private static byte[] put(byte[] target, Write write) {
    int end = (int) Math.max(write.sizeAfter(), write.at() + write.bytes().length());
    byte[] result =
        end <= target.length ? target : Arrays.copyOf(target, Math.max(end, target.length * 2));
    write.bytes().copyTo(result, (int) write.at());
    return result;
  }

  void write(Write write) {
    if (write.sizeAfter() < size) {
      // What is cut off must read as zeros if the file grows again.
      Arrays.fill(now, (int) write.sizeAfter(), size, (byte) 0);
    }
    now = put(now, write);
    size = (int) write.sizeAfter();
    pending.add(new Pending(write));
  }

  void makeDurable(Write write) {
    if (write.sizeAfter() < durableSize) {
      Arrays.fill(durable, (int) write.sizeAfter(), durableSize, (byte) 0);
    }
    durable = put(durable, write);
    durableSize = (int) write.sizeAfter();
  }

  /** Everything will be durable but for what an earlier sync has lost. */
  void syncedAt(long nanos) {
    pending.removeIf(next -> next.lost);
    for (Pending next : pending) {
      next.durableAtNanos = Math.min(next.durableAtNanos, nanos);
    }
  }

  /** What syncs have made durable by now is so for good. */
  void settle(long nowNanos) {
    int durableWrites = 0;
    for (Pending next : pending) {
      if (next.lost || next.durableAtNanos > nowNanos) {
        break;
      }
      makeDurable(next.write);
      durableWrites++;
    }
    pending.subList(0, durableWrites).clear();
  }

  boolean isBeingSynced() {
    return !pending.isEmpty() && pending.getFirst().durableAtNanos != Long.MAX_VALUE;
  }
}
