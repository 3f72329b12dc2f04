// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.wal;

/**
 * How a log uses its disk.
 *
 * @param directory where the segments are, relative to the disk
 * @param segmentBytes the size of a segment, a multiple of 4096
 * @param readyMin how many segments are kept ready for use beside the current one
 */
public record WalOptions(String directory, int segmentBytes, int readyMin) {

  /** Refuses sizes that could not work. */
  public WalOptions {
    if (segmentBytes < 8192 || segmentBytes % 4096 != 0) {
      throw new IllegalArgumentException(
          "segmentBytes must be a multiple of 4096 and at least 8192, found " + segmentBytes);
    }
    if (readyMin < 1) {
      throw new IllegalArgumentException("readyMin must be positive, found " + readyMin);
    }
  }

  /** Segments of 16 MiB, two of them ready. */
  public static WalOptions in(String directory) {
    return new WalOptions(directory, 16 << 20, 2);
  }

  /**
   * The largest payload of an entry that a segment can hold beside what every segment begins with.
   */
  public int payloadBytesMax() {
    return segmentBytes - segmentBytes / 8 - WalFormat.FIRST_BATCH;
  }
}
