// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.store;

/** What a transaction can contain. */
public sealed interface Operation
    permits RangeRequest, PutRequest, DeleteRequest, TxnRequest, Operation.Missing {
  /** An operation that the client left unset. */
  record Missing() implements Operation {}
}
