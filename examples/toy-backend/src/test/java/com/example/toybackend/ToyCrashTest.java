// SPDX-License-Identifier: Apache-2.0
package com.example.toybackend;

import io.cairn.conformancetests.StorageCrashConformance;
import io.cairn.conformancetests.StorageFixture;

final class ToyCrashTest extends StorageCrashConformance {
  @Override
  protected StorageFixture fixture() {
    return ToyBackend::new;
  }
}
