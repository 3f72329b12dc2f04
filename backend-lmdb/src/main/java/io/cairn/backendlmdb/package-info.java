// SPDX-License-Identifier: Apache-2.0
/**
 * A storage backend on LMDB: a B+tree in one file that is read through a memory map.
 *
 * <p>A table is a named database of one environment. Every commit is a write transaction that is
 * synced before it returns, so every commit is a barrier. Pages that a state still needs are never
 * written again, and the file names its state in one page that is written last: what a crash leaves
 * is the state after some commit. The modes of LMDB that sync less (NOSYNC, NOMETASYNC, MAPASYNC,
 * WRITEMAP) give that up and must never be used here.
 *
 * <p>The library is called through Java's foreign function interface: {@link
 * io.cairn.backendlmdb.Lmdb} has the dozen functions that are needed and is the only class that
 * knows how they are called. What they return are numbers and addresses; nothing checks an address,
 * so native objects are freed when nobody can use them any more, not when they are closed: see
 * {@link io.cairn.spi.storage.Pins}.
 *
 * <p>The package knows nothing of what is stored. Start reading at {@link
 * io.cairn.backendlmdb.LmdbEngine}.
 */
@NullMarked
package io.cairn.backendlmdb;

import org.jspecify.annotations.NullMarked;
