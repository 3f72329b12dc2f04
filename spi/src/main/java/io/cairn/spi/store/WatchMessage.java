// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.store;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a watch stream says. */
public sealed interface WatchMessage {
  /** The id of a watcher that could not be made, and of progress that concerns the whole stream. */
  long NO_ID = -1;

  /** The header; its revision is 0 when compaction ended a watcher. */
  ResponseHeader header();

  /** The watcher that the message is about. */
  long watchId();

  /** The watcher exists from now on. */
  record Created(ResponseHeader header, long watchId) implements WatchMessage {}

  /** The watcher could not be made. */
  record Refused(ResponseHeader header, Reason reason) implements WatchMessage {
    @Override
    public long watchId() {
      return NO_ID;
    }
  }

  /**
   * The watcher has ended.
   *
   * @param compactRevision the compaction that overtook it, 0 if it was cancelled
   * @param reason why, if it is neither of these
   */
  record Canceled(
      ResponseHeader header, long watchId, long compactRevision, @Nullable Reason reason)
      implements WatchMessage {}

  /**
   * Changes.
   *
   * @param runs the events, as runs (V4), in order
   * @param fragment whether the events of this response go on in the next message
   */
  record Events(ResponseHeader header, long watchId, List<Bytes> runs, boolean fragment)
      implements WatchMessage {}

  /** Everything up to the header's revision has been told. */
  record Progress(ResponseHeader header, long watchId) implements WatchMessage {}
}
