// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.watch;

import io.cairn.kernel.records.RecordFormat;
import io.cairn.kernel.records.RevisionKey;
import io.cairn.kernel.state.Tables;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.storage.Cursor;
import io.cairn.spi.storage.StorageEngine;
import io.cairn.spi.storage.StorageView;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.KeyValue;
import io.cairn.spi.store.KeyValueFormat;

/** Events made of the records of an engine. May block. */
@OnLane("owner")
final class StoredEvents implements EventCursor {
  private static final RecordFormat FORMAT = new RecordFormat(Tables.REVISIONS);

  private final StorageView view;
  private final Cursor records;
  private boolean on;
  private RevisionKey place = new RevisionKey(0, 0, false);
  private KeyValue record = new KeyValue(Bytes.EMPTY, 0, 0, 0, Bytes.EMPTY, 0);
  private Bytes keyValue = Bytes.EMPTY;

  /** Stands on the first event of the revisions {@code from} to {@code to}, both inclusive. */
  StoredEvents(StorageEngine engine, long from, long to) {
    this.view = engine.view();
    this.records =
        view.scan(Tables.REVISIONS, RevisionKey.firstOf(from), RevisionKey.firstOf(to + 1));
    advance();
  }

  @Override
  public boolean isOn() {
    return on;
  }

  @Override
  public void advance() {
    on = records.next();
    if (!on) {
      return;
    }
    Bytes key = records.key();
    Bytes stored = FORMAT.open(key, records.value());
    place = RevisionKey.parse(key);
    record = KeyValueFormat.decode(stored);
    keyValue = place.tombstone() ? EventBytes.deleted(record.key(), place.main()) : stored;
  }

  @Override
  public long main() {
    return place.main();
  }

  @Override
  public int sub() {
    return place.sub();
  }

  @Override
  public boolean isDeletion() {
    return place.tombstone();
  }

  @Override
  public boolean isCreation() {
    return !place.tombstone() && record.createRevision() == record.modRevision();
  }

  @Override
  public Bytes key() {
    return record.key();
  }

  @Override
  public Bytes keyValue() {
    return keyValue;
  }

  @Override
  public Bytes event() {
    return EventBytes.event(isDeletion(), keyValue, Bytes.EMPTY);
  }

  @Override
  public void close() {
    records.close();
    view.close();
  }
}
