// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.engines;

import io.cairn.conformancetests.forwarding.ForwardingCursor;
import io.cairn.conformancetests.forwarding.ForwardingEngine;
import io.cairn.conformancetests.forwarding.ForwardingView;
import io.cairn.simulator.environment.EventQueue;
import io.cairn.spi.environment.ThreadSafe;
import io.cairn.spi.storage.Cursor;
import io.cairn.spi.storage.StorageEngine;
import io.cairn.spi.storage.StorageView;
import io.cairn.spi.storage.Table;
import io.cairn.spi.store.Bytes;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A real engine in a process that may end without having closed anything. The operating system
 * would take back what that process had; here that is done in the order that S11 asks for.
 */
@ThreadSafe // All of a simulation is one thread.
final class AbandonableEngine implements ForwardingEngine {
  private static final long BARRIER_NANOS = 200_000;

  private final StorageEngine engine;
  private final EventQueue queue;
  private final Set<View> views = new LinkedHashSet<>();
  private boolean closed;

  AbandonableEngine(StorageEngine engine, EventQueue queue) {
    this.engine = engine;
    this.queue = queue;
  }

  /** Closes everything that is still open. */
  void abandon() {
    List.copyOf(views).forEach(View::abandon);
    close();
  }

  @Override
  public StorageEngine delegate() {
    return engine;
  }

  @Override
  public StorageView view() {
    View view = new View(engine.view());
    views.add(view);
    return view;
  }

  @Override
  public void barrier() {
    engine.barrier();
    queue.elapse(BARRIER_NANOS);
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      engine.close();
    }
  }

  private final class View implements ForwardingView {
    private final StorageView view;
    private final Set<Cursor> cursors = new LinkedHashSet<>();

    View(StorageView view) {
      this.view = view;
    }

    @Override
    public StorageView delegate() {
      return view;
    }

    void abandon() {
      new ArrayList<>(cursors).forEach(Cursor::close);
      close();
    }

    @Override
    public Cursor scan(Table table, Bytes from, Bytes to) {
      return new Walk(view.scan(table, from, to));
    }

    @Override
    public Cursor scanReverse(Table table, Bytes from, Bytes to) {
      return new Walk(view.scanReverse(table, from, to));
    }

    @Override
    public void close() {
      if (views.remove(this)) {
        view.close();
      }
    }

    private final class Walk implements ForwardingCursor {
      private final Cursor cursor;

      Walk(Cursor cursor) {
        this.cursor = cursor;
        cursors.add(this);
      }

      @Override
      public Cursor delegate() {
        return cursor;
      }

      @Override
      public void close() {
        if (cursors.remove(this)) {
          cursor.close();
        }
      }
    }
  }
}
