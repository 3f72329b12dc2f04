// SPDX-License-Identifier: Apache-2.0
package io.cairn.backendsqlite;

import io.cairn.conformancetests.StorageCrashConformance;
import io.cairn.conformancetests.StorageFixture;

final class SqliteCrashTest extends StorageCrashConformance {
  @Override
  protected StorageFixture fixture() {
    return SqliteBackend::new;
  }
}
