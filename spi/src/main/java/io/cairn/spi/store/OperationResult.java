// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.store;

/** The outcome of an {@link Operation}. */
public sealed interface OperationResult permits RangeResult, PutResult, DeleteResult, TxnResult {
  /** The header of the result. */
  ResponseHeader header();
}
