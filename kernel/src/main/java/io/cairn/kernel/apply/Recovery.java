// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.apply;

import io.cairn.kernel.index.IndexLoader;
import io.cairn.kernel.index.IndexRoot;
import io.cairn.kernel.index.KeyIndex;
import io.cairn.kernel.records.RevisionKey;
import io.cairn.kernel.state.FlushLane;
import io.cairn.kernel.state.Tables;
import io.cairn.spi.environment.InvariantViolation;
import io.cairn.spi.environment.Lane;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.storage.Cursor;
import io.cairn.spi.storage.Mutation;
import io.cairn.spi.storage.StorageEngine;
import io.cairn.spi.storage.StorageException;
import io.cairn.spi.storage.StorageView;
import io.cairn.spi.store.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Builds the state that an engine holds: numbers, books, and the key index from the history of
 * keys.
 *
 * <p>The history is divided by revisions; each lane loads a part. Every record's checksum is
 * checked on the way. Records beyond the stored revision are parts of an entry that was split and
 * whose end never came; they are cut off, and the log brings that entry again.
 */
@OnLane("start")
public final class Recovery {
  /** The version of the layout that this class reads and writes. */
  public static final long FORMAT = 1;

  private static final int PARTS_PER_LANE = 4;

  /** What all parts may remember of puts with leases: some 200 000. */
  private static final long LEASED_BYTES_MAX = 32 << 20;

  /**
   * What an engine holds.
   *
   * @param revision the store's revision
   * @param appliedIndex the last entry whose effects are in
   * @param appliedTerm that entry's term
   * @param compactionFloor the replicated floor
   * @param compacted the floor up to which records have been freed here
   * @param index the keys
   */
  public record Recovered(
      long revision,
      long appliedIndex,
      long appliedTerm,
      long compactionFloor,
      long compacted,
      IndexRoot index) {}

  private final StorageEngine engine;
  private final KeyIndex index;
  private final ReplicatedState.Books books;
  private final Attachments attachments;
  private final List<Lane> lanes;
  private final long leasedBytesMax;

  /** What has been read ahead. */
  private @Nullable Ahead ahead;

  private record Ahead(IndexLoader loader, HistoryPart part) {}

  /**
   * Will load into {@code index} and {@code books}, both empty.
   *
   * @param lanes where parts are loaded while the caller waits; without any it does everything
   *     itself
   */
  public Recovery(
      StorageEngine engine,
      KeyIndex index,
      ReplicatedState.Books books,
      Attachments attachments,
      List<Lane> lanes) {
    this(engine, index, books, attachments, lanes, LEASED_BYTES_MAX);
  }

  /** The same, remembering less of puts with leases, for tests. */
  Recovery(
      StorageEngine engine,
      KeyIndex index,
      ReplicatedState.Books books,
      Attachments attachments,
      List<Lane> lanes,
      long leasedBytesMax) {
    this.engine = engine;
    this.index = index;
    this.books = books;
    this.attachments = attachments;
    this.lanes = List.copyOf(lanes);
    this.leasedBytesMax = leasedBytesMax;
  }

  /**
   * Reads some records while others are still written to the engine, so that {@link #run} has less
   * to do. Only without lanes, and where records are written in their order and never removed, so
   * that nothing before {@code until} changes any more; nor may anything lie beyond the revision
   * that the engine holds in the end.
   *
   * @param bytesMax how much is read at most, a record excepted; the next call goes on
   * @param witness that of {@link #run(BiConsumer)}
   */
  public void readAhead(Bytes until, long bytesMax, BiConsumer<Bytes, Bytes> witness) {
    InvariantViolation.check(lanes.isEmpty(), "one lane reads ahead");
    Ahead begun = ahead;
    if (begun == null) {
      IndexLoader loader = index.loader(1);
      // Which leases exist is not known yet.
      HistoryPart part =
          new HistoryPart(0, Long.MAX_VALUE, loader.partition(0), lease -> true, leasedBytesMax);
      begun = new Ahead(loader, part);
      ahead = begun;
    }
    try (StorageView view = engine.view()) {
      begun.part.loadSome(view, until, bytesMax, witness);
    }
  }

  /**
   * Loads.
   *
   * @throws StorageException if the engine fails, or a record is damaged
   * @throws IllegalStateException if the engine holds a layout that this version does not read
   */
  public Recovered run() {
    return run(HistoryPart.NOBODY);
  }

