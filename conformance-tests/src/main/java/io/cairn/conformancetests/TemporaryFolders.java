// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/** Folders of this machine that go with the JVM, with all that is in them then. */
public final class TemporaryFolders {
  private TemporaryFolders() {}

  /** A new one below {@code java.io.tmpdir}. */
  public static Path create(String prefix) {
    return createIn(Path.of(System.getProperty("java.io.tmpdir")), prefix);
  }

  /** A new one below another folder. */
  public static Path createIn(Path place, String prefix) {
    try {
      Path created = Files.createTempDirectory(place, prefix);
      Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(created)));
      return created;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Removes a folder and all that is in it, which nobody may be using. */
  public static void delete(Path folder) {
    try {
      Files.walkFileTree(folder, new Deletion());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static final class Deletion extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Files.delete(file);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException e)
        throws IOException {
      Files.delete(visited);
      return FileVisitResult.CONTINUE;
    }
  }
}
