// SPDX-License-Identifier: Apache-2.0
package io.cairn.tidy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The first line of every source file names the licence. */
final class LicenceTest {
  private static final String HEADER = "// SPDX-License-Identifier: Apache-2.0";

  @TempDir Path folder;

  @Test
  void productNamesItsLicence() {
    SourceTree tree = SourceTree.ofThisBuild();

    List<String> complaints = complaints(tree);

    assertThat(complaints).as("files that do not begin with '%s'", HEADER).isEmpty();
  }

  @Test
  void missingHeaderIsReported() throws IOException {
    Files.writeString(folder.resolve("Good.java"), HEADER + "\nclass Good {}\n");
    Files.writeString(folder.resolve("Late.java"), "\n" + HEADER + "\nclass Late {}\n");
    Files.writeString(folder.resolve("empty.proto"), "");

    List<String> complaints = complaints(new SourceTree(folder));

    assertThat(complaints).containsExactly("Late.java", "empty.proto");
  }

  private static List<String> complaints(SourceTree tree) {
    return tree.filesEndingIn(".java", ".proto").stream()
        .filter(file -> !SourceTree.read(file).startsWith(HEADER + "\n"))
        .map(tree::name)
        .toList();
  }
}
