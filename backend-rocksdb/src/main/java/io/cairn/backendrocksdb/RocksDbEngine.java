// SPDX-License-Identifier: Apache-2.0
package io.cairn.backendrocksdb;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.cairn.spi.environment.InvariantViolation;
import io.cairn.spi.storage.Mutation;
import io.cairn.spi.storage.Pins;
import io.cairn.spi.storage.StorageEngine;
import io.cairn.spi.storage.StorageException;
import io.cairn.spi.storage.StorageOptions;
import io.cairn.spi.storage.StorageSize;
import io.cairn.spi.storage.StorageView;
import io.cairn.spi.storage.Table;
import io.cairn.spi.storage.files.DirectoryLock;
import io.cairn.spi.store.Bytes;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.CompactRangeOptions;
import org.rocksdb.CompactRangeOptions.BottommostLevelCompaction;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/** A database with a column family per table. */
final class RocksDbEngine implements StorageEngine {
  /** Above every key, since keys have at most 255 bytes: the end of a range without end. */
  private static final byte[] ABOVE_ALL_KEYS = new byte[StorageOptions.KEY_BYTES_MAX + 1];

  private static final String CLOSED = "the engine is closed";

  /** A batch that has grown beyond this is not kept for the next commit. */
  private static final long BATCH_KEPT_BYTES_MAX = 16 << 20;

  static {
    Arrays.fill(ABOVE_ALL_KEYS, (byte) 0xff);
  }

  private final Path directory;

  /** RocksDB's own does not know that a directory may have several names within a process. */
  private final DirectoryLock lock;

  private final RocksDbSettings settings;
  private final RocksDB database;
  private final List<ColumnFamilyHandle> allFamilies;
  private final Map<Table, ColumnFamilyHandle> families;
  private final Pins pins = new Pins(this::free);

  /** Held by commit, barrier and close: close waits for them (S11). */
  private final ReentrantLock writing = new ReentrantLock();

  /** Held by reclaim, and awaited by close. */
  private final ReentrantLock reclaiming = new ReentrantLock();

  /** Guarded by {@link #writing}. */
  private WriteBatch batch = new WriteBatch();

  /** Why all work is refused, if it is. Written under {@link #writing}, read by any thread. */
  private volatile @Nullable String refusal;

  /** What close cancels. Written by reclaim, read by close; a missed one is only waited for. */
  private volatile @Nullable CompactRangeOptions running;

  private RocksDbEngine(
      Path directory,
      DirectoryLock lock,
      RocksDbSettings settings,
      RocksDB database,
      List<ColumnFamilyHandle> allFamilies,
      Map<Table, ColumnFamilyHandle> families) {
    this.directory = directory;
    this.lock = lock;
    this.settings = settings;
    this.database = database;
    this.allFamilies = allFamilies;
    this.families = families;
  }

  static RocksDbEngine open(StorageOptions options) {
    DirectoryLock lock = DirectoryLock.acquire(options.directory());
    boolean complete = false;
    try {
      RocksDbDirectory.check(options.directory(), options.tables());
      RocksDbEngine opened = open(options, lock);
      complete = true;
      return opened;
    } finally {
      if (!complete) {
        lock.close();
      }
    }
  }

  private static RocksDbEngine open(StorageOptions options, DirectoryLock lock) {
    Path directory = options.directory();
    RocksDbSettings settings = new RocksDbSettings(options.memoryBytesMax());
    List<ColumnFamilyDescriptor> descriptors = new ArrayList<>();
    // RocksDB insists on a family of this name; it stays empty.
    Table unused = new Table("default", Table.KeyOrder.ANY);
    descriptors.add(
        new ColumnFamilyDescriptor(RocksDB.DEFAULT_COLUMN_FAMILY, settings.columnFamily(unused)));
    for (Table table : options.tables()) {
      descriptors.add(
          new ColumnFamilyDescriptor(table.name().getBytes(UTF_8), settings.columnFamily(table)));
    }
    List<ColumnFamilyHandle> handles = new ArrayList<>();
    try {
      RocksDB database =
          RocksDB.open(settings.database, directory.toString(), descriptors, handles);
      Map<Table, ColumnFamilyHandle> families = new LinkedHashMap<>();
      for (int i = 0; i < options.tables().size(); i++) {
        families.put(options.tables().get(i), handles.get(i + 1));
      }
      return new RocksDbEngine(directory, lock, settings, database, handles, families);
    } catch (RocksDBException e) {
      settings.close();
      throw RocksDbFailures.of("open the store", directory, e);
    }
  }

  @Override
  public StorageView view() {
    pin();
    try {
      return new RocksDbView(this, database);
    } catch (RuntimeException | Error e) {
      unpin();
      throw e;
    }
  }

  @Override
  public void commit(List<Mutation> mutations) {
    writing.lock();
    try {
      requireUsable();
      boolean written = false;
      try {
        for (Mutation mutation : mutations) {
          add(mutation);
        }
        database.write(settings.writes, batch);
        written = true;
      } catch (RocksDBException e) {
        throw RocksDbFailures.of("commit", directory, e);
      } finally {
        if (!written) {
          refusal = "an earlier commit failed; open it anew";
        }
        clearBatch();
      }
    } finally {
      writing.unlock();
    }
  }

