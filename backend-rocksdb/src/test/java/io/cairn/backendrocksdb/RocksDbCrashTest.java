// SPDX-License-Identifier: Apache-2.0
package io.cairn.backendrocksdb;

import io.cairn.conformancetests.StorageCrashConformance;
import io.cairn.conformancetests.StorageFixture;

final class RocksDbCrashTest extends StorageCrashConformance {
  @Override
  protected StorageFixture fixture() {
    return RocksDbBackend::new;
  }
}
