// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.spi.storage.Cursor;
import io.cairn.spi.storage.Mutation;
import io.cairn.spi.storage.StorageBackend;
import io.cairn.spi.storage.StorageEngine;
import io.cairn.spi.storage.StorageException;
import io.cairn.spi.storage.StorageOptions;
import io.cairn.spi.storage.StorageView;
import io.cairn.spi.storage.Table;
import io.cairn.spi.store.Bytes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Engines of several backends that are given the same work.
 *
 * <p>An engine that is opened again may have lost its last batches, each another number of them;
 * they are given to it again, as the consensus log does.
 */
final class SideBySide {
  private static final long MEMORY_BYTES_MAX = 4 << 20;
  private static final int VIEWS_KEPT_MAX = 3;
  private static final int STREAMED_PER_BATCH = 100;

  /** One backend with its present engine. */
  private static final class Subject {
    private final StorageBackend backend;
    private Path directory;
    private StorageEngine engine;

    /** How many batches were there at the last barrier. */
    private int covered;

    Subject(StorageBackend backend, Path directory) {
      this.backend = backend;
      this.directory = directory;
      engine = open(backend, directory);
    }

    String name() {
      return backend.descriptor().name();
    }

    boolean durable() {
      return backend.descriptor().offers(StorageBackend.DURABLE);
    }
  }

  /** Views of one moment, one of each engine. */
  private record Kept(List<StorageView> views, StoredTables state) {}

  private final SplittableRandom random;
  private final RandomWork work;
  private final Path directory;
  private final List<Subject> subjects = new ArrayList<>();
  private final List<Kept> kept = new ArrayList<>();

  /** Every batch from the first, and the state after each; {@code states} begins with none. */
  private final List<List<Mutation>> batches = new ArrayList<>();

  private final List<StoredTables> states = new ArrayList<>();
  private int directories;

  SideBySide(long seed, List<StorageBackend> backends, Path directory) {
    random = new SplittableRandom(seed);
    work = new RandomWork(random);
    this.directory = directory;
    states.add(new StoredTables(RandomWork.TABLES));
    for (StorageBackend backend : backends) {
      subjects.add(new Subject(backend, freshDirectory(backend)));
    }
  }

  void run(int steps) {
    try {
      for (int i = 0; i < steps; i++) {
        step();
      }
      for (Subject subject : subjects) {
        assertThat(StoredTables.of(subject.engine, RandomWork.TABLES))
            .as(subject.name())
            .isEqualTo(states.getLast());
      }
    } finally {
      closeViews();
      subjects.forEach(subject -> subject.engine.close());
    }
  }

  private void step() {
    int die = random.nextInt(100);
    if (die < 40) {
      commit();
    } else if (die < 60) {
      List<StorageView> views = views();
      work.read(views, states.getLast());
      views.forEach(StorageView::close);
    } else if (die < 75 && !kept.isEmpty()) {
      Kept each = kept.get(random.nextInt(kept.size()));
      work.read(each.views(), each.state());
      if (random.nextInt(3) == 0) {
        each.views().forEach(StorageView::close);
        kept.remove(each);
      }
    } else if (die < 82 && kept.size() < VIEWS_KEPT_MAX) {
      kept.add(new Kept(views(), states.getLast()));
    } else if (die < 88) {
      subjects.forEach(this::barrier);
    } else if (die < 92) {
      subjects.forEach(subject -> subject.engine.reclaim());
    } else if (die < 95) {
      reopen();
    } else if (die < 97) {
      fail();
    } else {
      stream();
    }
  }

  private List<StorageView> views() {
    return subjects.stream().map(subject -> subject.engine.view()).toList();
  }

  private void commit() {
    List<Mutation> batch = work.batch(states.size());
    subjects.forEach(subject -> subject.engine.commit(batch));
    StoredTables next = states.getLast().copy();
    next.apply(batch);
    batches.add(batch);
    states.add(next);
  }

  private void barrier(Subject subject) {
    subject.engine.barrier();
    subject.covered = batches.size();
  }

  private void reopen() {
    closeViews();
    for (Subject subject : subjects) {
      subject.engine.close();
      openAgain(subject);
    }
  }

  /** Finds a prefix, and brings it up to date. */
  private void openAgain(Subject subject) {
    subject.engine = open(subject.backend, subject.directory);
    StoredTables found = StoredTables.of(subject.engine, RandomWork.TABLES);
    int prefix = (int) RandomWork.lastBatch(found);
    assertThat(found).as(subject.name()).isEqualTo(states.get(prefix));
    if (subject.durable()) {
      assertThat(prefix).as(subject.name()).isGreaterThanOrEqualTo(subject.covered);
    } else {
      assertThat(prefix).as(subject.name()).isZero();
    }
    batches.subList(prefix, batches.size()).forEach(subject.engine::commit);
  }

  /** A batch that breaks off is refused by all alike, and what follows too. */
  private void fail() {
    Mutation[] batch = work.batch(states.size()).toArray(Mutation[]::new);
    for (Subject subject : subjects) {
      Throwable broken = thrown(() -> subject.engine.commit(BreakingBatch.thatThrows(batch)));
      assertThat(broken).as(subject.name()).isInstanceOf(BreakingBatch.Broken.class);
      assertThat(thrown(subject.engine::barrier))
          .as(subject.name())
          .isInstanceOf(StorageException.Refused.class);
      assertThat(thrown(() -> subject.engine.view().close()))
          .as(subject.name())
          .isInstanceOf(StorageException.Refused.class);
    }
    for (Kept each : kept) {
      work.read(each.views(), each.state());
    }
    reopen();
  }

  private static Throwable thrown(Runnable work) {
    try {
      work.run();
    } catch (RuntimeException e) {
      return e;
    }
    return new AssertionError("nothing was thrown");
  }

  /**
   * What one engine holds goes, as between members, into a new engine of another, which goes on.
   */
  private void stream() {
    Subject from = subjects.get(random.nextInt(subjects.size()));
    Subject to = subjects.get(random.nextInt(subjects.size()));
    closeViews();
    Path target = freshDirectory(to.backend);
    StorageEngine engine = open(to.backend, target);
    try (StorageView view = from.engine.view()) {
      for (Table table : RandomWork.TABLES) {
        List<Mutation> batch = new ArrayList<>();
        try (Cursor cursor = view.scan(table, Bytes.EMPTY, Bytes.EMPTY)) {
          while (cursor.next()) {
            batch.add(new Mutation.Put(table, cursor.key(), cursor.value()));
            if (batch.size() == STREAMED_PER_BATCH) {
              engine.commit(batch);
              batch.clear();
            }
          }
        }
        engine.commit(batch);
      }
    }
    to.engine.close();
    to.engine = engine;
    to.directory = target;
    barrier(to);
    assertThat(StoredTables.of(engine, RandomWork.TABLES))
        .as("%s from %s", to.name(), from.name())
        .isEqualTo(states.getLast());
  }

  private void closeViews() {
    kept.forEach(each -> each.views().forEach(StorageView::close));
    kept.clear();
  }

  private Path freshDirectory(StorageBackend backend) {
    try {
      return Files.createDirectories(
          directory.resolve(backend.descriptor().name() + "-" + directories++));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static StorageEngine open(StorageBackend backend, Path directory) {
    return backend.open(
        new StorageOptions(
            directory, RandomWork.TABLES, MEMORY_BYTES_MAX, NativeLibraries.directory()));
  }
}
