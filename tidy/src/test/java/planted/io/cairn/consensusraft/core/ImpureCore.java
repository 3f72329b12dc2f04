// SPDX-License-Identifier: Apache-2.0
package planted.io.cairn.consensusraft.core;

import io.cairn.tidy.Breaks;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

final class ImpureCore {
  @Breaks("CORE_IS_A_PURE_FUNCTION")
  long readsTheClock() {
    return System.nanoTime();
  }

  @Breaks("CORE_IS_A_PURE_FUNCTION")
  long measuresTime() {
    return Duration.ZERO.toNanos();
  }

  @Breaks("CORE_IS_A_PURE_FUNCTION")
  int throwsDice() {
    return new Random(1).nextInt();
  }

  @Breaks("CORE_IS_A_PURE_FUNCTION")
  Map<String, String> forgetsTheOrder() {
    return new HashMap<>();
  }

  @Breaks("CORE_IS_A_PURE_FUNCTION")
  Set<String> ordersByChance() {
    return Set.of("a", "b");
  }

  @Breaks("CORE_IS_A_PURE_FUNCTION")
  Set<String> collectsByChance() {
    return Stream.of("a", "b").collect(Collectors.toSet());
  }

  @Breaks("CORE_IS_A_PURE_FUNCTION")
  Map<String, String> expectsThreads() {
    return new ConcurrentSkipListMap<>();
  }
}
