// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.storage;

import io.cairn.spi.environment.OnLane;
import io.cairn.spi.store.Bytes;

/**
 * Walks over the entries of a table (S5). It stands before the first entry when it is handed out.
 * Belongs to one thread at a time; close it before its view.
 */
@OnLane("caller")
public interface Cursor extends AutoCloseable {
  /** Moves to the next entry; false when there is none, and then for ever. */
  boolean next();

  /** The key of the present entry; stays valid after the cursor has moved on. */
  Bytes key();

  /** The value of the present entry; stays valid after the cursor has moved on. */
  Bytes value();

  @Override
  void close();
}
