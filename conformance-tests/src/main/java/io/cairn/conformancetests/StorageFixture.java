// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests;

import io.cairn.spi.storage.StorageBackend;

/** How a suite gets the backend that it examines. */
@FunctionalInterface
public interface StorageFixture {
  /** A new instance; the suite opens engines with it in directories that it cleans up itself. */
  StorageBackend backend();
}
