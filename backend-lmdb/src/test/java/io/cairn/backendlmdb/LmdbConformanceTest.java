// SPDX-License-Identifier: Apache-2.0
package io.cairn.backendlmdb;

import io.cairn.conformancetests.StorageConformance;
import io.cairn.conformancetests.StorageFixture;

final class LmdbConformanceTest extends StorageConformance {
  @Override
  protected StorageFixture fixture() {
    return LmdbBackend::new;
  }
}
