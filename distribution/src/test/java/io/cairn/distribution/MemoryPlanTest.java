// SPDX-License-Identifier: Apache-2.0
package io.cairn.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class MemoryPlanTest {
  private static final long MIB = 1 << 20;

  @Test
  void inALargerHeapNoMoreIsUsedThanTheBudgetGives() {
    MemoryPlan plan = MemoryPlan.of(8192 * MIB, 384 * MIB);

    assertThat(plan).isEqualTo(MemoryPlan.of(192 * MIB, 384 * MIB));
  }

  @Test
  void withoutABudgetTheHeapSaysWhatThereIs() {
    MemoryPlan plan = MemoryPlan.of(192 * MIB, 0);

    assertThat(plan).isEqualTo(MemoryPlan.of(192 * MIB, 384 * MIB));
  }
}