  /**
   * RocksDB copies keys and values. It takes whole arrays only; going round that with a batch
   * encoded here saved 5 % of the 0.4 us of a put, which is not worth knowing RocksDB's format.
   */
  private void add(Mutation mutation) throws RocksDBException {
    ColumnFamilyHandle family = family(mutation.table());
    switch (mutation) {
      case Mutation.Put put -> batch.put(family, array(put.key()), array(put.value()));
      case Mutation.Delete delete -> batch.delete(family, array(delete.key()));
      case Mutation.DeleteRange range -> {
        if (range.to().isEmpty()) {
          batch.deleteRange(family, array(range.from()), ABOVE_ALL_KEYS);
        } else if (range.from().compareTo(range.to()) < 0) {
          batch.deleteRange(family, array(range.from()), array(range.to()));
        }
      }
    }
  }

  private void clearBatch() {
    if (batch.getDataSize() > BATCH_KEPT_BYTES_MAX) {
      batch.close();
      batch = new WriteBatch();
    } else {
      batch.clear();
    }
  }

  @Override
  public void barrier() {
    writing.lock();
    try {
      requireUsable();
      boolean flushed = false;
      try {
        flush();
        flushed = true;
      } catch (RocksDBException e) {
        throw RocksDbFailures.of("make commits durable", directory, e);
      } finally {
        if (!flushed) {
          refusal = "an earlier barrier failed; open it anew";
        }
      }
    } finally {
      writing.unlock();
    }
  }

  /**
   * Returns when the files and the manifest that names them are synced.
   *
   * <p>RocksDB 11.8 may end a flush of several families too early if a flush that it began by
   * itself is still under way: it then compares the number of one family's buffer with that of
   * another family. With a single one there is nothing to confuse. The second flush takes nothing
   * that the first has not already cut for all families together, because no commit comes between.
   */
  private void flush() throws RocksDBException {
    database.flush(settings.flushes, allFamilies);
    for (ColumnFamilyHandle family : allFamilies) {
      while (database.getLongProperty(family, "rocksdb.num-immutable-mem-table") > 0) {
        database.flush(settings.flushes, family);
      }
    }
  }

  @Override
  public StorageSize size() {
    pin();
    try {
      long memory = database.getAggregatedLongProperty("rocksdb.cur-size-all-mem-tables");
      long files = database.getAggregatedLongProperty("rocksdb.total-sst-files-size");
      long live = database.getAggregatedLongProperty("rocksdb.estimate-live-data-size");
      return new StorageSize(memory + files, memory + Math.min(files, live));
    } catch (RocksDBException e) {
      throw RocksDbFailures.of("tell the size", directory, e);
    } finally {
      unpin();
    }
  }

  /**
   * Merges all levels into the last one, where deletions end together with what they delete. The
   * rate limit of the settings holds for this too.
   */
  @Override
  public void reclaim() {
    reclaiming.lock();
    try {
      pin();
      try (CompactRangeOptions compaction =
          new CompactRangeOptions()
              .setExclusiveManualCompaction(false)
              .setAllowWriteStall(false)
              .setBottommostLevelCompaction(BottommostLevelCompaction.kForceOptimized)) {
        running = compaction;
        for (ColumnFamilyHandle family : allFamilies) {
          requireUsable(); // may have been closed meanwhile
          database.compactRange(family, null, null, compaction);
        }
      } catch (RocksDBException e) {
        requireUsable(); // what close cancels has not failed
        throw RocksDbFailures.of("reclaim space", directory, e);
      } finally {
        running = null;
        unpin();
      }
    } finally {
      reclaiming.unlock();
    }
  }

  @Override
  public void close() {
    writing.lock();
    try {
      if (CLOSED.equals(refusal)) {
        return;
      }
      refusal = CLOSED;
    } finally {
      writing.unlock();
    }
    CompactRangeOptions compaction = running;
    if (compaction != null) {
      compaction.setCanceled(true);
    }
    reclaiming.lock();
    try {
      batch.close();
    } finally {
      reclaiming.unlock();
    }
    unpin();
  }

  Path directory() {
    return directory;
  }

  ColumnFamilyHandle family(Table table) {
    ColumnFamilyHandle family = families.get(table);
    if (family == null) {
      throw new InvariantViolation("no table '" + table.name() + "' was named at the open");
    }
    return family;
  }

  void unpin() {
    pins.unpin();
  }

  private void pin() {
    requireUsable();
    if (!pins.pin()) {
      throw new StorageException.Refused(CLOSED);
    }
  }

  private void requireUsable() {
    String why = refusal;
    if (why != null) {
      throw new StorageException.Refused(why);
    }
  }

  /** Runs once, when the engine is closed and no view is left. */
  private void free() {
    allFamilies.forEach(ColumnFamilyHandle::close);
    database.close();
    settings.close();
    lock.close();
  }

  /** An array with just these bytes; not copied if there is one. */
  static byte[] array(Bytes bytes) {
    return bytes.compact().array();
  }
}
