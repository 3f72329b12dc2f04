// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests;

import io.cairn.spi.storage.Mutation;
import java.util.AbstractList;
import java.util.List;

/**
 * A batch during whose reading something happens: it throws, or it waits. The only way to make a
 * commit fail, or to stop it midway, that works for every engine.
 */
final class BreakingBatch extends AbstractList<Mutation> {
  /** What such a batch throws. */
  static final class Broken extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  private final List<Mutation> mutations;
  private final Runnable atLast;

  private BreakingBatch(List<Mutation> mutations, Runnable atLast) {
    this.mutations = mutations;
    this.atLast = atLast;
  }

  /** Throws {@link Broken} instead of giving its last mutation. */
  static List<Mutation> thatThrows(Mutation... mutations) {
    return new BreakingBatch(
        List.of(mutations),
        () -> {
          throw new Broken();
        });
  }

  /** Runs {@code atLast} before it gives its last mutation. */
  static List<Mutation> thatRuns(Runnable atLast, Mutation... mutations) {
    return new BreakingBatch(List.of(mutations), atLast);
  }

  @Override
  public Mutation get(int index) {
    if (index == mutations.size() - 1) {
      atLast.run();
    }
    return mutations.get(index);
  }

  @Override
  public int size() {
    return mutations.size();
  }
}
