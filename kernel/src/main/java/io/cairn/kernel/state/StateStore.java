// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.state;

import io.cairn.kernel.index.IndexRoot;
import io.cairn.kernel.index.IndexView;
import io.cairn.kernel.index.KeyIndex;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.environment.ThreadSafe;
import io.cairn.spi.storage.Cursor;
import io.cairn.spi.storage.StorageEngine;
import io.cairn.spi.storage.StorageView;
import io.cairn.spi.storage.Table;
import io.cairn.spi.store.Bytes;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The engine and the key index that hold a state and the states that follow from it by applying.
 *
 * <p>Every {@link State} names its store, so whoever takes a state from {@link Published} finds in
 * its store everything that the state shows. When a state arrives from another member, it comes
 * with a store of its own; the former one is {@link #retire}d and closed when nobody uses it.
 *
 * <p><b>Threads.</b> Any, but {@link #retire}. Using a retired store is refused, and then a newer
 * state has been published: whoever is refused takes that one.
 */
@ThreadSafe
public final class StateStore {
  private final StorageEngine engine;
  private final KeyIndex index;

  // Who uses the engine, and one more until it is retired. Nobody can begin when it is 0.
  private final AtomicInteger uses = new AtomicInteger(1);

  /** Takes both over. */
  public StateStore(StorageEngine engine, KeyIndex index) {
    this.engine = engine;
    this.index = index;
  }

  /** The engine, for the one who commits to it. */
  public StorageEngine engine() {
    return engine;
  }

  /** The keys, for the one who writes them. */
  public KeyIndex index() {
    return index;
  }

  /** Pins the keys of a state of this store; null if a newer state has to be taken. */
  @Nullable IndexView tryKeys(IndexRoot root) {
    return index.tryView(root);
  }

  /** A view of the engine, which stays open until the view is closed; null if retired. */
  public @Nullable StorageView tryView() {
    if (!tryUse()) {
      return null;
    }
    try {
      return new CountedView(engine.view());
    } catch (RuntimeException failure) {
      release();
      throw failure;
    }
  }

  /** Keeps the engine open until {@link #release}; false if it is retired. */
  boolean tryUse() {
    while (true) {
      int now = uses.get();
      if (now == 0) {
        return false;
      }
      if (uses.compareAndSet(now, now + 1)) {
        return true;
      }
    }
  }

  /** Ends a use. */
  void release() {
    uses.decrementAndGet();
  }

  /** Lets nobody begin to use it any more. A state of another store has been published before. */
  @OnLane("apply")
  public void retire() {
    index.retire();
    release();
  }

  /** Whether it is retired and the last use has ended. */
  public boolean isUnused() {
    return uses.get() == 0 && !index.isRead();
  }

  /** Closes both; nobody uses them any more. */
  public void close() {
    engine.close();
    index.close();
  }

  /** A view that tells when it is closed. */
  private final class CountedView implements StorageView {
    private final StorageView view;

    CountedView(StorageView view) {
      this.view = view;
    }

    @Override
    public void get(Table table, List<Bytes> keys, Found found) {
      view.get(table, keys, found);
    }

    @Override
    public Cursor scan(Table table, Bytes from, Bytes to) {
      return view.scan(table, from, to);
    }

    @Override
    public Cursor scanReverse(Table table, Bytes from, Bytes to) {
      return view.scanReverse(table, from, to);
    }

    @Override
    public void close() {
      view.close();
      release();
    }
  }
}
