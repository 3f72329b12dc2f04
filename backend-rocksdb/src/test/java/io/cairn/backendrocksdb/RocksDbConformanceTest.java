// SPDX-License-Identifier: Apache-2.0
package io.cairn.backendrocksdb;

import io.cairn.conformancetests.StorageConformance;
import io.cairn.conformancetests.StorageFixture;

final class RocksDbConformanceTest extends StorageConformance {
  @Override
  protected StorageFixture fixture() {
    return RocksDbBackend::new;
  }
}
