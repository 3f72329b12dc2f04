// SPDX-License-Identifier: Apache-2.0
/**
 * Writes and reads backups in the form of an etcd database file, so that etcd's own tools can check
 * and restore Cairn's, and Cairn etcd's.
 *
 * <p>The file is a bbolt database: a tree of pages whose root must be known before the first leaf
 * is written. It is therefore laid out twice over one stable view of the engine: once counting,
 * once writing. It is read forward, and nothing in it is believed before it is checked. Either way
 * memory stays bounded by the depth of the tree and the largest record. Nothing here knows what is
 * in the buckets. Start at {@link io.cairn.kernel.backup.DatabaseStream} and {@link
 * io.cairn.kernel.backup.DatabaseReader}; the form of the pages is described in {@link
 * io.cairn.kernel.backup.Pages}.
 */
@NullMarked
package io.cairn.kernel.backup;

import org.jspecify.annotations.NullMarked;
