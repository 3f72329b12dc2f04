// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.backup;

import io.cairn.spi.storage.Cursor;
import io.cairn.spi.store.Bytes;
import java.util.function.Supplier;

/**
 * Where the entries of a bucket come from.
 *
 * @param name the bucket's name
 * @param entries opens a cursor over them; every cursor shows the same, in ascending order
 */
public record BucketSource(Bytes name, Supplier<Cursor> entries) {}
