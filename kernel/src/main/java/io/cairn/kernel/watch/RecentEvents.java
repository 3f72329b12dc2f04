// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.watch;

import io.cairn.kernel.records.RecentCursor;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.store.Bytes;

/** Events of the recent log. */
@OnLane("owner")
final class RecentEvents implements EventCursor {
  private final RecentCursor records;
  private boolean on;

  /** Stands on the first record of {@code records}. */
  RecentEvents(RecentCursor records) {
    this.records = records;
    this.on = records.next();
  }

  @Override
  public boolean isOn() {
    return on;
  }

  @Override
  public void advance() {
    on = records.next();
  }

  @Override
  public long main() {
    return records.main();
  }

  @Override
  public int sub() {
    return records.sub();
  }

  @Override
  public boolean isDeletion() {
    return records.isTombstone();
  }

  @Override
  public boolean isCreation() {
    return records.isCreation();
  }

  @Override
  public Bytes key() {
    return records.key();
  }

  @Override
  public Bytes keyValue() {
    return records.eventKeyValue();
  }

  @Override
  public Bytes event() {
    return records.event();
  }

  @Override
  public void close() {
    // Nothing is pinned: the arrays live as long as somebody refers to them.
  }
}
