// SPDX-License-Identifier: Apache-2.0
/**
 * The contract of a storage backend: a few tables of ordered byte keys that survive a crash.
 *
 * <p>A {@link io.cairn.spi.storage.StorageBackend} opens a {@link
 * io.cairn.spi.storage.StorageEngine} in a directory of its own. The kernel alone decides what is
 * in the tables; an engine never looks inside keys or values, so every engine holds identical
 * content. The consensus log, not the engine, is what makes a write durable: an engine may forget
 * its newest commits in a crash, as long as what remains is a prefix of them.
 *
 * <h2>Rules</h2>
 *
 * <ul>
 *   <li>S1 A table is an ordered map from keys (1 to 255 bytes) to values (0 bytes to {@link
 *       io.cairn.spi.storage.StorageOptions#VALUE_BYTES_MAX}); keys are ordered as unsigned bytes,
 *       a prefix first.
 *   <li>S2 A view shows the state after every commit that returned before the view was taken, and
 *       no later change, until it is closed.
 *   <li>S3 A commit applies its mutations in order, all or none: no view, before or after a crash,
 *       shows a part of it.
 *   <li>S4 After a crash the engine opens at the state after some prefix of the commits, and that
 *       prefix contains every commit that returned before the last barrier that returned.
 *   <li>S5 A cursor visits the keys of its range that its view holds, each once, in order (or in
 *       reverse).
 *   <li>S6 A read returns what was written, or throws; never anything else.
 *   <li>S7 After a failed commit or barrier the engine refuses all further work with {@link
 *       io.cairn.spi.storage.StorageException.Refused}; views taken before may go on.
 *   <li>S8 An engine that lacks space throws {@link io.cairn.spi.storage.StorageException.Full};
 *       one that finds damage throws {@link io.cairn.spi.storage.StorageException.Damaged}; each
 *       names the file or table.
 *   <li>S9 A directory is open in one engine at a time, by whatever name it is called; a second
 *       open throws {@link io.cairn.spi.storage.StorageException.InUse}.
 *   <li>S10 Space freed by deletions is used again without stopping anybody; {@link
 *       io.cairn.spi.storage.StorageEngine#reclaim} may give it back to the file system, beside
 *       other work.
 *   <li>S11 Close waits for a running commit or barrier, and everything after it is refused;
 *       callers close their views and cursors before. Closing twice is harmless. Closing without a
 *       barrier may lose what S4 allows.
 *   <li>S12 An engine opened with a table it has never seen shows it empty; a table it has and that
 *       is not asked for is an error ({@link io.cairn.spi.storage.StorageException.Damaged}).
 *   <li>S13 An engine without the capability {@link io.cairn.spi.storage.StorageBackend#DURABLE}
 *       has no files, so S9 does not bind it: every open gives an engine of its own that starts
 *       empty. Its barrier holds for the life of the engine.
 * </ul>
 *
 * <p>The suite {@code StorageConformance} of {@code cairn-conformance-tests} has a test per rule.
 * Backends with files may find half of S9 done in {@code io.cairn.spi.storage.files}, and those
 * with native objects the counting of S11 in {@link io.cairn.spi.storage.Pins}.
 */
package io.cairn.spi.storage;
