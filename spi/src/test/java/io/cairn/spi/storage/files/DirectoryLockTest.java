// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.storage.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.spi.storage.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DirectoryLockTest {
  @TempDir Path directory;

  @Test
  void whoeverHasItKeepsAllOthersOut() {
    try (DirectoryLock held = DirectoryLock.acquire(directory)) {
      assertThat(held.isHeld()).isTrue();
      assertThatThrownBy(() -> DirectoryLock.acquire(directory))
          .isInstanceOf(StorageException.InUse.class)
          .hasMessageContaining(directory.toString());
    }

    DirectoryLock.acquire(directory).close();
  }

  @Test
  void aDirectoryIsTheSameUnderAllItsNames() throws IOException {
    Path real = Files.createDirectory(directory.resolve("real"));
    Path link = Files.createSymbolicLink(directory.resolve("link"), real);

    try (DirectoryLock _ = DirectoryLock.acquire(link)) {
      assertThatThrownBy(() -> DirectoryLock.acquire(real))
          .isInstanceOf(StorageException.InUse.class);
    }
  }

  @Test
  void closingTwiceTakesNothingFromTheNext() {
    DirectoryLock former = DirectoryLock.acquire(directory);
    former.close();

    try (DirectoryLock _ = DirectoryLock.acquire(directory)) {
      former.close();

      assertThat(former.isHeld()).isFalse();
      assertThatThrownBy(() -> DirectoryLock.acquire(directory))
          .isInstanceOf(StorageException.InUse.class);
    }
  }

  @Test
  void itRemembersWhetherTheEngineWasCompleted() throws IOException {
    try (DirectoryLock first = DirectoryLock.acquire(directory)) {
      assertThat(first.isCreated()).isFalse();
      first.markCreated("paper");
    }

    try (DirectoryLock second = DirectoryLock.acquire(directory)) {
      assertThat(second.isCreated()).isTrue();
    }
    assertThat(directory.resolve("LOCK")).content().contains("an engine on paper");
  }

  @Test
  void whatCannotBeLockedIsNotCalledInUse() throws IOException {
    Files.createDirectory(directory.resolve("LOCK"));

    for (int i = 0; i < 2; i++) { // the first attempt leaves nothing behind
      assertThatThrownBy(() -> DirectoryLock.acquire(directory))
          .isInstanceOf(StorageException.Failed.class)
          .hasMessageContaining("LOCK");
    }
  }
}
