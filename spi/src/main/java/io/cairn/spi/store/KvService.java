// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.store;

import io.cairn.spi.environment.ThreadSafe;
import java.util.concurrent.CompletionStage;

/** Keys and values (V6-V10). */
@ThreadSafe
public interface KvService {
  /** Reads a range. */
  CompletionStage<RangeResult> range(Caller caller, RangeRequest request);

  /**
   * Reads a range of any length: what there is no room for comes in parts. A store that always
   * gathers its answers has nothing to add.
   */
  default CompletionStage<? extends RangeAnswer> rangeOfAnyLength(
      Caller caller, RangeRequest request) {
    return range(caller, request);
  }

  /** Reads a range in parts, all at one revision; see {@link RangeStream}. */
  CompletionStage<RangeStream> rangeStream(Caller caller, RangeRequest request);

  /** Sets a key. */
  CompletionStage<PutResult> put(Caller caller, PutRequest request);

  /** Deletes a range. */
  CompletionStage<DeleteResult> delete(Caller caller, DeleteRequest request);

  /** Does a transaction. */
  CompletionStage<TxnResult> txn(Caller caller, TxnRequest request);

  /** Forgets history. */
  CompletionStage<HeaderResult> compact(Caller caller, CompactRequest request);
}
