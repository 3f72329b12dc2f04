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

/**
 * One directory for native libraries in a JVM. A library stays loaded for as long as the JVM lives,
 * so it cannot live in the directory of one test.
 */
public final class NativeLibraries {
  private static final Path DIRECTORY = create();

  private NativeLibraries() {}

  /** The directory, which goes with the JVM. */
  public static Path directory() {
    return DIRECTORY;
  }

  private static Path create() {
    try {
      Path created = Files.createTempDirectory("cairn-natives");
      Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(created)));
      return created;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void delete(Path directory) {
    try {
      Files.walkFileTree(
          directory,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
              Files.delete(file);
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException e)
                throws IOException {
              Files.delete(visited);
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
