// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.watch;

import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Watchers of the same keys, in no order. Each knows its slot, so that one of very many is removed
 * at once. Guarded by the hub's lock.
 */
final class WatcherGroup {
  private @Nullable Watcher[] members = new Watcher[1];
  private int size;

  int size() {
    return size;
  }

  void add(Watcher watcher) {
    if (size == members.length) {
      members = Arrays.copyOf(members, size * 2);
    }
    watcher.groupSlot = size;
    members[size++] = watcher;
  }

  void remove(Watcher watcher) {
    Watcher last = members[size - 1];
    members[watcher.groupSlot] = last;
    if (last != null) {
      last.groupSlot = watcher.groupSlot;
    }
    members[--size] = null;
  }

  void forEach(Consumer<Watcher> action) {
    for (int i = 0; i < size; i++) {
      Watcher watcher = members[i];
      if (watcher != null) {
        action.accept(watcher);
      }
    }
  }
}
