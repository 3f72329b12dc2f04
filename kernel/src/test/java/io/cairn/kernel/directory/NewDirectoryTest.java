// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.kernel.environment.FileDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class NewDirectoryTest {
  private static final MemberIdentity SELF = new MemberIdentity("lmdb", 1, 2, 3, 1);

  @TempDir Path data;

  private MemberDirectory directory;
  private NewDirectory made;

  @BeforeEach
  void begin() {
    FileDisk disk = FileDisk.withoutSync(data);
    directory = new MemberDirectory(disk, "data");
    made = new NewDirectory(disk, directory);
  }

  @Test
  void completeDirectoryIsTheMembers() throws IOException {
    String folder = made.begin();
    Files.writeString(data.resolve(folder).resolve("file"), "content");
    made.complete(SELF);

    assertThat(directory.read()).contains(SELF);
    assertThat(directory.boot(SELF, "lmdb").boot()).isEqualTo(2);
    assertThat(data.resolve("member")).isDirectoryNotContaining("glob:**RESTORING");
  }

  @Test
  void directoryThatWasBegunDoesNotStart() throws IOException {
    var _ = made.begin();

    assertThatThrownBy(directory::read)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "restoring a backup into the data directory 'data' was broken off; remove the directory"
                + " and restore again");
  }

  @Test
  void discardedDirectoryWasNeverThere() throws IOException {
    String folder = made.begin();
    Files.writeString(data.resolve(folder).resolve("file"), "content");
    made.discard();

    assertThat(directory.read()).isEqualTo(Optional.empty());
    assertThat(data).isEmptyDirectory();
  }
}
