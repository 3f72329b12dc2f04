// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.maintenance;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.backendmemory.MemoryBackend;
import io.cairn.kernel.state.Tables;
import io.cairn.spi.storage.Mutation;
import io.cairn.spi.storage.StorageEngine;
import io.cairn.spi.storage.StorageOptions;
import io.cairn.spi.storage.StorageView;
import io.cairn.spi.store.Alarm;
import io.cairn.spi.store.Alarm.Action;
import io.cairn.spi.store.Alarm.Kind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class AlarmBookTest {
  private static final Alarm SPACE_1 = new Alarm(1, Kind.NOSPACE);
  private static final Alarm SPACE_HIGH = new Alarm(-1, Kind.NOSPACE);
  private static final Alarm CORRUPT_0 = new Alarm(0, Kind.CORRUPT);

  private final AlarmBook book = new AlarmBook();
  private final StorageEngine engine =
      new MemoryBackend().open(new StorageOptions(Path.of("."), Tables.ALL, 1 << 20, Path.of(".")));

  @AfterEach
  void close() {
    engine.close();
  }

  @Test
  void raisedAlarmsAreListedByKind() {
    assertThat(apply(Action.ACTIVATE, SPACE_HIGH)).containsExactly(SPACE_HIGH);
    assertThat(apply(Action.ACTIVATE, CORRUPT_0)).containsExactly(CORRUPT_0);
    assertThat(apply(Action.ACTIVATE, SPACE_1)).containsExactly(SPACE_1);

    assertThat(apply(Action.GET, new Alarm(9, Kind.NONE)))
        .containsExactly(SPACE_1, SPACE_HIGH, CORRUPT_0);
    assertThat(apply(Action.GET, new Alarm(9, Kind.NOSPACE))).containsExactly(SPACE_1, SPACE_HIGH);
    assertThat(apply(Action.GET, new Alarm(9, Kind.UNKNOWN))).isEmpty();
    assertThat(book.isNoSpace()).isTrue();
    assertThat(book.isCorrupt()).isTrue();
  }

  @Test
  void alarmThatIsRaisedAlreadyIsReportedAgainAndStoredOnce() {
    apply(Action.ACTIVATE, SPACE_1);
    List<Mutation> batch = new ArrayList<>();

    assertThat(book.apply(Action.ACTIVATE, SPACE_1, batch)).containsExactly(SPACE_1);

    assertThat(batch).isEmpty();
    assertThat(book.list(Kind.NONE)).containsExactly(SPACE_1);
  }

  @Test
  void nothingIsRaisedForNoKind() {
    assertThat(apply(Action.ACTIVATE, new Alarm(1, Kind.NONE))).isEmpty();

    assertThat(book.list(Kind.NONE)).isEmpty();
  }

  @Test
  void onlyTheVeryAlarmIsEnded() {
    apply(Action.ACTIVATE, SPACE_1);
    apply(Action.ACTIVATE, SPACE_HIGH);

    assertThat(apply(Action.DEACTIVATE, new Alarm(2, Kind.NOSPACE))).isEmpty();
    assertThat(apply(Action.DEACTIVATE, new Alarm(1, Kind.CORRUPT))).isEmpty();
    assertThat(apply(Action.DEACTIVATE, SPACE_1)).containsExactly(SPACE_1);
    assertThat(book.isNoSpace()).as("another member still has no space").isTrue();

    apply(Action.DEACTIVATE, SPACE_HIGH);
    assertThat(book.isNoSpace()).isFalse();
  }

  @Test
  void alarmsComeBackFromTheEngine() {
    apply(Action.ACTIVATE, SPACE_HIGH);
    apply(Action.ACTIVATE, SPACE_1);
    apply(Action.ACTIVATE, CORRUPT_0);
    apply(Action.DEACTIVATE, SPACE_1);

    AlarmBook other = new AlarmBook();
    try (StorageView view = engine.view()) {
      other.load(view);
    }

    assertThat(other.list(Kind.NONE)).containsExactly(SPACE_HIGH, CORRUPT_0);
    assertThat(other.isNoSpace()).isTrue();
    assertThat(other.isCorrupt()).isTrue();
  }

  private List<Alarm> apply(Action action, Alarm alarm) {
    List<Mutation> batch = new ArrayList<>();
    List<Alarm> concerned = book.apply(action, alarm, batch);
    engine.commit(batch);
    return concerned;
  }
}
