// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.kernel.records.RecordFormat;
import io.cairn.kernel.records.RevisionKey;
import io.cairn.kernel.state.Tables;
import io.cairn.kernel.virtual.CrashingEngine;
import io.cairn.spi.storage.Mutation;
import io.cairn.spi.storage.StorageEngine;
import io.cairn.spi.storage.StorageException;
import io.cairn.spi.storage.Table;
import io.cairn.spi.store.Bytes;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class EngineCopyTest {
  private static final EngineCopy.Progress IGNORED = (rows, bytes) -> {};
  private static final Bytes RECORD = new RevisionKey(7, 0, false).encode();

  private final CrashingEngine source = new CrashingEngine();
  private final CrashingEngine target = new CrashingEngine();

  @AfterEach
  void close() {
    source.close();
    target.close();
  }

  static List<Table> tables() {
    return Tables.ALL;
  }

  @Test
  void everyTableIsCopiedAndDurable() {
    fill(25_000);
    List<Long> told = new ArrayList<>();

    EngineCopy.Content copied = EngineCopy.copy(source, target, (rows, bytes) -> told.add(rows));

    assertThat(copied.rows()).isEqualTo(25_000L * (Tables.ALL.size() - 1) + 1);
    assertThat(EngineCopy.compare(source, target, IGNORED)).isEqualTo(copied);
    assertThat(target.durableCommits()).isEqualTo(target.commits());
    assertThat(told).isSorted().endsWith(copied.rows()).hasSizeGreaterThan(12);
  }

  @ParameterizedTest
  @MethodSource("tables")
  void differenceInAnyTableIsFound(Table table) {
    fill(10);
    var _ = EngineCopy.copy(source, target, IGNORED);
    Bytes key = table.equals(Tables.REVISIONS) ? RECORD : Bytes.utf8("k3");
    List<List<Mutation>> differences =
        List.of(
            List.of(new Mutation.Put(table, key, Bytes.utf8("another value"))),
            List.of(new Mutation.Delete(table, key)),
            List.of(new Mutation.Put(table, Bytes.utf8("zz"), Bytes.EMPTY)));

    for (List<Mutation> difference : differences) {
      try (StorageEngine changed = target.crash(target.commits())) {
        changed.commit(difference);

        assertThatThrownBy(() -> EngineCopy.compare(source, changed, IGNORED))
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("'" + table.name() + "'");
      }
    }
  }

  @Test
  void damagedRecordIsNotCarriedOver() {
    source.commit(List.of(new Mutation.Put(Tables.REVISIONS, RECORD, Bytes.utf8("no checksum"))));

    assertThatThrownBy(() -> EngineCopy.copy(source, target, IGNORED))
        .isInstanceOf(StorageException.Damaged.class)
        .hasMessageContaining("checksum");
  }

  /** One record of history, and so many rows in each other table. */
  private void fill(int rows) {
    List<Mutation> batch = new ArrayList<>();
    Bytes record = new RecordFormat(Tables.REVISIONS).seal(RECORD, Bytes.utf8("record"));
    batch.add(new Mutation.Put(Tables.REVISIONS, RECORD, record));
    for (Table table : Tables.ALL) {
      for (int i = 0; i < rows && !table.equals(Tables.REVISIONS); i++) {
        batch.add(new Mutation.Put(table, Bytes.utf8("k" + i), Bytes.utf8("value " + i)));
      }
    }
    source.commit(batch);
  }
}
