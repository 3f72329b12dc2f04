// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests;

final class ModelConformanceTest extends StorageConformance {
  @Override
  protected StorageFixture fixture() {
    return ModelBackend::new;
  }
}
