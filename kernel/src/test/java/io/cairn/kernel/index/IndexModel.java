// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.index;

import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.KeyRange;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What the index should hold, kept in the simplest way: every record of every key in a list. */
final class IndexModel {

  /** A record; a version of 0 marks a tombstone. */
  record Entry(long main, int sub, long create, long version) {
    boolean tombstone() {
      return version == 0;
    }

    KeyRecord record() {
      return new KeyRecord(create, main, sub, version);
    }

    String name() {
      return main + "/" + sub + (tombstone() ? "t" : "");
    }
  }

  private final TreeMap<Bytes, List<Entry>> keys = new TreeMap<>();

  IndexModel copy() {
    IndexModel copy = new IndexModel();
    keys.forEach((key, entries) -> copy.keys.put(key, new ArrayList<>(entries)));
    return copy;
  }

  List<Bytes> keys() {
    return new ArrayList<>(keys.keySet());
  }

  KeyRecord put(Bytes key, long main, int sub) {
    List<Entry> entries = keys.computeIfAbsent(key, k -> new ArrayList<>());
    Entry last = entries.isEmpty() ? null : entries.getLast();
    Entry next =
        last == null || last.tombstone()
            ? new Entry(main, sub, main, 1)
            : new Entry(main, sub, last.create(), last.version() + 1);
    entries.add(next);
    return next.record();
  }

  @Nullable KeyRecord tombstone(Bytes key, long main, int sub) {
    KeyRecord before = get(key, Long.MAX_VALUE);
    if (before != null) {
      restore(key, new Entry(main, sub, 0, 0));
    }
    return before;
  }

  /** Adds a record as it is. */
  void restore(Bytes key, Entry entry) {
    keys.computeIfAbsent(key, k -> new ArrayList<>()).add(entry);
  }

  /** Every record in revision order, with its key. */
  List<Map.Entry<Bytes, Entry>> records() {
    List<Map.Entry<Bytes, Entry>> all = new ArrayList<>();
    keys.forEach((key, entries) -> entries.forEach(e -> all.add(Map.entry(key, e))));
    all.sort((a, b) -> {
      int byMain = Long.compare(a.getValue().main(), b.getValue().main());
      return byMain != 0 ? byMain : Integer.compare(a.getValue().sub(), b.getValue().sub());
    });
    return all;
  }

  @Nullable KeyRecord get(Bytes key, long revision) {
    List<Entry> entries = keys.get(key);
    if (entries == null) {
      return null;
    }
    for (int i = entries.size() - 1; i >= 0; i--) {
      if (entries.get(i).main() <= revision) {
        return entries.get(i).tombstone() ? null : entries.get(i).record();
      }
    }
    return null;
  }

  List<Map.Entry<Bytes, KeyRecord>> scan(KeyRange range, long revision) {
    List<Map.Entry<Bytes, KeyRecord>> found = new ArrayList<>();
    for (Bytes key : keys.tailMap(range.key()).keySet()) {
      KeyRecord record = range.contains(key) ? get(key, revision) : null;
      if (record != null) {
        found.add(Map.entry(key, record));
      }
    }
    return found;
  }

  /** Drops what semantics of compaction say, and names it. */
  Set<String> compact(long floor) {
    TreeSet<String> dropped = new TreeSet<>();
    for (Iterator<List<Entry>> i = keys.values().iterator(); i.hasNext(); ) {
      List<Entry> entries = i.next();
      Entry newest = null;
      for (Entry entry : entries) {
        newest = entry.main() <= floor ? entry : newest;
      }
      Entry survivor = newest;
      entries.removeIf(entry -> {
        boolean stays =
            entry.main() > floor
                || (entry.tombstone() ? entry.main() == floor : entry.equals(survivor));
        if (!stays) {
          dropped.add(entry.name());
        }
        return !stays;
      });
      if (entries.isEmpty()) {
        i.remove();
      }
    }
    return dropped;
  }
}
