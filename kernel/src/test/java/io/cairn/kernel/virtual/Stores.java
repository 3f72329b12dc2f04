// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.virtual;

import io.cairn.kernel.index.KeyIndex;
import io.cairn.kernel.state.StateStore;

/** Stores for tests that need a state and not what it holds. */
public final class Stores {
  private Stores() {}

  /** An empty one. */
  public static StateStore empty() {
    return new StateStore(new CrashingEngine(), new KeyIndex());
  }
}
