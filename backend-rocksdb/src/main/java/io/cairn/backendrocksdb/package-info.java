// SPDX-License-Identifier: Apache-2.0
/**
 * A storage backend on RocksDB.
 *
 * <p>A table is a column family. RocksDB's own log is off: the consensus log already holds what is
 * not yet on disk, so a commit only reaches memory, and a barrier writes what is in memory to
 * sorted files. That every flush takes all tables at the same commit (atomic flush) is what makes
 * the files a prefix of the commits at any moment; {@link io.cairn.backendrocksdb.RocksDbSettings}
 * must never be changed so that this ends.
 *
 * <p>The package knows nothing of what is stored, and no type of RocksDB leaves it. Native objects
 * are freed when nobody can use them any more, not when they are closed: see {@link
 * io.cairn.spi.storage.Pins}.
 *
 * <p>Start reading at {@link io.cairn.backendrocksdb.RocksDbEngine}.
 */
@NullMarked
package io.cairn.backendrocksdb;

import org.jspecify.annotations.NullMarked;
