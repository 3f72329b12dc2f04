// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.store;

import java.util.List;

/**
 * The key-values of a range.
 *
 * @param header the header
 * @param kvs the key-values, encoded (V1), in the order asked for
 * @param more whether the limit cut the result
 * @param count how many keys the range holds at that revision, before limit and filters
 */
public record RangeResult(ResponseHeader header, List<Bytes> kvs, boolean more, long count)
    implements OperationResult, RangeAnswer {}
