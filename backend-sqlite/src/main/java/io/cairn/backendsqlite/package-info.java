// SPDX-License-Identifier: Apache-2.0
/**
 * A storage backend on SQLite: a B-tree in one file that any tool of the SQLite family opens.
 *
 * <p>A table is a SQL table of keys and values without row numbers. Commits go to SQLite's
 * write-ahead log and are not synced ({@code synchronous=NORMAL}); a barrier is one small commit
 * that is ({@code FULL}), and since the log is one sequence of frames with chained checksums,
 * everything before it is then durable too. A checkpoint carries the log into the file, on a
 * connection and a thread of its own, and syncs the log first. So what a crash leaves is always a
 * prefix of the commits.
 *
 * <p>There is one connection that writes, one for checkpoints, and a pool for views, each of which
 * is a read transaction for as long as it is open.
 *
 * <p>The package knows nothing of what is stored, and no type of JDBC leaves it. Start reading at
 * {@link io.cairn.backendsqlite.SqliteEngine}.
 */
@NullMarked
package io.cairn.backendsqlite;

import org.jspecify.annotations.NullMarked;
