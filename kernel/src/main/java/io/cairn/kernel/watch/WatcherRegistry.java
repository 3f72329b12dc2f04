// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.watch;

import io.cairn.spi.store.Bytes;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Who watches what: watchers of single keys by key, watchers of ranges in a tree, and watchers of
 * everything, who need no search. Guarded by the hub's lock.
 */
final class WatcherRegistry {
  // Iterated only where the order is of no consequence.
  private final Map<Bytes, WatcherGroup> singles = new HashMap<>();
  private final RangeTree ranges = new RangeTree();
  private final WatcherGroup everything = new WatcherGroup();
  private int size;

  int size() {
    return size;
  }

  /** Whether keys have to be looked at, since somebody watches less than everything. */
  boolean asksForKeys() {
    return !singles.isEmpty() || !ranges.isEmpty();
  }

  void add(Watcher watcher) {
    size++;
    if (watcher.watchesEverything) {
      everything.add(watcher);
    } else if (watcher.range.isSingle()) {
      singles.computeIfAbsent(watcher.range.key(), key -> new WatcherGroup()).add(watcher);
    } else {
      ranges.add(watcher);
    }
  }

  void remove(Watcher watcher) {
    size--;
    if (watcher.watchesEverything) {
      everything.remove(watcher);
    } else if (watcher.range.isSingle()) {
      @Nullable WatcherGroup group = singles.get(watcher.range.key());
      if (group != null) {
        group.remove(watcher);
        if (group.size() == 0) {
          singles.remove(watcher.range.key());
        }
      }
    } else {
      ranges.remove(watcher);
    }
  }

  /** Shows the watchers of everything. */
  void forEachOfEverything(Consumer<Watcher> action) {
    everything.forEach(action);
  }

  /** Shows all watchers but those of everything. */
  void forEachOfSome(Consumer<Watcher> action) {
    singles.values().forEach(group -> group.forEach(action));
    ranges.forEach(action);
  }

  /** Shows the watchers of {@code key}, without those of everything. */
  void forEach(Bytes key, Consumer<Watcher> action) {
    if (!singles.isEmpty()) {
      WatcherGroup group = singles.get(key);
      if (group != null) {
        group.forEach(action);
      }
    }
    ranges.forEach(key, action);
  }
}
