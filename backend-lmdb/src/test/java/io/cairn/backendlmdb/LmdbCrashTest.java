// SPDX-License-Identifier: Apache-2.0
package io.cairn.backendlmdb;

import io.cairn.conformancetests.StorageCrashConformance;
import io.cairn.conformancetests.StorageFixture;

final class LmdbCrashTest extends StorageCrashConformance {
  @Override
  protected StorageFixture fixture() {
    return LmdbBackend::new;
  }
}
