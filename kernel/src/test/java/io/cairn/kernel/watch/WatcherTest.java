// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.KeyRange;
import io.cairn.spi.store.WatchRequest;
import org.junit.jupiter.api.Test;

final class WatcherTest {
  private static final Bytes FROM = Bytes.utf8("a");
  private static final Bytes TO = Bytes.utf8("b");

  private final Watcher watcher =
      new Watcher(
          (ClientStream) new WatchWorld(1 << 20).client().stream,
          0,
          new KeyRange(FROM, TO),
          new WatchRequest(FROM, TO, 0, false, false, false, false, 0, false));

  @Test
  void aRevisionIsNotedOnceHoweverManyOfItsChangesConcernTheWatcher() {
    watcher.begin(1);

    assertThat(watcher.note(2)).isTrue();
    assertThat(watcher.note(2)).isFalse();
    assertThat(watcher.copyNoted()).containsExactly(2);
  }

  /** The stream's thread may be as quick as that, because the revision is published already. */
  @Test
  void aRevisionThatIsToldBetweenTwoOfItsChangesIsNotNotedAgain() {
    watcher.begin(1);

    assertThat(watcher.note(2)).isTrue();
    watcher.dropNotedBelow(3);
    assertThat(watcher.note(2)).isFalse();
    assertThat(watcher.copyNoted()).isEmpty();
    assertThat(watcher.note(3)).isTrue();
  }
}
