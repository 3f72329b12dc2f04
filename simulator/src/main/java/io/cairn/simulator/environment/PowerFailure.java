// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.environment;

import io.cairn.spi.environment.OnLane;
import io.cairn.spi.environment.Rng;
import io.cairn.spi.store.Bytes;

/**
 * One failure of the power, and what it leaves of what need not survive it: everything, nothing,
 * any writes, any sectors of each, or of each those up to some sector. One of these for all files.
 */
@OnLane("simulation")
final class PowerFailure {
  /** The smallest part of a write that is written as a whole. */
  static final int SECTOR = 512;

  private static final int ALL = 0;
  private static final int HALF = 2;
  private static final int TORN = 3;
  private static final int TORN_IN_ORDER = 4;

  private final Rng rng;
  private final int mode;
  private long tornWrites;

  private PowerFailure(Rng rng, int mode) {
    this.rng = rng;
    this.mode = mode;
  }

  /** One between two things that a disk does. */
  static PowerFailure atRest(Rng rng) {
    return new PowerFailure(rng, rng.below(TORN_IN_ORDER + 1));
  }

  /** One in the middle of something: that is what tears writes. */
  static PowerFailure withinAnOperation(Rng rng) {
    return new PowerFailure(rng, rng.below(3) == 0 ? rng.below(TORN) : TORN + rng.below(2));
  }

  /** Whether the next thing that need not survive does, maybe in part. */
  boolean spares() {
    return mode == ALL || mode >= TORN || (mode == HALF && rng.below(2) == 0);
  }

  /** What is on the medium of a write that is spared. */
  FileContent.Write leavesOf(FileContent.Write write, FileContent content) {
    return mode >= TORN ? torn(write, content) : write;
  }

  /** Of how many writes it has left some sectors and not others. */
  long tornWrites() {
    return tornWrites;
  }

  /** The write with some of its sectors as they were before: any, or all from one on. */
  private FileContent.Write torn(FileContent.Write write, FileContent content) {
    byte[] bytes = write.bytes().toByteArray();
    long first = write.at() / SECTOR;
    long last = (write.at() + bytes.length - 1) / SECTOR;
    int kept = 0;
    long from =
        mode == TORN_IN_ORDER ? first + rng.below((int) Math.max(1, last - first + 2)) : first;
    for (long sector = first; sector <= last && bytes.length > 0; sector++) {
      if (mode == TORN_IN_ORDER ? sector >= from : rng.below(2) == 0) {
        int begin = (int) Math.max(0, sector * SECTOR - write.at());
        int end = (int) Math.min(bytes.length, (sector + 1) * SECTOR - write.at());
        for (int i = begin; i < end; i++) {
          long at = write.at() + i;
          bytes[i] = at < content.durable.length ? content.durable[(int) at] : 0;
        }
      } else {
        kept++;
      }
    }
    if (kept > 0 && kept <= last - first) {
      tornWrites++;
    }
    return new FileContent.Write(write.at(), Bytes.of(bytes), write.sizeAfter());
  }
}
