// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.store;

/**
 * A decoded key-value, for code that looks inside one; the request path keeps the encoded form.
 *
 * @param key the key, never empty in a stored record
 * @param createRevision the revision of the put that created this incarnation of the key
 * @param modRevision the revision of the last put
 * @param version the number of puts in this incarnation, 1 on creation
 * @param value the value, possibly empty
 * @param lease the lease that the key hangs on, 0 for none
 */
public record KeyValue(
    Bytes key, long createRevision, long modRevision, long version, Bytes value, long lease) {

  /** The same record with another value. */
  public KeyValue withValue(Bytes other) {
    return new KeyValue(key, createRevision, modRevision, version, other, lease);
  }
}
