// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.watch;

import io.cairn.kernel.index.KeyRecord;
import io.cairn.kernel.state.Published;
import io.cairn.kernel.state.RecordReader;
import io.cairn.kernel.state.StateView;
import io.cairn.spi.environment.ThreadSafe;
import io.cairn.spi.store.Bytes;
import org.jspecify.annotations.Nullable;

/** Finds previous records through the key index. */
@ThreadSafe
final class IndexedPreviousRecords implements PreviousRecords {
  private final RecordReader records;
  private final Published published;

  IndexedPreviousRecords(RecordReader records, Published published) {
    this.records = records;
    this.published = published;
  }

  @Override
  public @Nullable Bytes before(Bytes key, long revision, boolean mayBlock) {
    long at = revision - 1;
    @Nullable KeyRecord place;
    try (StateView view = StateView.pin(published)) {
      place = view.keys().get(key, at);
    }
    // After the look: the index is trimmed only below a floor that is published.
    if (place == null || at < published.state().compactionFloor()) {
      return Bytes.EMPTY;
    }
    Bytes found = records.tryRead(place.modRevision(), place.sub());
    if (found != null || !mayBlock) {
      return found;
    }
    @Nullable Bytes[] read = new Bytes[1];
    records.read(new long[] {place.modRevision()}, new int[] {place.sub()}, 1, read);
    // Compaction may have come in between.
    return read[0] == null ? Bytes.EMPTY : read[0];
  }
}
