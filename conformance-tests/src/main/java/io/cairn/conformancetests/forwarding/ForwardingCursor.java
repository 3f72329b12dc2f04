// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.forwarding;

import io.cairn.spi.storage.Cursor;
import io.cairn.spi.store.Bytes;

/** A cursor that leaves to another what it does not override. */
public interface ForwardingCursor extends Cursor {
  /** The other, the same one always. */
  Cursor delegate();

  @Override
  default boolean next() {
    return delegate().next();
  }

  @Override
  default Bytes key() {
    return delegate().key();
  }

  @Override
  default Bytes value() {
    return delegate().value();
  }

  @Override
  default void close() {
    delegate().close();
  }
}
