// SPDX-License-Identifier: Apache-2.0
package io.cairn.backendrocksdb;

import io.cairn.spi.environment.InvariantViolation;
import io.cairn.spi.storage.Table;
import io.cairn.spi.storage.Table.KeyOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.rocksdb.AbstractNativeReference;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.FlushOptions;
import org.rocksdb.IndexType;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.RateLimiter;
import org.rocksdb.WriteOptions;

/**
 * How RocksDB is set up. All of these are native objects that live as long as the database.
 *
 * <p>{@code memoryBytesMax} is divided into quarters: one for the write buffer of the tables being
 * written, one for the one being flushed, one for the block cache; the last is left for the many
 * small things that RocksDB does not let one bound.
 */
final class RocksDbSettings implements AutoCloseable {
  private static final long WRITE_BUFFER_BYTES_MIN = 256 << 10;
  private static final long WRITE_BUFFER_BYTES_MAX = 64 << 20;
  private static final int CACHE_SHARD_BITS = 2;
  private static final double CACHE_SHARE_FOR_INDEXES_MAX = 0.5;

  /**
   * A middle way: a scattered key costs 5.0, 5.9 and 7.7 us of CPU with blocks of 4, 8 and 16 KiB,
   * a million keys in order 0.51, 0.42 and 0.35 s.
   */
  private static final int BLOCK_BYTES = 8 << 10;

  /**
   * Spreads a file's writes to the medium, so that a sync of the consensus log never waits long.
   */
  private static final long BYTES_PER_SYNC = 1 << 20;

  /** Leaves the medium to the consensus log for most of every tenth of a second. */
  private static final long BACKGROUND_BYTES_PER_SECOND = 128 << 20;

  private static final long REFILL_MICROS = 10_000;
  private static final int FAIRNESS = 10;

  /**
   * How large a level may become that files are merged into from outside. RocksDB counts a file of
   * deletions as twice what they free, so that deletions which free half of this are merged as soon
   * as they are in a file, whether more follow or not. With its usual 256 MiB, 128 MiB of deleted
   * records may stay for ever, which is felt in small stores only. Ascending records are moved from
   * level to level, and so cost the same; a million records kept while two million were deleted led
   * to 4048 MB of writes in place of 3793 MB, and 50 000 kept of four million to 2108 MB in place
   * of 2003 MB, with the same processor time within 6 %.
   */
  private static final long FIRST_LEVEL_BYTES_MAX = 64 << 20;

  private static final long MANIFEST_BYTES_MAX = 4 << 20;
  private static final long MANIFEST_PREALLOCATED_BYTES = 64 << 10;
  private static final long LOG_BYTES_MAX = 1 << 20;
  private static final int LOGS_KEPT = 2;
  private static final int OPEN_FILES_MAX = 1000;

  /**
   * What RocksDB's Java interface knows by name only. Without this delay, which is longer than any
   * store lives, RocksDB rewrites every file of the last level, one that was moved there as it is
   * too, once a view has been closed that is newer than the file; all to forget sequence numbers,
   * and deletions that a view has kept. The latter are few, and go with later compactions or {@link
   * RocksDbEngine#reclaim}.
   */
  private static final Map<String, String> BY_NAME =
      Map.of("bottommost_file_compaction_delay", Long.toString(0xFFFF_FFFFL));

  private final List<AbstractNativeReference> natives = new ArrayList<>();
  private final long writeBufferBytes;
  private final BlockBasedTableConfig blocks;
  final DBOptions database;
  final WriteOptions writes;
  final FlushOptions flushes;

  RocksDbSettings(long memoryBytesMax) {
    writeBufferBytes =
        Math.clamp(memoryBytesMax / 4, WRITE_BUFFER_BYTES_MIN, WRITE_BUFFER_BYTES_MAX);
    LRUCache cache =
        own(new LRUCache(memoryBytesMax / 4, CACHE_SHARD_BITS, false, CACHE_SHARE_FOR_INDEXES_MAX));
    blocks =
        new BlockBasedTableConfig()
            .setBlockCache(cache)
            .setBlockSize(BLOCK_BYTES)
            // Indexes in the cache are bounded with it; in two levels, a part of one is enough.
            .setIndexType(IndexType.kTwoLevelIndexSearch)
            .setCacheIndexAndFilterBlocks(true)
            .setCacheIndexAndFilterBlocksWithHighPriority(true)
            .setPinTopLevelIndexAndFilter(true);
    RateLimiter limiter =
        own(new RateLimiter(BACKGROUND_BYTES_PER_SECOND, REFILL_MICROS, FAIRNESS));
    database =
        own(new DBOptions())
            .setCreateIfMissing(true)
            .setCreateMissingColumnFamilies(true)
            // S4 rests on this one.
            .setAtomicFlush(true)
            .setParanoidChecks(true)
            .setMaxBackgroundJobs(2)
            .setAllowConcurrentMemtableWrite(false) // there is one writer
            .setAvoidFlushDuringShutdown(true) // close is not a barrier
            .setMaxBgErrorResumeCount(0) // a failure is final (S7)
            .setRateLimiter(limiter)
            .setBytesPerSync(BYTES_PER_SYNC)
            .setMaxOpenFiles(OPEN_FILES_MAX)
            .setMaxManifestFileSize(MANIFEST_BYTES_MAX)
            .setManifestPreallocationSize(MANIFEST_PREALLOCATED_BYTES)
            .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
            .setMaxLogFileSize(LOG_BYTES_MAX)
            .setKeepLogFileNum(LOGS_KEPT)
            .setStatsDumpPeriodSec(0)
            .setStatsPersistPeriodSec(0);
    writes = own(new WriteOptions()).setDisableWAL(true);
    flushes = own(new FlushOptions()).setWaitForFlush(true).setAllowWriteStall(true);
  }

  /**
   * The set-up of a table. Levels suit both kinds: files of ascending keys do not overlap, so they
   * are moved from level to level without being rewritten. There are no Bloom filters, because keys
   * that do not exist are not asked for.
   */
  ColumnFamilyOptions columnFamily(Table table) {
    return own(byName())
        .setCompressionType(CompressionType.LZ4_COMPRESSION)
        .setTableFormatConfig(blocks)
        .setMaxBytesForLevelBase(FIRST_LEVEL_BYTES_MAX)
        .setMaxWriteBufferNumber(2)
        // Tables of few keys that change often fill more slowly, and the arena grows in eighths.
        .setWriteBufferSize(
            table.keys() == KeyOrder.ASCENDING
                ? writeBufferBytes
                : Math.max(WRITE_BUFFER_BYTES_MIN, writeBufferBytes / 4));
  }

  private static ColumnFamilyOptions byName() {
    Properties properties = new Properties();
    properties.putAll(BY_NAME);
    ColumnFamilyOptions options = ColumnFamilyOptions.getColumnFamilyOptionsFromProps(properties);
    if (options == null) {
      throw new InvariantViolation("RocksDB does not know one of " + BY_NAME);
    }
    return options;
  }

  /** Frees everything; the database must be closed. */
  @Override
  public void close() {
    natives.reversed().forEach(AbstractNativeReference::close);
  }

  private <T extends AbstractNativeReference> T own(T nativeObject) {
    natives.add(nativeObject);
    return nativeObject;
  }
}
