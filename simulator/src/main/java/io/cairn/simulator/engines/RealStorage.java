// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.engines;

import io.cairn.conformancetests.NativeLibraries;
import io.cairn.conformancetests.TemporaryFolders;
import io.cairn.simulator.environment.EventQueue;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.environment.Rng;
import io.cairn.spi.storage.StorageBackend;
import io.cairn.spi.storage.StorageEngine;
import io.cairn.spi.storage.StorageOptions;
import io.cairn.spi.storage.Table;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Engines of a backend. While a process runs, a folder of the simulated disk is a real one; while
 * none does, it is an image of its files in memory, so that copies of it cost nothing.
 */
@OnLane("simulation")
final class RealStorage implements Storage {
  private static final long MEMORY_BYTES_MAX = 16 << 20;

  private final StorageBackend backend;

  RealStorage(StorageBackend backend) {
    this.backend = backend;
  }

  @Override
  public String name() {
    return backend.descriptor().name();
  }

  @Override
  public Engines onNewDisk(EventQueue queue, List<Table> tables) {
    return new Folders(queue, tables, new TreeMap<>());
  }

  private final class Folders implements Engines {
    private final EventQueue queue;
    private final List<Table> tables;

    /** What folders held when the last process ended. */
    private final Map<String, FolderImage> images;

    /** Those that the running process has opened. */
    private final Map<String, InUse> inUse = new TreeMap<>();

    Folders(EventQueue queue, List<Table> tables, Map<String, FolderImage> images) {
      this.queue = queue;
      this.tables = tables;
      this.images = images;
    }

    @Override
    public StorageEngine open(String folder) {
      @Nullable InUse used = inUse.get(folder);
      if (used == null) {
        used = new InUse(images.getOrDefault(folder, FolderImage.EMPTY));
        inUse.put(folder, used);
      }
      return used.open(queue, tables);
    }

    @Override
    public void clear(String folder) {
      images.remove(folder);
      @Nullable InUse used = inUse.remove(folder);
      if (used != null) {
        used.end();
      }
    }

    @Override
    public int processDied(Rng rng) {
      inUse.forEach((folder, used) -> images.put(folder, used.end()));
      inUse.clear();
      return 0; // It is the engine's secret.
    }

    @Override
    public Engines copy() {
      return new Folders(queue, tables, new TreeMap<>(images));
    }
  }

  /** A real folder, and whatever was opened in it. */
  private final class InUse {
    private final Path folder;
    private final List<AbandonableEngine> opened = new ArrayList<>();

    InUse(FolderImage holds) {
      try {
        folder = ScratchFolders.create();
        holds.writeTo(folder);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    StorageEngine open(EventQueue queue, List<Table> tables) {
      AbandonableEngine engine =
          new AbandonableEngine(
              backend.open(
                  new StorageOptions(
                      folder, tables, MEMORY_BYTES_MAX, NativeLibraries.directory())),
              queue);
      opened.add(engine);
      return engine;
    }

    /** What it holds as long as the engines are open: closing them might still change something. */
    FolderImage end() {
      try {
        FolderImage image = FolderImage.of(folder);
        opened.forEach(AbandonableEngine::abandon);
        TemporaryFolders.delete(folder);
        return image;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
