// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.forwarding;

import io.cairn.spi.storage.Mutation;
import io.cairn.spi.storage.StorageEngine;
import io.cairn.spi.storage.StorageSize;
import io.cairn.spi.storage.StorageView;
import java.util.List;

/** An engine that leaves to another what it does not override. */
public interface ForwardingEngine extends StorageEngine {
  /** The other, the same one always. */
  StorageEngine delegate();

  @Override
  default StorageView view() {
    return delegate().view();
  }

  @Override
  default void commit(List<Mutation> batch) {
    delegate().commit(batch);
  }

  @Override
  default void barrier() {
    delegate().barrier();
  }

  @Override
  default StorageSize size() {
    return delegate().size();
  }

  @Override
  default void reclaim() {
    delegate().reclaim();
  }

  @Override
  default void close() {
    delegate().close();
  }
}
