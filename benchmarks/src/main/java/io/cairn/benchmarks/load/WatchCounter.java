// SPDX-License-Identifier: Apache-2.0
package io.cairn.benchmarks.load;

/**
 * Counts the events in a stream of watch responses that comes in pieces of any size, without
 * copying: it reads tags and lengths and skips the rest.
 */
final class WatchCounter {
  private static final int GRPC_PREFIX = 5;
  private static final int WIRE_BYTES = 2;
  private static final int CREATED_FIELD = 3;
  private static final int EVENTS_FIELD = 11;

  private int prefixRead;
  private long messageLeft;
  private long skip;
  private boolean inValue;
  private long tag;
  private long number;
  private int shift;
  private long events;
  private long created;

  /** Events so far. */
  long events() {
    return events;
  }

  /** Watchers so far that the server said it has created. */
  long created() {
    return created;
  }

  /** Takes the next piece. */
  void add(byte[] bytes, int from, int length) {
    int at = from;
    int end = from + length;
    while (at < end) {
      if (prefixRead < GRPC_PREFIX) {
        // The first byte says whether the message is compressed, which it never is.
        messageLeft = prefixRead == 0 ? 0 : messageLeft << 8 | (bytes[at] & 0xff);
        at++;
        prefixRead++;
      } else if (messageLeft == 0) {
        prefixRead = 0;
      } else if (skip > 0) {
        int skipped = (int) Math.min(skip, end - at);
        skip -= skipped;
        messageLeft -= skipped;
        at += skipped;
      } else {
        varintByte(bytes[at++]);
        messageLeft--;
      }
    }
  }

  private void varintByte(byte b) {
    number |= (long) (b & 0x7f) << shift;
    shift += 7;
    if (b < 0) {
      return;
    }
    if (inValue) {
      field();
    } else {
      tag = number;
    }
    inValue = !inValue;
    number = 0;
    shift = 0;
  }

  private void field() {
    if ((tag & 7) == WIRE_BYTES) {
      skip = number;
      events += tag >>> 3 == EVENTS_FIELD ? 1 : 0;
    } else {
      created += tag >>> 3 == CREATED_FIELD && number != 0 ? 1 : 0;
    }
  }
}
