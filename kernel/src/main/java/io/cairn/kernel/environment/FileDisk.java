// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.environment;

import io.cairn.spi.environment.Disk;
import io.cairn.spi.environment.DiskFile;
import io.cairn.spi.environment.ThreadSafe;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;

/** A directory of the machine. Directories are made for the owner alone, files likewise. */
@ThreadSafe
public final class FileDisk implements Disk {
  private static final FileAttribute<?> DIRECTORY_MODE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
  private static final FileAttribute<?> FILE_MODE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private final Path root;
  private final boolean syncs;

  /** The tree below {@code root}, which need not exist yet. */
  public FileDisk(Path root) {
    this(root, true);
  }

  private FileDisk(Path root, boolean syncs) {
    this.root = root;
    this.syncs = syncs;
  }

  /** The same without X5: a power cut loses what was written. For tests that do not cut power. */
  public static FileDisk withoutSync(Path root) {
    return new FileDisk(root, false);
  }

  /** Where {@code path} lies on the machine. */
  public Path resolve(String path) {
    return root.resolve(path);
  }

  @Override
  public DiskFile open(String path) throws IOException {
    return new ChannelFile(
        FileChannel.open(resolve(path), StandardOpenOption.READ, StandardOpenOption.WRITE), syncs);
  }

  @Override
  public DiskFile create(String path) throws IOException {
    Path file = Files.createFile(resolve(path), FILE_MODE);
    return new ChannelFile(
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE), syncs);
  }

  @Override
  public boolean exists(String path) {
    return Files.exists(resolve(path));
  }

  @Override
  public void rename(String from, String to) throws IOException {
    Files.move(resolve(from), resolve(to), StandardCopyOption.ATOMIC_MOVE);
  }

  @Override
  public void remove(String path) throws IOException {
    Files.deleteIfExists(resolve(path));
  }

  @Override
  public void createDirectories(String path) throws IOException {
    Files.createDirectories(resolve(path), DIRECTORY_MODE);
  }

  @Override
  public List<String> list(String directory) throws IOException {
    Path path = resolve(directory);
    if (!Files.isDirectory(path)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(path)) {
      return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
    }
  }

  @Override
  public void syncDirectory(String directory) throws IOException {
    if (!syncs) {
      return;
    }
    try (FileChannel channel = FileChannel.open(resolve(directory), StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  @Override
  public long freeBytes() throws IOException {
    return Files.getFileStore(root).getUsableSpace();
  }

  private record ChannelFile(FileChannel channel, boolean syncs) implements DiskFile {
    @Override
    public int read(long at, ByteBuffer target) throws IOException {
      int total = 0;
      while (target.hasRemaining()) {
        int count = channel.read(target, at + total);
        if (count < 0) {
          return total == 0 ? -1 : total;
        }
        total += count;
      }
      return total;
    }

    @Override
    public void write(long at, ByteBuffer source) throws IOException {
      long next = at;
      while (source.hasRemaining()) {
        next += channel.write(source, next);
      }
    }

    @Override
    public void truncate(long size) throws IOException {
      if (size < channel.size()) {
        channel.truncate(size);
      } else if (size > channel.size()) {
        channel.write(ByteBuffer.allocate(1), size - 1);
      }
    }

    @Override
    public void sync() throws IOException {
      // Without the metadata that no reader needs (fdatasync): a growing size is synced all the
      // same.
      if (syncs) {
        channel.force(false);
      }
    }

    @Override
    public long size() throws IOException {
      return channel.size();
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
