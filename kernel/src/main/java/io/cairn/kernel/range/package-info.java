// SPDX-License-Identifier: Apache-2.0
/**
 * Reading ranges of keys, with etcd's options and their quirks, from whatever state of the index it
 * is asked to: a published one, or the one that a transaction is writing.
 *
 * <p>Knows nothing of callers, lanes or permissions. Start at {@link
 * io.cairn.kernel.range.RangeRead}.
 */
@NullMarked
package io.cairn.kernel.range;

import org.jspecify.annotations.NullMarked;
