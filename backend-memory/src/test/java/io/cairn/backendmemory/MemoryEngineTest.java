// SPDX-License-Identifier: Apache-2.0
package io.cairn.backendmemory;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.spi.storage.Mutation;
import io.cairn.spi.storage.StorageException;
import io.cairn.spi.storage.StorageView;
import io.cairn.spi.storage.Table;
import io.cairn.spi.storage.Table.KeyOrder;
import io.cairn.spi.store.Bytes;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

final class MemoryEngineTest {
  private static final Table TABLE = new Table("t", KeyOrder.ANY);
  private static final Bytes KEY = Bytes.utf8("k");
  private static final int ENGINES = 2_000;

  @Test
  void aViewThatIsTakenWhileTheEngineClosesIsWholeOrRefused() throws Exception {
    CyclicBarrier start = new CyclicBarrier(2);
    for (int i = 0; i < ENGINES; i++) {
      MemoryEngine engine = new MemoryEngine(List.of(TABLE));
      engine.commit(List.of(new Mutation.Put(TABLE, KEY, KEY)));
      FutureTask<Void> closing =
          new FutureTask<>(() -> {
            start.await();
            engine.close();
            return null;
          });
      Thread.ofPlatform().start(closing);

      start.await();
      int found = found(engine);

      assertThat(found).isEqualTo(1);
      closing.get();
    }
  }

  /** How often the key is there, as long as views are not refused. */
  private static int found(MemoryEngine engine) {
    int[] found = {1};
    while (true) {
      try (StorageView view = engine.view()) {
        found[0] = 0;
        view.get(TABLE, List.of(KEY), (position, value) -> found[0]++);
        if (found[0] != 1) {
          return found[0];
        }
      } catch (StorageException.Refused e) {
        return found[0];
      }
    }
  }
}
