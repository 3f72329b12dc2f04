// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.kernel.environment.FileDisk;
import io.cairn.kernel.virtual.CrashingEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EngineFoldersTest {
  @TempDir Path data;
  private final List<String> opened = new ArrayList<>();
  private long recorded;

  @BeforeEach
  void createMember() throws IOException {
    new MemberDirectory(FileDisk.withoutSync(data), "data").create("memory", 1, 2, 3);
  }

  private EngineFolders start() throws IOException {
    EngineFolders folders =
        new EngineFolders(
            FileDisk.withoutSync(data),
            folder -> {
              opened.add(folder);
              return new CrashingEngine();
            },
            () -> recorded);
    folders.open();
    return folders;
  }

  private List<String> engines() throws IOException {
    return FileDisk.withoutSync(data).list("member").stream()
        .filter(name -> name.startsWith("engine"))
        .toList();
  }

  @Test
  void firstEngineIsMadeAtTheFirstStart() throws IOException {
    EngineFolders folders = start();

    assertThat(folders.current()).isEqualTo("member/engine-1");
    assertThat(opened).containsExactly("member/engine-1");
    assertThat(data.resolve("member/engine-1")).isDirectory();
  }

  @Test
  void switchIsFoundAtTheNextStart() throws IOException {
    EngineFolders folders = start();
    folders.openNext();
    folders.completeNext(7);
    Runnable removal = folders.switchToNext();
    assertThat(engines()).containsExactly("engine-1", "engine-2");
    removal.run();

    assertThat(engines()).containsExactly("engine-2");
    assertThat(start().current()).isEqualTo("member/engine-2");
  }

  @Test
  void completeEngineThatTheLogHasRecordedIsTaken() throws IOException {
    EngineFolders folders = start();
    folders.openNext();
    folders.completeNext(7);
    recorded = 7;

    assertThat(start().current()).isEqualTo("member/engine-2");
    assertThat(engines()).containsExactly("engine-2");
    assertThat(Files.readString(data.resolve("member/CURRENT"))).isEqualTo("engine-2\n");
  }

  @Test
  void completeEngineThatTheLogHasNotRecordedIsRemoved() throws IOException {
    EngineFolders folders = start();
    folders.openNext();
    Files.writeString(data.resolve("member/engine-2/file"), "content");
    folders.completeNext(7);
    recorded = 6;

    assertThat(start().current()).isEqualTo("member/engine-1");
    assertThat(engines()).containsExactly("engine-1");
  }

  @Test
  void unfinishedEngineIsGoneOnWith() throws IOException {
    start().openNext();
    Files.writeString(data.resolve("member/engine-2/file"), "content");

    EngineFolders folders = start();
    folders.openNext();

    assertThat(opened).endsWith("member/engine-1", "member/engine-2");
    assertThat(data.resolve("member/engine-2/file")).hasContent("content");
    folders.discardNext();
    assertThat(engines()).containsExactly("engine-1");
  }

  @Test
  void formerEngineWhoseRemovalWasCutShortIsRemoved() throws IOException {
    EngineFolders folders = start();
    folders.openNext();
    folders.completeNext(7);
    folders.switchToNext();

    start();

    assertThat(engines()).containsExactly("engine-2");
  }

  @Test
  void damagedCurrentIsRefused() throws IOException {
    Files.writeString(data.resolve("member/CURRENT"), "engine-x\n");

    assertThatThrownBy(this::start)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("CURRENT")
        .hasMessageContaining("engine-x");
  }

  @Test
  void logIsNotAskedWhenNothingIsComplete() throws IOException {
    new EngineFolders(
            FileDisk.withoutSync(data),
            folder -> new CrashingEngine(),
            () -> {
              throw new AssertionError("nobody needs to know");
            })
        .open();
  }
}
