// SPDX-License-Identifier: Apache-2.0
package io.cairn.tidy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Links in Markdown lead somewhere. */
final class MarkdownLinksTest {
  @TempDir Path folder;

  @Test
  void productLinksResolve() {
    MarkdownLinks links = new MarkdownLinks(SourceTree.ofThisBuild());

    List<String> complaints = links.complaints();

    assertThat(complaints).as("links that lead nowhere").isEmpty();
  }

  @Test
  void brokenLinksAreReported() throws IOException {
    Files.createDirectory(folder.resolve("docs"));
    Files.writeString(
        folder.resolve("README.md"),
        """
        # Cairn: the `store`

        [file](docs/plugins.md), [folder](docs), [world](https://example.org/x), [self](#cairn-the-store),
        [heading](docs/plugins.md#two-words), [again](docs/plugins.md#two-words-1 "with a title"),
        [anchor](docs/plugins.md#here), `[code](nowhere.md)`, [reference].

        [reference]: docs/missing.md

        ```
        [fenced](nowhere.md)
        ```

        [gone](gone.md), [no heading](docs/plugins.md#three-words), ![picture](docs/missing.png)
        """);
    Files.writeString(
        folder.resolve("docs/plugins.md"),
        """
        ## Two words
        ## Two words
        <a id="here"></a>
        [up](../README.md), [too far up](../../README.md)
        """);

    List<String> complaints = new MarkdownLinks(new SourceTree(folder)).complaints();

    assertThat(complaints)
        .containsExactly(
            "README.md: docs/missing.md",
            "README.md: gone.md",
            "README.md: docs/plugins.md#three-words",
            "README.md: docs/missing.png",
            "docs/plugins.md: ../../README.md");
  }
}
