// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.store;

import java.util.List;

/**
 * The outcome of a deletion.
 *
 * @param header the header
 * @param deleted how many keys were deleted
 * @param prevKvs the previous key-values, encoded, in key order; empty if not asked for
 */
public record DeleteResult(ResponseHeader header, long deleted, List<Bytes> prevKvs)
    implements OperationResult {}
