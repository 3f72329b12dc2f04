// SPDX-License-Identifier: Apache-2.0
package io.cairn.tidy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every package says what it is for and is null-marked, by itself or by its module. One description
 * per module is enough: tests share the package of what they test.
 */
final class PackageDescriptionTest {
  private static final Pattern SOURCE_FILE =
      Pattern.compile("(?<module>.*/)src/(main|test)/java/(?<package>.+)/[^/]+");

  /** A Javadoc comment of some words, before the package and its annotations. */
  private static final Pattern DESCRIPTION =
      Pattern.compile(
          "/\\*\\*(\\s|\\*)*\\w[^/]{20,}.*\\*/.*^package ", Pattern.DOTALL | Pattern.MULTILINE);

  private static final Pattern NULL_MARKED =
      Pattern.compile("^@(org\\.jspecify\\.annotations\\.)?NullMarked$", Pattern.MULTILINE);

  @TempDir Path folder;

  @Test
  void productDescribesItsPackages() {
    SourceTree tree = SourceTree.ofThisBuild();

    List<String> complaints = complaints(tree);

    assertThat(complaints).isEmpty();
  }

  @Test
  void poorDescriptionsAreReported() throws IOException {
    plant("a/src/main/java/good/Some.java", "");
    plant(
        "a/src/main/java/good/package-info.java",
        "/** Good for nothing but this test. */\n@NullMarked\npackage good;\n");
    plant("a/src/test/java/good/SomeTest.java", "");
    plant("a/src/main/java/missing/Some.java", "");
    plant("a/src/main/java/silent/package-info.java", "@NullMarked\npackage silent;\n");
    plant(
        "a/src/main/java/unmarked/package-info.java",
        "/** Good for nothing but this test. */\npackage unmarked;\n");
    plant("b/src/main/java/module-info.java", "/** B. */\n@NullMarked\nmodule b {}\n");
    plant(
        "b/src/main/java/marked/package-info.java",
        "/** Good for nothing but this test. */\npackage marked;\n");

    List<String> complaints = complaints(new SourceTree(folder));

    assertThat(complaints)
        .containsExactly(
            "a/ missing: no package-info.java",
            "a/ silent: no description",
            "a/ unmarked: neither the package nor the module is @NullMarked");
  }

  private void plant(String file, String content) throws IOException {
    Path path = folder.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, content);
  }

  private static List<String> complaints(SourceTree tree) {
    List<String> complaints = new ArrayList<>();
    sourcesByPackage(tree)
        .forEach((name, sources) -> {
          String module = name.substring(0, name.indexOf(' '));
          List<String> descriptions =
              sources.stream()
                  .filter(source -> source.endsWith("package-info.java"))
                  .map(SourceTree::read)
                  .toList();
          if (descriptions.isEmpty()) {
            complaints.add(name + ": no package-info.java");
          } else if (descriptions.stream().noneMatch(text -> DESCRIPTION.matcher(text).find())) {
            complaints.add(name + ": no description");
          } else if (descriptions.stream().noneMatch(PackageDescriptionTest::isNullMarked)
              && !isNullMarkedModule(tree, module)) {
            complaints.add(name + ": neither the package nor the module is @NullMarked");
          }
        });
    return complaints;
  }

  /** The sources of each package, under its module and its name. */
  private static Map<String, List<Path>> sourcesByPackage(SourceTree tree) {
    Map<String, List<Path>> found = new TreeMap<>();
    for (Path source : tree.filesEndingIn(".java")) {
      Matcher matcher = SOURCE_FILE.matcher(tree.name(source));
      if (matcher.matches()) {
        String name = matcher.group("module") + " " + matcher.group("package").replace('/', '.');
        found.computeIfAbsent(name, _ -> new ArrayList<>()).add(source);
      }
    }
    return found;
  }

  private static boolean isNullMarkedModule(SourceTree tree, String module) {
    Path descriptor = tree.root().resolve(module + "src/main/java/module-info.java");
    return Files.exists(descriptor) && isNullMarked(SourceTree.read(descriptor));
  }

  private static boolean isNullMarked(String source) {
    return NULL_MARKED.matcher(source).find();
  }
}
