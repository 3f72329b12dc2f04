// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.spi.storage.Mutation;
import io.cairn.spi.storage.StorageEngine;
import io.cairn.spi.storage.StorageView;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/** Random work on an engine and on the model, compared all along. */
final class RandomHistory {
  private record Kept(StorageView view, StoredTables state) {}

  private final SplittableRandom random;
  private final RandomWork work;
  private final boolean durable;
  private final Supplier<StorageEngine> opens;
  private StorageEngine engine;

  /** The states after each batch from the last one that must survive. */
  private final List<StoredTables> states = new ArrayList<>();

  private final List<Kept> kept = new ArrayList<>();
  private long firstNumber;

  RandomHistory(long seed, boolean durable, Supplier<StorageEngine> opens) {
    random = new SplittableRandom(seed);
    work = new RandomWork(random);
    this.durable = durable;
    this.opens = opens;
    engine = opens.get();
    states.add(new StoredTables(RandomWork.TABLES));
  }

  void run(int steps) {
    try {
      for (int i = 0; i < steps; i++) {
        step();
      }
      assertThat(StoredTables.of(engine, RandomWork.TABLES)).isEqualTo(now());
    } finally {
      kept.forEach(each -> each.view().close());
      engine.close();
    }
  }

  private void step() {
    int die = random.nextInt(100);
    if (die < 45) {
      commit(work.batch(states.size() + firstNumber));
    } else if (die < 65) {
      try (StorageView view = engine.view()) {
        work.read(view, now());
      }
    } else if (die < 80 && !kept.isEmpty()) {
      Kept each = kept.get(random.nextInt(kept.size()));
      work.read(each.view(), each.state());
      if (random.nextInt(3) == 0) {
        each.view().close();
        kept.remove(each);
      }
    } else if (die < 86 && kept.size() < 4) {
      kept.add(new Kept(engine.view(), now()));
    } else if (die < 92) {
      engine.barrier();
      forgetBefore(states.size() - 1);
    } else if (die < 94) {
      engine.reclaim(); // seldom: an engine may wait a moment for views, and these last
    } else if (die < 96) {
      reopen();
    }
  }

  private StoredTables now() {
    return states.getLast();
  }

  private void forgetBefore(int position) {
    states.subList(0, position).clear();
    firstNumber += position;
  }

  private void commit(List<Mutation> batch) {
    engine.commit(batch);
    StoredTables next = now().copy();
    next.apply(batch);
    states.add(next);
  }

  /** Closes without a barrier: a prefix remains, or nothing if the engine is not durable. */
  private void reopen() {
    kept.forEach(each -> each.view().close());
    kept.clear();
    engine.close();
    engine = opens.get();
    StoredTables found = StoredTables.of(engine, RandomWork.TABLES);
    if (durable) {
      long prefix = RandomWork.lastBatch(found);
      assertThat(prefix).isBetween(firstNumber, firstNumber + states.size() - 1);
      assertThat(found).isEqualTo(states.get((int) (prefix - firstNumber)));
      states.subList((int) (prefix - firstNumber) + 1, states.size()).clear();
    } else {
      assertThat(found).isEqualTo(new StoredTables(RandomWork.TABLES));
      firstNumber += states.size();
      states.clear();
      states.add(found);
    }
    engine.barrier();
    forgetBefore(states.size() - 1);
  }
}
