// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests;

final class ModelCrashTest extends StorageCrashConformance {
  @Override
  protected StorageFixture fixture() {
    return ModelBackend::new;
  }
}
