// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.storage;

import io.cairn.spi.environment.ThreadSafe;
import io.cairn.spi.store.Bytes;
import java.util.List;

/**
 * A stable view of an engine (S2).
 *
 * <p><b>Threads.</b> Any number at once, also to take cursors. <b>Blocking.</b> May wait for the
 * medium. <b>Failure.</b> {@link StorageException}; for a closed view {@link
 * StorageException.Refused}.
 */
@ThreadSafe
public interface StorageView extends AutoCloseable {
  /** Receives the values that a look-up found. */
  @FunctionalInterface
  interface Found {
    /**
     * Takes the value of {@code keys.get(position)}.
     *
     * @param value a slice that stays valid for ever
     */
    void value(int position, Bytes value);
  }

  /**
   * Looks up many keys at once and reports those that are present, in the order of {@code keys}.
   * Ascending keys are found fastest.
   */
  void get(Table table, List<Bytes> keys, Found found);

  /**
   * A cursor over the keys from {@code from} (inclusive) to {@code to} (exclusive) in order (S5).
   * An empty {@code to} means to the end.
   */
  Cursor scan(Table table, Bytes from, Bytes to);

  /** The same keys as {@link #scan}, last first (S5). */
  Cursor scanReverse(Table table, Bytes from, Bytes to);

  @Override
  void close();
}
