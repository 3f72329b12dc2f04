// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.store;

import io.cairn.spi.environment.OnLane;
import java.util.concurrent.CompletionStage;

/**
 * The parts of one range, read at one revision and pulled by the transport.
 *
 * <p><b>Threads.</b> One at a time; the next part is asked for when the one before has come.
 */
@OnLane("caller")
public interface RangeStream extends AutoCloseable {
  /**
   * One part.
   *
   * @param result its key-values; header, more and count are set in the last part only
   * @param last whether nothing follows
   */
  record Part(RangeResult result, boolean last) {}

  /** The next part; fails as a range does, in particular when compaction overtakes the stream. */
  CompletionStage<Part> next();

  /** Gives up what is not read yet. */
  @Override
  void close();
}
