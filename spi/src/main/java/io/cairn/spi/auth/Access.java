// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.auth;

import io.cairn.spi.store.KeyRange;

/** Something that a caller wants to do. */
public sealed interface Access {
  /** Read the keys of a range. */
  record Read(KeyRange range) implements Access {}

  /** Write the keys of a range. */
  record Write(KeyRange range) implements Access {}

  /** Do what any known caller may do. */
  record Known() implements Access {}

  /** Administer the cluster. */
  record Administer() implements Access {}
}
