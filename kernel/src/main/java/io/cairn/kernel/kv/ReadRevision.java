// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.kv;

import io.cairn.kernel.index.IndexReader;
import io.cairn.kernel.state.State;
import io.cairn.spi.store.Reason;
import io.cairn.spi.store.StoreException;

/** Which revision a request reads. */
final class ReadRevision {
  private ReadRevision() {}

  /**
   * The revision to ask the index for.
   *
   * @param asked as it came; not positive for the latest
   * @throws StoreException if there is no such revision yet, or no more
   */
  static long of(long asked, State state) {
    if (asked > state.revision()) {
      throw new StoreException(new Reason.FutureRevision());
    }
    if (asked > 0 && asked < state.compactionFloor()) {
      throw new StoreException(new Reason.Compacted(state.compactionFloor()));
    }
    return asked <= 0 || asked == state.revision() ? IndexReader.LATEST : asked;
  }
}
