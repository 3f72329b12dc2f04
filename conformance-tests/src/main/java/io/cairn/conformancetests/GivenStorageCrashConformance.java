// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests;

import io.cairn.conformancetests.report.Given;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.extension.ExtendWith;

/** The suite on a backend in jars that the examination was given. */
@ExtendWith(Given.class)
final class GivenStorageCrashConformance extends StorageCrashConformance {
  private final StorageFixture fixture;
  private final StorageJars jars;

  GivenStorageCrashConformance(StorageFixture fixture, StorageJars jars) {
    this.fixture = fixture;
    this.jars = jars;
  }

  @Override
  protected StorageFixture fixture() {
    return fixture;
  }

  @Override
  List<Path> jars() {
    return jars.jars();
  }
}
