// SPDX-License-Identifier: Apache-2.0
package io.cairn.tidy;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Java looks as google-java-format writes it. With {@code -Dtidy.fix=true} it is rewritten instead.
 */
final class FormattingTest {
  @TempDir Path folder;

  @Test
  void productIsFormatted() {
    SourceTree tree = SourceTree.ofThisBuild();

    List<String> complaints = Boolean.getBoolean("tidy.fix") ? fix(tree) : complaints(tree);

    assertThat(complaints).as("files to format, or run with -Dtidy.fix=true").isEmpty();
  }

  @Test
  void badFormIsReported() throws IOException {
    Files.writeString(folder.resolve("Good.java"), "final class Good {}\n");
    Files.writeString(folder.resolve("Bad.java"), "final class Bad  { }\n");
    Files.writeString(folder.resolve("Unused.java"), "import java.util.List;\n\nclass Unused {}\n");
    Files.writeString(folder.resolve("Broken.java"), "final class {\n");

    List<String> complaints = complaints(new SourceTree(folder));

    assertThat(complaints)
        .satisfiesExactly(
            bad -> assertThat(bad).isEqualTo("Bad.java"),
            broken -> assertThat(broken).startsWith("Broken.java: 1:"),
            unused -> assertThat(unused).isEqualTo("Unused.java"));
  }

  @Test
  void fixRewritesWhatItCan() throws IOException {
    Path bad = folder.resolve("Bad.java");
    Files.writeString(bad, "final class Bad  { }\n");
    Files.writeString(folder.resolve("Broken.java"), "final class {\n");

    List<String> complaints = fix(new SourceTree(folder));

    assertThat(complaints).singleElement().asString().startsWith("Broken.java: 1:");
    assertThat(bad).hasContent("final class Bad {}\n");
  }

  private static List<String> complaints(SourceTree tree) {
    return formatAll(tree, (file, _) -> Stream.of(tree.name(file)));
  }

  private static List<String> fix(SourceTree tree) {
    return formatAll(
        tree,
        (file, formatted) -> {
          try {
            Files.writeString(file, formatted);
          } catch (IOException e) {
            throw new UncheckedIOException("cannot write '" + file + "'", e);
          }
          return Stream.empty();
        });
  }

  /** What {@code onChange} says of each file that would change, and what cannot be parsed. */
  private static List<String> formatAll(
      SourceTree tree, BiFunction<Path, String, Stream<String>> onChange) {
    return tree.filesEndingIn(".java").parallelStream()
        .flatMap(file -> {
          String source = SourceTree.read(file);
          try {
            String formatted = new Formatter().formatSourceAndFixImports(source);
            return formatted.equals(source) ? Stream.empty() : onChange.apply(file, formatted);
          } catch (FormatterException e) {
            return Stream.of(tree.name(file) + ": " + e.getMessage());
          }
        })
        .toList();
  }
}
