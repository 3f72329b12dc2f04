// SPDX-License-Identifier: Apache-2.0
package io.cairn.tidy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * ARCHITECTURE.md shows what there is: every module, lane and lock of a server is in it, and the
 * types that it names exist.
 */
final class ArchitectureMapTest {
  private static final String MAP = "ARCHITECTURE.md";

  /** What is in a server's process. */
  private static final Pattern SERVED =
      Pattern.compile("(api|backend|consensus|kernel|distribution|spi)[^/]*/src/main/java/.*");

  private static final Pattern LOCK =
      Pattern.compile(
          "^(?!\\s*(\\*|//)).*(\\bsynchronized\\b|new ReentrantLock)", Pattern.MULTILINE);

  private static final Pattern LANE =
      Pattern.compile("(?:\\.lane|lazily|LateLane)\\((?:scheduler, )?\"(?<name>[^\"]+)\"");

  /** A type, with a package's folder before it or a member behind it. */
  private static final Pattern NAMED_TYPE =
      Pattern.compile("`(?:[a-z./]+[./])?(?<type>[A-Z]\\w*[a-z]\\w*)");

  @TempDir Path folder;

  @Test
  void mapIsTrue() {
    assertThat(complaints(SourceTree.ofThisBuild())).isEmpty();
  }

  @Test
  void whatIsNotOnTheMapIsReported() throws IOException {
    plant("pom.xml", "");
    plant("kernel/pom.xml", "");
    plant("auth/pom.xml", "");
    plant("auth/src/main/java/Auth.java", "");
    plant(
        "kernel/src/main/java/Locked.java",
        "/** Nothing synchronized. */ class Locked { synchronized void a() {} }");
    plant("kernel/src/main/java/Known.java", "class Known { Object o = new ReentrantLock(); }");
    plant("kernel/src/main/java/Free.java", "class Free {\n  // Not synchronized.\n}");
    plant(
        "kernel/src/main/java/Lanes.java", "scheduler.lane(\"raft\"); scheduler.lane(\"flush\");");
    plant(MAP, "`kernel`: `raft`, `Known`, `apply/Lanes.start`, `Gone`\n");

    assertThat(complaints(new SourceTree(folder)))
        .containsExactlyInAnyOrder(
            "module auth is not on the map",
            "lane flush is not on the map",
            "lock Locked is not on the map",
            "there is no type Gone");
  }

  private void plant(String file, String content) throws IOException {
    Path path = folder.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, content);
  }

  private static List<String> complaints(SourceTree tree) {
    String map = SourceTree.read(tree.root().resolve(MAP));
    List<Path> sources = tree.filesEndingIn(".java");
    Set<String> types =
        sources.stream().map(ArchitectureMapTest::typeOf).collect(Collectors.toSet());
    Set<String> asked = new TreeSet<>();
    tree.modules().forEach(module -> asked.add("module " + module.getFileName()));
    for (Path source : sources) {
      if (SERVED.matcher(tree.name(source)).matches()) {
        String text = SourceTree.read(source);
        LANE.matcher(text).results().forEach(lane -> asked.add("lane " + lane.group("name")));
        if (LOCK.matcher(text).find()) {
          asked.add("lock " + typeOf(source));
        }
      }
    }
    List<String> complaints = new ArrayList<>();
    for (String one : asked) {
      String name = one.substring(one.indexOf(' ') + 1);
      if (!Pattern.compile("[`*]" + Pattern.quote(name) + "\\b").matcher(map).find()) {
        complaints.add(one + " is not on the map");
      }
    }
    NAMED_TYPE
        .matcher(map)
        .results()
        .map(named -> named.group("type"))
        .distinct()
        .filter(type -> !types.contains(type))
        .forEach(type -> complaints.add("there is no type " + type));
    return complaints;
  }

  private static String typeOf(Path source) {
    String name = String.valueOf(source.getFileName());
    return name.substring(0, name.length() - ".java".length());
  }
}
