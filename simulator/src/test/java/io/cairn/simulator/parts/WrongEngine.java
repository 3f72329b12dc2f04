// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.parts;

import io.cairn.conformancetests.forwarding.ForwardingCursor;
import io.cairn.conformancetests.forwarding.ForwardingEngine;
import io.cairn.conformancetests.forwarding.ForwardingView;
import io.cairn.spi.environment.ThreadSafe;
import io.cairn.spi.plugin.PluginDescriptor;
import io.cairn.spi.storage.Cursor;
import io.cairn.spi.storage.Mutation;
import io.cairn.spi.storage.StorageBackend;
import io.cairn.spi.storage.StorageEngine;
import io.cairn.spi.storage.StorageOptions;
import io.cairn.spi.storage.StorageView;
import io.cairn.spi.storage.Table;
import io.cairn.spi.store.Bytes;
import java.util.List;

/** A right engine that is made wrong in one way. */
@ThreadSafe
final class WrongEngine implements ForwardingEngine {
  /** In which. */
  enum Flaw {
    /** A barrier returns before anything is durable (S4). */
    BARRIER_RETURNS_AT_ONCE,
    /** A part of a batch is in the next one (S3). */
    BATCH_IN_TWO_PARTS,
    /** A cursor leaves out a key (S5). */
    CURSOR_SKIPS_A_KEY,
    /** Deletions are not done (S3). */
    DELETIONS_ARE_FORGOTTEN,
  }

  private final StorageEngine engine;
  private final Flaw flaw;

  private WrongEngine(StorageEngine engine, Flaw flaw) {
    this.engine = engine;
    this.flaw = flaw;
  }

  /** Opens wrong engines. */
  record Backend(StorageBackend right, Flaw flaw) implements StorageBackend {
    @Override
    public PluginDescriptor descriptor() {
      return right.descriptor();
    }

    @Override
    public StorageEngine open(StorageOptions options) {
      return new WrongEngine(right.open(options), flaw);
    }
  }

  @Override
  public StorageEngine delegate() {
    return engine;
  }

  @Override
  public StorageView view() {
    StorageView view = engine.view();
    return flaw == Flaw.CURSOR_SKIPS_A_KEY ? new Skipping(view) : view;
  }

  @Override
  public void commit(List<Mutation> batch) {
    switch (flaw) {
      case BATCH_IN_TWO_PARTS -> {
        engine.commit(batch.subList(0, batch.size() / 2));
        engine.barrier();
        engine.commit(batch.subList(batch.size() / 2, batch.size()));
      }
      case DELETIONS_ARE_FORGOTTEN ->
          engine.commit(batch.stream().filter(Mutation.Put.class::isInstance).toList());
      case BARRIER_RETURNS_AT_ONCE, CURSOR_SKIPS_A_KEY -> engine.commit(batch);
    }
  }

  @Override
  public void barrier() {
    if (flaw != Flaw.BARRIER_RETURNS_AT_ONCE) {
      engine.barrier();
    }
  }

  private record Skipping(StorageView delegate) implements ForwardingView {
    @Override
    public Cursor scan(Table table, Bytes from, Bytes to) {
      return new SkippingCursor(delegate.scan(table, from, to));
    }
  }

  /** Goes on from one key to the next but one, once. */
  private static final class SkippingCursor implements ForwardingCursor {
    private static final int SKIPPED = 7;

    private final Cursor cursor;
    private int at;

    SkippingCursor(Cursor cursor) {
      this.cursor = cursor;
    }

    @Override
    public Cursor delegate() {
      return cursor;
    }

    @Override
    public boolean next() {
      at++;
      return cursor.next() && (at != SKIPPED || cursor.next());
    }
  }
}
