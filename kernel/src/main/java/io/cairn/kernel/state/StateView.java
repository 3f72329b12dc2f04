// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.state;

import io.cairn.kernel.index.IndexView;
import org.jspecify.annotations.Nullable;

/**
 * A published state with its keys pinned, so that they can be read. Close it soon: pages that the
 * writer replaces meanwhile are kept.
 *
 * @param state the state
 * @param keys its keys; may be read at every revision from the state's compaction floor on
 */
public record StateView(State state, IndexView keys) implements AutoCloseable {

  /** Pins the newest state. */
  public static StateView pin(Published published) {
    while (true) {
      State state = published.state();
      @Nullable IndexView keys = state.store().tryKeys(state.index());
      if (keys != null) {
        return new StateView(state, keys);
      }
    }
  }

  @Override
  public void close() {
    keys.close();
  }
}
