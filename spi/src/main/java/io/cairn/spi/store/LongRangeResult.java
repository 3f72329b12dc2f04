// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.store;

import io.cairn.spi.environment.OnLane;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * The key-values of a range that are too many to be held in memory. How much they are is known, so
 * that a message can say its length before it is sent; they themselves are read while it is.
 *
 * <p><b>Threads.</b> One at a time; the next part is asked for when the one before has come.
 */
@OnLane("caller")
public non-sealed interface LongRangeResult extends RangeAnswer, AutoCloseable {
  /** About as much is in a part; what is more comes from single large key-values. */
  int PART_BYTES = 1 << 20;

  /**
   * How many bytes all key-values take as the repeated field of a message: each with a tag of one
   * byte and its length as a varint before it.
   */
  long fieldBytes();

  /**
   * The next part, of at least one key-value. To be asked for until {@link #fieldBytes} have come.
   * Fails as a range does, in particular when compaction overtakes it.
   */
  CompletionStage<List<Bytes>> next();

  /** Gives up what is not read yet. */
  @Override
  void close();
}
