// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.backup;

import io.cairn.spi.environment.OnLane;
import io.cairn.spi.storage.Cursor;
import io.cairn.spi.store.Bytes;
import java.util.Iterator;
import java.util.Map;
import java.util.Map.Entry;
import java.util.NavigableMap;

/** A cursor over entries that are few enough to be held. */
@OnLane("owner")
public final class EntryList implements Cursor {
  private final Iterator<Entry<Bytes, Bytes>> rest;
  private Entry<Bytes, Bytes> present = Map.entry(Bytes.EMPTY, Bytes.EMPTY);

  /** Shows {@code entries}, which must not change meanwhile. */
  public EntryList(NavigableMap<Bytes, Bytes> entries) {
    this.rest = entries.entrySet().iterator();
  }

  @Override
  public boolean next() {
    if (!rest.hasNext()) {
      return false;
    }
    present = rest.next();
    return true;
  }

  @Override
  public Bytes key() {
    return present.getKey();
  }

  @Override
  public Bytes value() {
    return present.getValue();
  }

  @Override
  public void close() {
    // Holds nothing.
  }
}
