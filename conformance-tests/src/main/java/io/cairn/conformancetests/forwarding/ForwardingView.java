// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.forwarding;

import io.cairn.spi.storage.Cursor;
import io.cairn.spi.storage.StorageView;
import io.cairn.spi.storage.Table;
import io.cairn.spi.store.Bytes;
import java.util.List;

/** A view that leaves to another what it does not override. */
public interface ForwardingView extends StorageView {
  /** The other; one that moves from one to the next is not stable any more, which may be wanted. */
  StorageView delegate();

  @Override
  default void get(Table table, List<Bytes> keys, Found found) {
    delegate().get(table, keys, found);
  }

  @Override
  default Cursor scan(Table table, Bytes from, Bytes to) {
    return delegate().scan(table, from, to);
  }

  @Override
  default Cursor scanReverse(Table table, Bytes from, Bytes to) {
    return delegate().scanReverse(table, from, to);
  }

  @Override
  default void close() {
    delegate().close();
  }
}
