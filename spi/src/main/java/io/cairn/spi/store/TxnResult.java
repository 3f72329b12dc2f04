// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.store;

import java.util.List;

/**
 * The outcome of a transaction.
 *
 * @param header the header
 * @param succeeded whether all comparisons held
 * @param results one per operation done, in order
 */
public record TxnResult(ResponseHeader header, boolean succeeded, List<OperationResult> results)
    implements OperationResult {}
