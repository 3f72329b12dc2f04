// SPDX-License-Identifier: Apache-2.0
package com.example.toybackend;

import io.cairn.conformancetests.StorageConformance;
import io.cairn.conformancetests.StorageFixture;

final class ToyConformanceTest extends StorageConformance {
  @Override
  protected StorageFixture fixture() {
    return ToyBackend::new;
  }
}