  /**
   * Loads as {@link #run()} does.
   *
   * @param witness is shown the key and the content of every record: in the order of keys if there
   *     are no lanes, otherwise by several of them at a time
   */
  public Recovered run(BiConsumer<Bytes, Bytes> witness) {
    try (StorageView view = engine.view()) {
      long format = number(view, Tables.FORMAT, 0);
      if (format == 0) {
        engine.commit(List.of(FlushLane.number(Tables.FORMAT, FORMAT)));
      } else if (format != FORMAT) {
        throw new IllegalStateException(
            "the engine holds layout "
                + format
                + "; this version reads layout "
                + FORMAT
                + "; use the version that wrote it, or begin with an empty directory");
      }
      long revision = number(view, Tables.REVISION, 1);
      books.leases().load(view);
      books.members().load(view);
      books.alarms().load(view);
      books.access().load(view);
      cutOffBeyond(view, revision);
      IndexRoot root = load(view, revision, witness);
      return new Recovered(
          revision,
          number(view, Tables.APPLIED_INDEX, 0),
          number(view, Tables.APPLIED_TERM, 0),
          number(view, Tables.COMPACTION_FLOOR, -1),
          number(view, Tables.COMPACTED, -1),
          root);
    }
  }

  private static long number(StorageView view, Bytes key, long absent) {
    long[] number = {absent};
    view.get(
        Tables.META,
        List.of(key),
        (position, value) -> {
          if (value.length() != Long.BYTES) {
            throw new StorageException.Damaged(
                "'" + key + "' in table 'meta' has " + value.length() + " bytes instead of 8");
          }
          number[0] = value.asByteBuffer().getLong();
        });
    return number[0];
  }

  private void cutOffBeyond(StorageView view, long revision) {
    Bytes from = RevisionKey.firstOf(revision + 1);
    boolean any;
    try (Cursor cursor = view.scan(Tables.REVISIONS, from, Bytes.EMPTY)) {
      any = cursor.next();
    }
    if (any) {
      engine.commit(
          List.of(
              new Mutation.DeleteRange(
                  Tables.REVISIONS, from, RevisionKey.firstOf(Long.MAX_VALUE))));
    }
  }

  private IndexRoot load(StorageView view, long revision, BiConsumer<Bytes, Bytes> witness) {
    Ahead begun = ahead;
    if (begun != null) {
      return load(view, revision, witness, begun.loader, List.of(begun.part));
    }
    long first = firstRevision(view);
    int count = first > revision ? 1 : Math.max(1, lanes.size() * PARTS_PER_LANE);
    IndexLoader loader = index.loader(count);
    LongPredicate leases = books.leases()::exists;
    List<HistoryPart> parts = new ArrayList<>();
    long step = Math.ceilDiv(Math.max(0, revision - first + 1), count);
    for (int i = 0; i < count; i++) {
      long from = first + i * step;
      long to = Math.min(revision + 1, from + step);
      parts.add(new HistoryPart(from, to, loader.partition(i), leases, leasedBytesMax / count));
    }
    return load(view, revision, witness, loader, parts);
  }

  private IndexRoot load(
      StorageView view,
      long revision,
      BiConsumer<Bytes, Bytes> witness,
      IndexLoader loader,
      List<HistoryPart> parts) {
    each(parts, part -> part.load(view, witness));
    IndexRoot root = loader.finish(revision);
    each(parts, part -> part.attach(view, index.writer(), this::attach));
    return root;
  }

  /**
   * What hangs on what belongs to no part; they take turns. An attachment to a lease that has ended
   * is left out, as in etcd.
   */
  private void attach(Bytes key, long lease) {
    synchronized (attachments) {
      if (books.leases().exists(lease)) {
        attachments.attach(key, lease);
      }
    }
  }

  /** Does {@code work} with every part, on the lanes if there are some. */
  private void each(List<HistoryPart> parts, Consumer<HistoryPart> work) {
    List<CompletableFuture<Void>> running = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++) {
      HistoryPart part = parts.get(i);
      if (lanes.isEmpty()) {
        work.accept(part);
      } else {
        running.add(runOn(lanes.get(i % lanes.size()), () -> work.accept(part)));
      }
    }
    await(running);
  }

  private static CompletableFuture<Void> runOn(Lane lane, Runnable work) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    lane.execute(() -> {
      try {
        work.run();
        done.complete(null);
      } catch (RuntimeException failure) {
        // Belongs to whoever starts the member, not to the lane.
        done.completeExceptionally(failure);
      }
    });
    return done;
  }

  /** Waits for all, also when one has failed: they use the view. */
  private static void await(List<CompletableFuture<Void>> running) {
    @Nullable RuntimeException failure = null;
    for (CompletableFuture<Void> part : running) {
      try {
        part.join();
      } catch (CompletionException failed) {
        failure = failed.getCause() instanceof RuntimeException cause ? cause : failed;
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  private static long firstRevision(StorageView view) {
    try (Cursor cursor = view.scan(Tables.REVISIONS, Bytes.EMPTY, Bytes.EMPTY)) {
      return cursor.next() ? HistoryPart.revisionOf(cursor.key()).main() : Long.MAX_VALUE;
    }
  }
}
