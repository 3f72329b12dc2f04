// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.state;

import io.cairn.spi.environment.InvariantViolation;
import io.cairn.spi.environment.ThreadSafe;
import io.cairn.spi.storage.Mutation;
import io.cairn.spi.storage.StorageEngine;
import io.cairn.spi.storage.StorageSize;
import io.cairn.spi.storage.StorageView;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The engine of whatever state is published, for everyone but the one who commits: for views, sizes
 * and reclaiming. A view stays with the engine it was taken from.
 */
@ThreadSafe
public final class PublishedEngine implements StorageEngine {
  private final Published published;

  /** The engine of the newest state of {@code published}. */
  public PublishedEngine(Published published) {
    this.published = published;
  }

  @Override
  public StorageView view() {
    while (true) {
      @Nullable StorageView view = published.state().store().tryView();
      if (view != null) {
        return view;
      }
    }
  }

  @Override
  public StorageSize size() {
    StateStore store = use();
    try {
      return store.engine().size();
    } finally {
      store.release();
    }
  }

  @Override
  public void reclaim() {
    StateStore store = use();
    try {
      store.engine().reclaim();
    } finally {
      store.release();
    }
  }

  private StateStore use() {
    while (true) {
      StateStore store = published.state().store();
      if (store.tryUse()) {
        return store;
      }
    }
  }

  @Override
  public void commit(List<Mutation> batch) {
    throw new InvariantViolation("only the flush lane commits");
  }

  @Override
  public void barrier() {
    throw new InvariantViolation("only the flush lane makes barriers");
  }

  @Override
  public void close() {
    throw new InvariantViolation("an engine is closed with its store");
  }
}
