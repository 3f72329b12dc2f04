// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.storage;

import io.cairn.spi.store.Bytes;

/** One change of a commit. The bytes belong to the engine only until the commit returns. */
public sealed interface Mutation {
  /** The table that changes. */
  Table table();

  /** Sets the value of a key, whether or not it had one. */
  record Put(Table table, Bytes key, Bytes value) implements Mutation {}

  /** Removes a key; nothing happens if it is not there. */
  record Delete(Table table, Bytes key) implements Mutation {}

  /**
   * Removes every key from {@code from} (inclusive) to {@code to} (exclusive). An empty {@code to}
   * means to the end.
   */
  record DeleteRange(Table table, Bytes from, Bytes to) implements Mutation {}
}
