// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.directory;

import io.cairn.spi.environment.Disk;
import io.cairn.spi.environment.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Reads and replaces files of a few lines. After a crash there is the old content or the new. */
final class SmallFile {
  private static final int BYTES_MAX = 4096;

  /** What a member never writes. */
  static final class TooLarge extends IOException {
    private static final long serialVersionUID = 1L;

    private final long bytes;

    private TooLarge(String path, long bytes) {
      super("the file '" + path + "' has " + bytes + " bytes");
      this.bytes = bytes;
    }

    long bytes() {
      return bytes;
    }
  }

  private SmallFile() {}

  /** The text of a file; fails with {@link TooLarge} if it is not small. */
  static String read(Disk disk, String path) throws IOException {
    try (DiskFile file = disk.open(path)) {
      long size = file.size();
      if (size > BYTES_MAX) {
        throw new TooLarge(path, size);
      }
      ByteBuffer content = ByteBuffer.allocate((int) size);
      file.read(0, content);
      return new String(content.array(), 0, content.position(), StandardCharsets.UTF_8);
    }
  }

  /** Writes a new file, syncs it, renames it over the old one and syncs the folder. */
  static void replace(Disk disk, String path, String text) throws IOException {
    String temporary = path + ".tmp";
    disk.remove(temporary);
    try (DiskFile file = disk.create(temporary)) {
      file.write(0, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
      file.sync();
    }
    disk.rename(temporary, path);
    disk.syncDirectory(path.substring(0, path.lastIndexOf('/')));
  }
}
