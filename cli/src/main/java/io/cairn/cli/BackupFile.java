// SPDX-License-Identifier: Apache-2.0
package io.cairn.cli;

import io.cairn.kernel.backup.DatabaseBytes;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A backup on a disk of this machine; it is only read. */
final class BackupFile implements DatabaseBytes, AutoCloseable {
  private final FileChannel channel;

  private BackupFile(FileChannel channel) {
    this.channel = channel;
  }

  static BackupFile open(String file) throws ToolException {
    Path path = Path.of(file);
    if (Files.isDirectory(path)) {
      throw new ToolException("open " + file + ": is a directory; give the file of a backup");
    }
    try {
      return new BackupFile(FileChannel.open(path, StandardOpenOption.READ));
    } catch (NoSuchFileException e) {
      throw new ToolException("open " + file + ": no such file or directory", e);
    } catch (AccessDeniedException e) {
      throw new ToolException("open " + file + ": permission denied", e);
    } catch (IOException e) {
      throw new ToolException("open " + file + ": " + e.getMessage(), e);
    }
  }

  @Override
  public long size() throws IOException {
    return channel.size();
  }

  @Override
  public void read(long at, ByteBuffer target) throws IOException {
    for (long next = at; target.hasRemaining(); ) {
      int count = channel.read(target, next);
      if (count < 0) {
        throw new EOFException("the file has become shorter while it was read");
      }
      next += count;
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
