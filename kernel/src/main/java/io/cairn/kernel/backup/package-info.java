// SPDX-License-Identifier: Apache-2.0
/**
 * Writes a backup in the form of an etcd database file, so that etcd's own tools can check and
 * restore it.
 *
 * <p>The file is a bbolt database: a tree of pages whose root must be known before the first leaf
 * is written. It is therefore laid out twice over one stable view of the engine: once counting,
 * once writing. Memory stays bounded by the depth of the tree and the largest record. Nothing here
 * knows what is in the buckets. Start at {@link io.cairn.kernel.backup.DatabaseStream}; the form of
 * the pages is described in {@link io.cairn.kernel.backup.Pages}.
 */
@NullMarked
package io.cairn.kernel.backup;

import org.jspecify.annotations.NullMarked;
