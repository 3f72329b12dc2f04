// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests;

import io.cairn.conformancetests.forwarding.ForwardingEngine;
import io.cairn.spi.storage.Mutation;
import io.cairn.spi.storage.StorageEngine;
import io.cairn.spi.storage.StorageException;
import io.cairn.spi.storage.StorageOptions;
import io.cairn.spi.storage.StorageSize;
import io.cairn.spi.storage.StorageView;
import io.cairn.spi.storage.Table;
import io.cairn.spi.storage.Table.KeyOrder;
import io.cairn.spi.store.Bytes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A right engine behind a wrong one: each flaw is a change of one call. */
final class WrongEngine implements ForwardingEngine {
  private static final int LONG_KEY_BYTES = 200;
  private static final int LARGE_VALUE_BYTES = 1 << 20;
  private static final int STABLE_VIEWS_MAX = 8;

  private record Place(Table table, Bytes key) {}

  private final StorageEngine engine;
  private final List<Table> tables;
  private final Flaw flaw;
  private final Set<String> known;
  private final Set<Place> deleted = new HashSet<>();
  private final Deque<WrongView> views = new ArrayDeque<>();
  private volatile @Nullable StorageView last;
  private volatile boolean closed;
  private boolean unwritten;

  WrongEngine(StorageEngine engine, StorageOptions options, Flaw flaw) {
    this.engine = engine;
    tables = options.tables();
    this.flaw = flaw;
    known = flaw == Flaw.S12_A_NEW_TABLE_IS_UNKNOWN ? firstTables(options) : Set.of();
  }

  /** The tables that the first open of the directory was asked for. */
  private static Set<String> firstTables(StorageOptions options) {
    Path names = options.directory().resolve("names");
    try {
      if (!Files.exists(names)) {
        Files.write(names, options.tables().stream().map(Table::name).toList());
      }
      return new HashSet<>(Files.readAllLines(names));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public StorageEngine delegate() {
    return engine;
  }

  @Override
  public StorageView view() {
    StorageView kept = last;
    if (closed && kept != null) {
      return kept;
    }
    WrongView view = new WrongView(engine, flaw);
    if (flaw == Flaw.S2_OLD_VIEWS_MOVE_ON) {
      synchronized (views) {
        views.removeIf(WrongView::closed);
        views.addLast(view);
        if (views.size() > STABLE_VIEWS_MAX) {
          views.removeFirst().moveOn();
        }
      }
    }
    return view;
  }

  @Override
  public void commit(List<Mutation> batch) {
    try {
      engine.commit(changedOrBroken(batch));
    } catch (StorageException.Refused e) {
      throw refusal(e);
    } catch (RuntimeException e) {
      unwritten = false; // there is nothing to catch up on any more
      throw e;
    }
  }

  /** A batch that throws when it is read is for the right engine to stumble over. */
  private List<Mutation> changedOrBroken(List<Mutation> batch) {
    try {
      return changed(batch);
    } catch (RuntimeException e) {
      return batch;
    }
  }

  private List<Mutation> changed(List<Mutation> batch) {
    return switch (flaw) {
      case S1_A_PUT_AFTER_A_DELETION_IS_LOST ->
          batch.stream().filter(mutation -> !isLost(mutation)).toList();
      case S1_A_RANGE_DELETION_REACHES_OTHER_TABLES ->
          batch.stream().mapMulti(this::reachOthers).toList();
      case S1_LONG_KEYS_ARE_CUT, S6_LARGE_VALUES_ARE_CUT -> batch.stream().map(this::cut).toList();
      case S3_DELETIONS_GO_FIRST ->
          batch.stream().sorted(Comparator.comparing(Mutation.Put.class::isInstance)).toList();
      case S12_A_NEW_TABLE_IS_UNKNOWN -> batch.stream().map(this::unlessUnknown).toList();
      default -> batch;
    };
  }

  private boolean isLost(Mutation mutation) {
    return switch (mutation) {
      case Mutation.Put put -> deleted.contains(new Place(put.table(), put.key()));
      case Mutation.Delete delete -> {
        deleted.add(new Place(delete.table(), delete.key()));
        yield false;
      }
      case Mutation.DeleteRange _ -> false;
    };
  }

  private void reachOthers(Mutation mutation, Consumer<Mutation> next) {
    next.accept(mutation);
    if (mutation instanceof Mutation.DeleteRange range && !range.to().isEmpty()) {
      for (Table table : tables) {
        next.accept(new Mutation.DeleteRange(table, range.from(), range.to()));
      }
    }
  }

  private Mutation cut(Mutation mutation) {
    if (!(mutation instanceof Mutation.Put put)) {
      return mutation;
    }
    return flaw == Flaw.S1_LONG_KEYS_ARE_CUT
        ? new Mutation.Put(put.table(), cut(put.key(), LONG_KEY_BYTES), put.value())
        : new Mutation.Put(put.table(), put.key(), cut(put.value(), LARGE_VALUE_BYTES));
  }

  private static Bytes cut(Bytes bytes, int max) {
    return Bytes.of(bytes.array(), bytes.offset(), Math.min(max, bytes.length()));
  }

  private Mutation unlessUnknown(Mutation mutation) {
    return known.contains(mutation.table().name())
        ? mutation
        : new Mutation.Delete(new Table("unknown", KeyOrder.ANY), Bytes.utf8("k"));
  }

  @Override
  public void barrier() {
    if (flaw == Flaw.S4_A_BARRIER_RETURNS_BEFORE_IT_WRITES) {
      engine.size(); // refuses if barriers must
      unwritten = true;
      return;
    }
    try {
      engine.barrier();
    } catch (StorageException.Refused e) {
      if (flaw != Flaw.S7_BARRIERS_GO_ON_AFTER_A_FAILURE || closed) {
        throw refusal(e);
      }
    }
  }

  @Override
  public StorageSize size() {
    StorageSize size = engine.size();
    return flaw == Flaw.S10_SIZE_IS_UNKNOWN ? new StorageSize(0, 0) : size;
  }

  @Override
  public void close() {
    if (unwritten) {
      unwritten = false;
      engine.barrier();
    }
    if (flaw == Flaw.S11_A_CLOSED_ENGINE_GIVES_VIEWS && !closed) {
      last = viewUnlessFailed();
    }
    closed = true;
    engine.close();
  }

  private @Nullable StorageView viewUnlessFailed() {
    try {
      return engine.view();
    } catch (StorageException.Refused e) {
      return null; // it failed, and says so also when it is closed
    }
  }

  private RuntimeException refusal(StorageException.Refused right) {
    return flaw == Flaw.S7_REFUSES_WITH_ANOTHER_ERROR && !closed
        ? new IllegalStateException("the engine has failed", right)
        : right;
  }
}
