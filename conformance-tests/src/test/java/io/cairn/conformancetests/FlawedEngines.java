// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests;

import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The suites on broken engines; run by {@link StorageConformanceTest} alone, since it must fail.
 */
final class FlawedEngines {
  private FlawedEngines() {}

  @ParameterizedClass(name = "{0}")
  @EnumSource(Flaw.class)
  static final class InOneProcess extends StorageConformance {
    private final Flaw flaw;

    InOneProcess(Flaw flaw) {
      this.flaw = flaw;
    }

    @Override
    protected StorageFixture fixture() {
      return () -> new ModelBackend(flaw);
    }
  }

  static final class Killed extends StorageCrashConformance {
    @Override
    protected StorageFixture fixture() {
      return ForgetfulBackend::new;
    }
  }
}
