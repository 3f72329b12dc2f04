// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests;

import io.cairn.conformancetests.forwarding.ForwardingCursor;
import io.cairn.spi.storage.Cursor;
import io.cairn.spi.storage.StorageEngine;
import io.cairn.spi.storage.StorageView;
import io.cairn.spi.storage.Table;
import io.cairn.spi.store.Bytes;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A right view behind a wrong one. */
final class WrongView implements StorageView {
  private static final int LONG_SCAN_ENTRIES = 15_000;

  private final StorageEngine engine;
  private final Flaw flaw;
  private volatile StorageView view;
  private volatile boolean closed;
  private @Nullable WrongCursor cursor;

  WrongView(StorageEngine engine, Flaw flaw) {
    this.engine = engine;
    this.flaw = flaw;
    view = engine.view();
  }

  boolean closed() {
    return closed;
  }

  /** Shows what is there now. */
  void moveOn() {
    view.close();
    view = engine.view();
  }

  @Override
  public void get(Table table, List<Bytes> keys, Found found) {
    switch (flaw) {
      case S2_READS_BY_KEY_SEE_LATER_COMMITS -> {
        view.get(table, List.of(), found); // refuses if it is closed
        try (StorageView present = engine.view()) {
          present.get(table, keys, found);
        }
      }
      case S6_A_KEY_ASKED_TWICE_IS_ANSWERED_ONCE -> {
        Set<Bytes> answered = new HashSet<>();
        view.get(
            table,
            keys,
            (position, value) -> {
              if (answered.add(keys.get(position))) {
                found.value(position, value);
              }
            });
      }
      case S6_EMPTY_VALUES_ARE_ABSENT ->
          view.get(
              table,
              keys,
              (position, value) -> {
                if (!value.isEmpty()) {
                  found.value(position, value);
                }
              });
      default -> view.get(table, keys, found);
    }
  }

  @Override
  public Cursor scan(Table table, Bytes from, Bytes to) {
    return opened(view.scan(table, from, to));
  }

  @Override
  public Cursor scanReverse(Table table, Bytes from, Bytes to) {
    return opened(view.scanReverse(table, from, to));
  }

  private Cursor opened(Cursor right) {
    return switch (flaw) {
      case S5_A_CURSOR_ENDS_THE_ONE_BEFORE_IT -> {
        WrongCursor before = cursor;
        if (before != null) {
          before.left = 0;
        }
        WrongCursor wrong = new WrongCursor(right, Integer.MAX_VALUE);
        cursor = wrong;
        yield wrong;
      }
      case S5_LONG_SCANS_END_EARLY -> new WrongCursor(right, LONG_SCAN_ENTRIES);
      default -> right;
    };
  }

  @Override
  public void close() {
    if (flaw != Flaw.S11_A_CLOSED_VIEW_ANSWERS) {
      view.close();
    }
    closed = true;
  }

  /** Ends after so many entries. */
  private static final class WrongCursor implements ForwardingCursor {
    private final Cursor cursor;
    private int left;

    WrongCursor(Cursor cursor, int left) {
      this.cursor = cursor;
      this.left = left;
    }

    @Override
    public Cursor delegate() {
      return cursor;
    }

    @Override
    public boolean next() {
      return left-- > 0 && cursor.next();
    }
  }
}
