// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.conformance;

import io.cairn.spi.environment.Disk;
import io.cairn.spi.environment.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/** A disk as an engine sees it that does not care about syncs. */
record WrongDisk(Flaw flaw, Disk right) implements Disk {
  /** Syncing its names does nothing, but fails when syncs fail. */
  private static final String NOWHERE = "nowhere";

  @Override
  public DiskFile open(String path) throws IOException {
    return new WrongFile(flaw, right, right.open(path));
  }

  @Override
  public DiskFile create(String path) throws IOException {
    return new WrongFile(flaw, right, right.create(path));
  }

  @Override
  public boolean exists(String path) throws IOException {
    return right.exists(path);
  }

  @Override
  public void rename(String from, String to) throws IOException {
    right.rename(from, to);
  }

  @Override
  public void remove(String path) throws IOException {
    right.remove(path);
  }

  @Override
  public void createDirectories(String path) throws IOException {
    right.createDirectories(path);
  }

  @Override
  public List<String> list(String directory) throws IOException {
    return right.list(directory);
  }

  @Override
  public void syncDirectory(String directory) throws IOException {
    right.syncDirectory(directory);
  }

  @Override
  public long freeBytes() throws IOException {
    return right.freeBytes();
  }

  private record WrongFile(Flaw flaw, Disk disk, DiskFile right) implements DiskFile {
    @Override
    public int read(long at, ByteBuffer target) throws IOException {
      return right.read(at, target);
    }

    @Override
    public void write(long at, ByteBuffer source) throws IOException {
      right.write(at, source);
    }

    @Override
    public void truncate(long size) throws IOException {
      right.truncate(size);
    }

    @Override
    public void sync() throws IOException {
      if (flaw == Flaw.C1_NEVER_SYNCS) {
        disk.syncDirectory(NOWHERE);
        return;
      }
      try {
        right.sync();
      } catch (IOException e) {
        if (flaw != Flaw.C11_BELIEVES_FAILED_SYNCS) {
          throw e;
        }
      }
    }

    @Override
    public long size() throws IOException {
      return right.size();
    }

    @Override
    public void close() throws IOException {
      right.close();
    }
  }
}
