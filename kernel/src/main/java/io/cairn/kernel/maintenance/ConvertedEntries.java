// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.maintenance;

import io.cairn.spi.environment.OnLane;
import io.cairn.spi.storage.Cursor;
import io.cairn.spi.store.Bytes;
import java.util.function.BinaryOperator;

/** A cursor over a table whose values are stored in another form than etcd's. */
@OnLane("owner")
final class ConvertedEntries implements Cursor {
  private final Cursor stored;
  private final BinaryOperator<Bytes> toValue;

  /** Shows the keys of {@code stored} and what {@code toValue} makes of key and value. */
  ConvertedEntries(Cursor stored, BinaryOperator<Bytes> toValue) {
    this.stored = stored;
    this.toValue = toValue;
  }

  @Override
  public boolean next() {
    return stored.next();
  }

  @Override
  public Bytes key() {
    return stored.key();
  }

  @Override
  public Bytes value() {
    return toValue.apply(stored.key(), stored.value());
  }

  @Override
  public void close() {
    stored.close();
  }
}
