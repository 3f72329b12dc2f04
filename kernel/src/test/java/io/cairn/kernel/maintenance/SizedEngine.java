// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.maintenance;

import io.cairn.spi.storage.Mutation;
import io.cairn.spi.storage.StorageEngine;
import io.cairn.spi.storage.StorageSize;
import io.cairn.spi.storage.StorageView;
import java.util.List;

/** An engine that has nothing but a size. */
final class SizedEngine implements StorageEngine {
  StorageSize size = new StorageSize(0, 0);
  int asked;

  @Override
  public StorageSize size() {
    asked++;
    return size;
  }

  @Override
  public StorageView view() {
    throw new UnsupportedOperationException("nobody is to read");
  }

  @Override
  public void commit(List<Mutation> batch) {
    throw new UnsupportedOperationException("nobody is to write");
  }

  @Override
  public void barrier() {
    throw new UnsupportedOperationException("nobody is to write");
  }

  @Override
  public void reclaim() {
    throw new UnsupportedOperationException("nobody is to reclaim");
  }

  @Override
  public void close() {
    // Holds nothing.
  }
}
