// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.store;

import java.util.List;

/**
 * Does one of two lists of operations, depending on comparisons.
 *
 * @param compares the comparisons, all of which must hold for success
 * @param success what is done if they do
 * @param failure what is done if they do not
 */
public record TxnRequest(List<Compare> compares, List<Operation> success, List<Operation> failure)
    implements Operation {}
