// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.store;

import org.jspecify.annotations.Nullable;

/**
 * The outcome of a put.
 *
 * @param header the header
 * @param prevKv the previous key-value, encoded; null if there was none or it was not asked for
 */
public record PutResult(ResponseHeader header, @Nullable Bytes prevKv) implements OperationResult {}
