// SPDX-License-Identifier: Apache-2.0
package io.cairn.backendmemory;

import io.cairn.conformancetests.StorageConformance;
import io.cairn.conformancetests.StorageFixture;

final class MemoryConformanceTest extends StorageConformance {
  @Override
  protected StorageFixture fixture() {
    return MemoryBackend::new;
  }
}
