// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.kv;

import io.cairn.kernel.index.IndexReader;
import io.cairn.kernel.range.RangeRead;
import io.cairn.kernel.state.StateView;
import io.cairn.spi.store.RangeRequest;
import io.cairn.spi.store.RangeResult;
import io.cairn.spi.store.ResponseHeader;
import org.jspecify.annotations.Nullable;

/** A range request on a published state. */
final class LocalRanges {
  private LocalRanges() {}

  /**
   * Reads.
   *
   * @return null if {@code records} gave up, or want something short and this is not
   * @throws io.cairn.spi.store.StoreException if the revision cannot be read
   */
  static @Nullable RangeResult read(
      RangeRequest request, StateView view, LocalReads.Records records, ResponseHeader header) {
    long at = ReadRevision.of(request.revision(), view.state());
    RangeRead read = new RangeRead(view.keys(), request, at);
    if (records.isShort() && !request.range().isSingle()) {
      // An older revision is counted by walking, so even asking how long it is may take long.
      if (at != IndexReader.LATEST || read.keysMax() > LocalReads.SHORT_KEYS) {
        return null;
      }
    }
    return read.read(header, records);
  }
}
