// SPDX-License-Identifier: Apache-2.0
package io.cairn.tidy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The files that people write, without what the build or Git made of them. */
final class SourceTree {
  private static final Set<String> NOT_OURS = Set.of("target", ".git", ".idea", "node_modules");

  private final Path root;

  SourceTree(Path root) {
    this.root = root;
  }

  /** The tree that this test belongs to, whatever folder it is run from. */
  static SourceTree ofThisBuild() {
    Path start = Path.of("").toAbsolutePath();
    for (Path at = start; at != null; at = at.getParent()) {
      if (Files.isDirectory(at.resolve(".mvn"))) {
        return new SourceTree(at);
      }
    }
    throw new IllegalStateException("no folder '.mvn' in or above '" + start + "'");
  }

  Path root() {
    return root;
  }

  /** The folders of the modules that have code. */
  List<Path> modules() {
    try (Stream<Path> children = Files.list(root)) {
      return children
          .filter(child -> Files.exists(child.resolve("pom.xml")))
          .filter(child -> Files.isDirectory(child.resolve("src")))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** All files with one of the endings, sorted. */
  List<Path> filesEndingIn(String... endings) {
    List<Path> found = new ArrayList<>();
    try {
      Files.walkFileTree(
          root,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
              return NOT_OURS.contains(nameOf(folder))
                  ? FileVisitResult.SKIP_SUBTREE
                  : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
              if (Stream.of(endings).anyMatch(nameOf(file)::endsWith)) {
                found.add(file);
              }
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return found.stream().sorted().toList();
  }

  /** The path as it is named in complaints. */
  String name(Path file) {
    return root.relativize(file).toString();
  }

  static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read '" + file + "'", e);
    }
  }

  private static String nameOf(Path path) {
    Path name = path.getFileName();
    return name == null ? "" : name.toString();
  }
}
