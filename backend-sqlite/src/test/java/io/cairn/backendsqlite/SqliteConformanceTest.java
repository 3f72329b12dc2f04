// SPDX-License-Identifier: Apache-2.0
package io.cairn.backendsqlite;

import io.cairn.conformancetests.StorageConformance;
import io.cairn.conformancetests.StorageFixture;

final class SqliteConformanceTest extends StorageConformance {
  @Override
  protected StorageFixture fixture() {
    return SqliteBackend::new;
  }
}
