// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests;

import io.cairn.conformancetests.report.Given;
import org.junit.jupiter.api.extension.ExtendWith;

/** The suite on a backend that the examination was given. */
@ExtendWith(Given.class)
final class GivenStorageConformance extends StorageConformance {
  private final StorageFixture fixture;

  GivenStorageConformance(StorageFixture fixture) {
    this.fixture = fixture;
  }

  @Override
  protected StorageFixture fixture() {
    return fixture;
  }
}
