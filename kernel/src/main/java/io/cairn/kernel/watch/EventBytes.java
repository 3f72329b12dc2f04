// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.watch;

import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.EventFormat;
import io.cairn.spi.store.KeyValueFormat;
import io.cairn.spi.store.ResponseHeader;
import io.cairn.spi.store.WireCursor;

/** Encodes events that are not in the recent log as they are wanted, and measures responses. */
final class EventBytes {
  /** The largest outcome of {@link #responseSize}: six numbers, and the length of the header. */
  static final int RESPONSE_SIZE_MAX = 6 * 11 + 2;

  private EventBytes() {}

  /** The key-value of a deletion (rule V5). */
  static Bytes deleted(Bytes key, long revision) {
    byte[] out = new byte[KeyValueFormat.size(key, 0, revision, 0, Bytes.EMPTY, 0)];
    KeyValueFormat.write(out, 0, key, 0, revision, 0, Bytes.EMPTY, 0);
    return Bytes.of(out);
  }

  /** One event (rule V3). */
  static Bytes event(boolean deletion, Bytes keyValue, Bytes previous) {
    int length = (deletion ? 2 : 0) + fieldSize(keyValue.length());
    if (!previous.isEmpty()) {
      length += fieldSize(previous.length());
    }
    byte[] out = new byte[fieldSize(length)];
    out[0] = EventFormat.TAG_EVENT;
    int at = WireCursor.writeVarint(out, 1, length);
    if (deletion) {
      out[at++] = EventFormat.TAG_TYPE;
      out[at++] = 1;
    }
    at = write(out, at, EventFormat.TAG_KV, keyValue);
    if (!previous.isEmpty()) {
      write(out, at, EventFormat.TAG_PREV_KV, previous);
    }
    return Bytes.of(out);
  }

  /**
   * How many bytes a watch response takes without its events, one that says that it is a fragment.
   */
  static int responseSize(ResponseHeader header, long watchId) {
    int inHeader =
        numberSize(header.clusterId())
            + numberSize(header.memberId())
            + numberSize(header.revision())
            + numberSize(header.term());
    int fragmentMark = 2;
    return fieldSize(inHeader) + numberSize(watchId) + fragmentMark;
  }

  private static int fieldSize(int length) {
    return 1 + WireCursor.varintSize(length) + length;
  }

  private static int numberSize(long value) {
    return value == 0 ? 0 : 1 + WireCursor.varintSize(value);
  }

  private static int write(byte[] target, int at, int tag, Bytes field) {
    target[at] = (byte) tag;
    int start = WireCursor.writeVarint(target, at + 1, field.length());
    field.copyTo(target, start);
    return start + field.length();
  }
}
