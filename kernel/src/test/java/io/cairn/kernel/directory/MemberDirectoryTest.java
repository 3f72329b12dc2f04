// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.kernel.environment.DirectoryLock;
import io.cairn.kernel.environment.FileDisk;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MemberDirectoryTest {
  @TempDir Path data;
  private MemberDirectory directory = new MemberDirectory(new FileDisk(Path.of(".")), "unset");

  @BeforeEach
  void openDirectory() {
    directory = new MemberDirectory(new FileDisk(data), data.toString());
  }

  @Test
  void emptyDirectoryHasNoIdentity() throws Exception {
    assertThat(directory.read()).isEmpty();
  }

  @Test
  void identityIsReadBackAndEachStartIsCounted() throws Exception {
    MemberIdentity made = directory.create("memory", 0xcdf818194e3a8c32L, 0x8e9e05c52164694dL, 7);

    directory.boot(made, "memory");

    assertThat(directory.read())
        .hasValue(new MemberIdentity("memory", 0xcdf818194e3a8c32L, 0x8e9e05c52164694dL, 7, 2));
    assertThat(Files.readString(data.resolve("member/CURRENT"))).isEqualTo("engine-1\n");
  }

  @Test
  void otherBackendIsRefusedByName() throws Exception {
    MemberIdentity made = directory.create("rocksdb", 1, 2, 3);

    assertThatThrownBy(() -> directory.boot(made, "lmdb"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("'rocksdb'")
        .hasMessageContaining("'lmdb'");
  }

  @Test
  void directoryOfEtcdIsRefusedWithAHint() throws Exception {
    Files.createDirectories(data.resolve("member/snap"));

    assertThatThrownBy(directory::read)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("written by etcd")
        .hasMessageContaining("cairnutl snapshot restore");
  }

  @Test
  void changedFormatFileIsRefused() throws Exception {
    directory.create("memory", 1, 2, 3);
    Path format = data.resolve("member/FORMAT");
    Files.writeString(format, Files.readString(format).replace("member 2", "member 4"));

    assertThatThrownBy(directory::read)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("FORMAT")
        .hasMessageContaining("checksum");
  }

  @Test
  void missingFormatFileBesideDataIsRefused() throws Exception {
    directory.create("memory", 1, 2, 3);
    Files.createDirectory(data.resolve("member/engine-1"));
    Files.delete(data.resolve("member/FORMAT"));

    assertThatThrownBy(directory::read)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("FORMAT")
        .hasMessageContaining("engine-1");
  }

  @Test
  void formatOfTheFutureIsRefused() throws Exception {
    directory.create("memory", 1, 2, 3);
    Path format = data.resolve("member/FORMAT");
    Files.writeString(format, Files.readString(format).replace("cairn 1", "cairn 9"));

    assertThatThrownBy(directory::read).hasMessageContaining("has format 9");
  }

  @Test
  void lockedDirectoryIsInUse() throws Exception {
    try (DirectoryLock lock = DirectoryLock.acquire(data)) {
      assertThatThrownBy(() -> DirectoryLock.acquire(data))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("in use");
      assertThat(lock).isNotNull();
    }

    DirectoryLock.acquire(data).close();
  }

  @Test
  void whatIsLeftOfForgettingThatWasCutShortCanBeForgotten() throws Exception {
    List<String> inThatOrder =
        List.of("CURRENT", "engine-1", "wal/0001.wal", "wal", "FORMAT", "nothing more");
    for (String next : inThatOrder) {
      directory.create("memory", 1, 2, 3);
      Files.createDirectories(data.resolve("member/engine-1"));
      Files.createDirectories(data.resolve("member/wal"));
      Files.writeString(data.resolve("member/wal/0001.wal"), "entries");
      for (String gone : inThatOrder.subList(0, inThatOrder.indexOf(next))) {
        Files.delete(data.resolve("member").resolve(gone));
      }

      if (directory.read().isPresent()) {
        directory.forget();
      }

      assertThat(directory.read()).as("cut short before " + next).isEmpty();
      assertThat(data.resolve("member")).isEmptyDirectory();
    }
  }
}
