// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.engines;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/**
 * Folders of this machine that go when they are not needed any more, at the latest with the JVM.
 * They are in memory where the machine has a place for that with ample room, and otherwise below
 * {@code java.io.tmpdir}: no simulated power cut takes anything from them, so that waiting for a
 * disk would only cost time.
 */
final class TemporaryFolders {
  private static final Path MEMORY = Path.of("/dev/shm");
  private static final long AMPLE_BYTES = 1L << 30;

  private static final Path ROOT = root();

  private TemporaryFolders() {}

  /** A new one, empty. */
  static Path create() throws IOException {
    return Files.createTempDirectory(ROOT, "engine");
  }

  /** Removes a folder and all that is in it. */
  static void delete(Path folder) throws IOException {
    Files.walkFileTree(
        folder,
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
  }

  private static Path root() {
    try {
      String prefix = "cairn-simulation";
      Path root =
          isAmple(MEMORY)
              ? Files.createTempDirectory(MEMORY, prefix)
              : Files.createTempDirectory(prefix);
      Runtime.getRuntime().addShutdownHook(new Thread(() -> deleteAtLast(root)));
      return root;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isAmple(Path place) throws IOException {
    return Files.isDirectory(place)
        && Files.isWritable(place)
        && Files.getFileStore(place).getUsableSpace() >= AMPLE_BYTES;
  }

  private static void deleteAtLast(Path root) {
    try {
      delete(root);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
