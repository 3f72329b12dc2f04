// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.KeyRange;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class RangeTreeTest {
  @ParameterizedTest(name = "-Dcairn.seed={0}")
  @MethodSource("io.cairn.conformancetests.Seeds#ofThisRun")
  void findsExactlyTheRangesThatHoldAKey(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    WatchWorld world = new WatchWorld(1 << 20);
    ClientStream stream = (ClientStream) world.client().stream;
    RangeTree tree = new RangeTree();
    List<Watcher> present = new ArrayList<>();

    for (int step = 0; step < 500; step++) {
      if (random.nextInt(3) > 0 || present.isEmpty()) {
        Watcher watcher = new Watcher(stream, step, range(random), WatchClient.everything(0));
        tree.add(watcher);
        present.add(watcher);
      } else {
        tree.remove(present.remove(random.nextInt(present.size())));
      }
      Bytes key = key(random);
      List<Long> found = new ArrayList<>();
      tree.forEach(key, watcher -> found.add(watcher.id));
      assertThat(found)
          .containsExactlyInAnyOrderElementsOf(
              present.stream().filter(w -> w.range.contains(key)).map(w -> w.id).toList());
    }
    present.forEach(tree::remove);
    assertThat(tree.isEmpty()).isTrue();
  }

  private static KeyRange range(SplittableRandom random) {
    while (true) {
      Bytes end = random.nextInt(10) == 0 ? KeyRange.ZERO : key(random);
      KeyRange range = new KeyRange(key(random), end);
      if (!range.isVoid()) {
        return range;
      }
    }
  }

  private static Bytes key(SplittableRandom random) {
    byte[] key = new byte[1 + random.nextInt(2)];
    for (int i = 0; i < key.length; i++) {
      key[i] = (byte) ('a' + random.nextInt(10));
    }
    return Bytes.of(key);
  }
}
