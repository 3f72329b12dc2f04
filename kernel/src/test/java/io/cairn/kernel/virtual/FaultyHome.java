// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.virtual;

import io.cairn.conformancetests.forwarding.ForwardingEngine;
import io.cairn.kernel.directory.EngineFolders;
import io.cairn.kernel.directory.MemberDirectory;
import io.cairn.kernel.environment.FileDisk;
import io.cairn.spi.environment.Disk;
import io.cairn.spi.environment.DiskFile;
import io.cairn.spi.storage.Mutation;
import io.cairn.spi.storage.StorageEngine;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.function.ToIntFunction;

/**
 * A data directory whose power can be cut before and after every change of a file and every commit
 * and barrier of an engine. Nothing happens any more once it is cut.
 */
public final class FaultyHome {
  /** The power is cut. */
  public static final class PowerCut extends RuntimeException {
    private static final long serialVersionUID = 1L;

    PowerCut() {
      super("the power is cut");
    }
  }

  private final Path root;
  private final LongSupplier recorded;
  // By folder; what the medium holds.
  private final Map<String, CrashingEngine> engines = new TreeMap<>();
  private long stepsLeft = Long.MAX_VALUE;
  private boolean cut;

  /** The directory of a new member below {@code root}. */
  public FaultyHome(Path root, LongSupplier recorded) throws IOException {
    this.root = root;
    this.recorded = recorded;
    new MemberDirectory(FileDisk.withoutSync(root), "data").create("memory", 1, 2, 3);
  }

  /** Cuts the power after so many steps. */
  public void cutAfter(long steps) {
    stepsLeft = steps;
  }

  /** One more thing that happens to a medium. */
  public void step() {
    if (cut) {
      throw new PowerCut();
    }
    if (stepsLeft-- == 0) {
      cut = true;
      throw new PowerCut();
    }
  }

  /** Power is back; of each engine as many commits are left as {@code kept} says. */
  public void restore(ToIntFunction<CrashingEngine> kept) {
    cut = false;
    stepsLeft = Long.MAX_VALUE;
    engines.replaceAll((folder, engine) -> engine.crash(kept.applyAsInt(engine)));
  }

  /** The engines for a life of the member. */
  public EngineFolders engines() {
    return new EngineFolders(new FaultyDisk(), FaultyEngine::new, recorded);
  }

  /** The medium for files. */
  public Disk disk() {
    return new FaultyDisk();
  }

  /** The engine in {@code folder}; how each life of the member opens it. */
  public StorageEngine open(String folder) {
    return new FaultyEngine(folder);
  }

  /** The names in the member's folder. */
  public List<String> names() throws IOException {
    return FileDisk.withoutSync(root).list(MemberDirectory.MEMBER);
  }

  /** The engine in a folder, until the folder is removed. */
  private CrashingEngine engine(String folder) {
    return engines.computeIfAbsent(folder, name -> new CrashingEngine());
  }

  /** After the power is cut, closing is all that works, and changes nothing. */
  private final class FaultyEngine implements ForwardingEngine {
    private final CrashingEngine engine;

    FaultyEngine(String folder) {
      this.engine = engine(folder);
    }

    @Override
    public StorageEngine delegate() {
      return engine;
    }

    @Override
    public void commit(List<Mutation> batch) {
      step();
      engine.commit(batch);
      step();
    }

    @Override
    public void barrier() {
      step();
      engine.barrier();
      step();
    }

    @Override
    public void close() {
      // What it holds is looked at again after the restart.
    }
  }

  private interface Change {
    void make() throws IOException;
  }

  /** Folders of engines take their content with them. */
  private final class FaultyDisk implements Disk {
    private final Disk disk = FileDisk.withoutSync(root);

    private void change(Change change) throws IOException {
      step();
      change.make();
      step();
    }

    @Override
    public DiskFile open(String path) throws IOException {
      return disk.open(path);
    }

    @Override
    public DiskFile create(String path) throws IOException {
      step();
      DiskFile file = disk.create(path);
      return new DiskFile() {
        @Override
        public int read(long at, ByteBuffer target) throws IOException {
          return file.read(at, target);
        }

        @Override
        public void write(long at, ByteBuffer source) throws IOException {
          change(() -> file.write(at, source));
        }

        @Override
        public void truncate(long size) throws IOException {
          change(() -> file.truncate(size));
        }

        @Override
        public void sync() throws IOException {
          change(file::sync);
        }

        @Override
        public long size() throws IOException {
          return file.size();
        }

        @Override
        public void close() throws IOException {
          file.close();
        }
      };
    }

    @Override
    public boolean exists(String path) throws IOException {
      return disk.exists(path);
    }

    @Override
    public void rename(String from, String to) throws IOException {
      change(() -> disk.rename(from, to));
    }

    @Override
    public void remove(String path) throws IOException {
      change(() -> {
        disk.remove(path);
        engines.remove(path);
      });
    }

    @Override
    public void createDirectories(String path) throws IOException {
      change(() -> disk.createDirectories(path));
    }

    @Override
    public List<String> list(String directory) throws IOException {
      return disk.list(directory);
    }

    @Override
    public void syncDirectory(String directory) throws IOException {
      change(() -> disk.syncDirectory(directory));
    }

    @Override
    public long freeBytes() throws IOException {
      return disk.freeBytes();
    }
  }
}
