// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.store;

/**
 * Sets the value of a key.
 *
 * @param key the key
 * @param value the value
 * @param lease the lease that the key hangs on from now on, 0 for none
 * @param prevKv whether the previous key-value is wanted
 * @param ignoreValue whether the present value stays
 * @param ignoreLease whether the present lease stays
 */
public record PutRequest(
    Bytes key, Bytes value, long lease, boolean prevKv, boolean ignoreValue, boolean ignoreLease)
    implements Operation {
  /** A plain put. */
  public static PutRequest of(Bytes key, Bytes value) {
    return new PutRequest(key, value, 0, false, false, false);
  }
}
