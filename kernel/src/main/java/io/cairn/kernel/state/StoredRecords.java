// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.state;

import io.cairn.kernel.records.RecordFormat;
import io.cairn.kernel.records.RevisionKey;
import io.cairn.kernel.records.ValueCache;
import io.cairn.spi.environment.ThreadSafe;
import io.cairn.spi.storage.StorageEngine;
import io.cairn.spi.storage.StorageView;
import io.cairn.spi.store.Bytes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The records of published revisions: recent ones, cached ones, and those that only the engine has.
 *
 * <p>Recent log and engine are those of the newest state, also for whoever reads an older one: a
 * record is the same wherever it is kept, and what the newest state's engine lacks has been
 * compacted, as the newest state's floor shows.
 */
@ThreadSafe
public final class StoredRecords implements RecordReader {
  private static final RecordFormat FORMAT = new RecordFormat(Tables.REVISIONS);

  /** Missing so many records at once, a read is taken for one that walks through the store. */
  private static final int SCAN_MISSES_MIN = 32;

  private static final int SCANS_PER_KEPT = 8;

  private final Published published;
  private final StorageEngine engine;
  private final ValueCache cache;

  /** Any thread that reads counts here; only the spacing matters. */
  private final AtomicInteger scans = new AtomicInteger();

  /** Looks in this order. */
  public StoredRecords(Published published, ValueCache cache) {
    this.published = published;
    this.engine = new PublishedEngine(published);
    this.cache = cache;
  }

  @Override
  public @Nullable Bytes tryRead(long main, int sub) {
    Bytes young = published.state().recent().find(main, sub);
    return young != null ? young : cache.find(main, sub);
  }

  @Override
  public void read(long[] mains, int[] subs, int count, @Nullable Bytes[] into) {
    int[] missing = new int[count];
    int misses = 0;
    for (int i = 0; i < count; i++) {
      into[i] = tryRead(mains[i], subs[i]);
      if (into[i] == null) {
        missing[misses++] = i;
      }
    }
    if (misses > 0) {
      fetch(mains, subs, Arrays.copyOf(missing, misses), into);
    }
  }

  private void fetch(long[] mains, int[] subs, int[] missing, @Nullable Bytes[] into) {
    // In the order of the engine's keys, in which engines find fastest.
    List<Miss> misses = new ArrayList<>(missing.length);
    for (int position : missing) {
      misses.add(new Miss(mains[position], subs[position], position));
    }
    Collections.sort(misses);
    List<Bytes> keys = new ArrayList<>(misses.size());
    misses.forEach(miss -> keys.add(RevisionKey.encode(miss.main(), miss.sub(), false)));
    boolean keep = isWorthKeeping(missing.length);
    try (StorageView view = engine.view()) {
      view.get(
          Tables.REVISIONS,
          keys,
          (found, value) -> {
            Miss miss = misses.get(found);
            Bytes record = FORMAT.open(keys.get(found), value);
            into[miss.position()] = record;
            if (keep) {
              cache.insert(miss.main(), miss.sub(), record);
            }
          });
    }
  }

  /**
   * A walk through more than the cache holds would push out everything that others read, at a cost
   * like that of reading it. So only some of its parts go into a full cache; what is read again and
   * again gets there after a few times.
   */
  private boolean isWorthKeeping(int misses) {
    return misses < SCAN_MISSES_MIN
        || !cache.isFull()
        || Math.floorMod(scans.getAndIncrement(), SCANS_PER_KEPT) == 0;
  }

  private record Miss(long main, int sub, int position) implements Comparable<Miss> {
    @Override
    public int compareTo(Miss other) {
      return main != other.main ? Long.compare(main, other.main) : Integer.compare(sub, other.sub);
    }
  }
}
