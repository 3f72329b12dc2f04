// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.engines;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** All that a folder holds at one moment. */
final class FolderImage {
  /** A folder with nothing in it. */
  static final FolderImage EMPTY = new FolderImage(new TreeMap<>());

  private static final int READINGS_MAX = 1000;

  /** Stands for a folder within the folder. */
  private static final byte[] FOLDER = new byte[0];

  /** By path within the folder, so that a folder comes before what is in it. */
  private final Map<Path, byte[]> entries;

  private FolderImage(Map<Path, byte[]> entries) {
    this.entries = entries;
  }

  /**
   * What a folder holds right now, though an engine's own threads may be writing there. What two
   * readings in a row find equal is what was there between them, file for file; an engine that is
   * asked for nothing comes to rest.
   *
   * @throws IOException if it does not, or if something cannot be read
   */
  static FolderImage of(Path folder) throws IOException {
    FolderImage last = read(folder);
    for (int readings = 1; readings < READINGS_MAX; readings++) {
      FolderImage next = read(folder);
      if (next.holdsTheSameAs(last)) {
        return next;
      }
      last = next;
    }
    throw new IOException(
        "the files in '%s' do not come to rest: they changed in each of %d readings"
            .formatted(folder, READINGS_MAX));
  }

  private static FolderImage read(Path folder) throws IOException {
    Map<Path, byte[]> entries = new TreeMap<>();
    for (Path path : paths(folder)) {
      try {
        entries.put(
            folder.relativize(path), Files.isDirectory(path) ? FOLDER : Files.readAllBytes(path));
      } catch (NoSuchFileException e) {
        // Removed since the listing: then the next reading differs from this one, or agrees.
      }
    }
    return new FolderImage(entries);
  }

  private static List<Path> paths(Path folder) throws IOException {
    while (true) {
      try (Stream<Path> walk = Files.walk(folder)) {
        return walk.filter(path -> !path.equals(folder)).sorted().toList();
      } catch (UncheckedIOException e) {
        if (!(e.getCause() instanceof NoSuchFileException)) {
          throw e.getCause();
        }
      }
    }
  }

  @SuppressWarnings("ReferenceEquality") // The mark of a folder is that very array.
  private boolean holdsTheSameAs(FolderImage other) {
    return entries.keySet().equals(other.entries.keySet())
        && entries.entrySet().stream()
            .allMatch(entry -> {
              byte[] there = other.entries.get(entry.getKey());
              return (entry.getValue() == FOLDER) == (there == FOLDER)
                  && Arrays.equals(entry.getValue(), there);
            });
  }

  /** Puts everything into a folder that is empty. */
  @SuppressWarnings("ReferenceEquality") // As above.
  void writeTo(Path folder) throws IOException {
    for (Map.Entry<Path, byte[]> entry : entries.entrySet()) {
      Path path = folder.resolve(entry.getKey());
      if (entry.getValue() == FOLDER) {
        Files.createDirectory(path);
      } else {
        Files.write(path, entry.getValue());
      }
    }
  }
}
