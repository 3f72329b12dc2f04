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
import java.util.List;
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

  private final Published published;
  private final StorageEngine engine;
  private final ValueCache cache;

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
      misses.add(new Miss(RevisionKey.encode(mains[position], subs[position], false), position));
    }
    misses.sort((a, b) -> a.key().compareTo(b.key()));
    List<Bytes> keys = new ArrayList<>(misses.size());
    misses.forEach(miss -> keys.add(miss.key()));
    try (StorageView view = engine.view()) {
      view.get(
          Tables.REVISIONS,
          keys,
          (found, value) -> {
            int position = misses.get(found).position();
            Bytes record = FORMAT.open(keys.get(found), value);
            into[position] = record;
            cache.insert(mains[position], subs[position], record);
          });
    }
  }

  private record Miss(Bytes key, int position) {}
}
