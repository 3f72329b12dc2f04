// SPDX-License-Identifier: Apache-2.0
package com.example.toybackend;

import io.cairn.spi.storage.StorageException;
import io.cairn.spi.storage.Table;
import io.cairn.spi.store.Bytes;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import java.util.zip.CheckedOutputStream;

/**
 * The file with everything as of the last barrier: tables, then a checksum. It is written beside
 * the old one, synced, and renamed, so there always is a whole one (S4).
 */
final class ToyFile implements AutoCloseable {
  private final Path directory;
  private final Path content;
  private final FileChannel lock;

  private ToyFile(Path directory, FileChannel lock) {
    this.directory = directory;
    this.lock = lock;
    content = directory.resolve("content");
  }

  /** Takes the directory for one engine alone (S9). */
  static ToyFile lock(Path directory) {
    boolean taken = false;
    try {
      FileChannel lock =
          FileChannel.open(
              directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      try {
        taken = lock.tryLock() != null;
        if (!taken) {
          throw new StorageException.InUse("'" + directory + "' is open in another process");
        }
        return new ToyFile(directory, lock);
      } catch (OverlappingFileLockException e) {
        throw new StorageException.InUse("'" + directory + "' is open in this process", e);
      } finally {
        if (!taken) {
          lock.close();
        }
      }
    } catch (IOException e) {
      throw new StorageException.Failed("cannot lock '" + directory + "'", e);
    }
  }

  Map<Table, NavigableMap<Bytes, Bytes>> read(List<Table> asked) {
    Map<String, NavigableMap<Bytes, Bytes>> byName = new LinkedHashMap<>();
    Map<Table, NavigableMap<Bytes, Bytes>> tables = new LinkedHashMap<>();
    for (Table table : asked) {
      NavigableMap<Bytes, Bytes> entries = new TreeMap<>();
      byName.put(table.name(), entries);
      tables.put(table, entries);
    }
    ByteBuffer stored = verified();
    while (stored.hasRemaining()) {
      String name = bytes(stored).toUtf8();
      NavigableMap<Bytes, Bytes> entries = byName.get(name);
      if (entries == null) { // S12
        throw new StorageException.Damaged("'" + content + "' has a table '" + name + "'");
      }
      for (int count = stored.getInt(); count > 0; count--) {
        entries.put(bytes(stored), bytes(stored));
      }
    }
    return tables;
  }

  /** What the file holds without its checksum, which is right (S8). */
  private ByteBuffer verified() {
    if (!Files.exists(content)) {
      return ByteBuffer.allocate(0);
    }
    try {
      byte[] all = Files.readAllBytes(content);
      int length = all.length - Long.BYTES;
      CRC32C checksum = new CRC32C();
      checksum.update(all, 0, Math.max(0, length));
      if (length < 0 || ByteBuffer.wrap(all).getLong(length) != checksum.getValue()) {
        throw new StorageException.Damaged("'" + content + "' is not what was written");
      }
      return ByteBuffer.wrap(all, 0, length);
    } catch (IOException e) {
      throw new StorageException.Failed("cannot read '" + content + "'", e);
    }
  }

  void write(Map<Table, NavigableMap<Bytes, Bytes>> tables) {
    Path next = directory.resolve("content.next");
    CRC32C checksum = new CRC32C();
    try (FileChannel file =
            FileChannel.open(
                next,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE);
        DataOutputStream out =
            new DataOutputStream(
                new BufferedOutputStream(
                    new CheckedOutputStream(Channels.newOutputStream(file), checksum)))) {
      for (Map.Entry<Table, NavigableMap<Bytes, Bytes>> table : tables.entrySet()) {
        write(out, Bytes.utf8(table.getKey().name()));
        out.writeInt(table.getValue().size());
        for (Map.Entry<Bytes, Bytes> entry : table.getValue().entrySet()) {
          write(out, entry.getKey());
          write(out, entry.getValue());
        }
      }
      out.flush();
      out.writeLong(checksum.getValue());
      out.flush();
      file.force(true);
      Files.move(next, content, StandardCopyOption.ATOMIC_MOVE);
      try (FileChannel names = FileChannel.open(directory, StandardOpenOption.READ)) {
        names.force(true);
      }
    } catch (IOException e) {
      throw new StorageException.Failed("cannot write '" + content + "'", e);
    }
  }

  private static void write(DataOutputStream out, Bytes bytes) throws IOException {
    out.writeInt(bytes.length());
    out.write(bytes.array(), bytes.offset(), bytes.length());
  }

  private static Bytes bytes(ByteBuffer stored) {
    byte[] bytes = new byte[stored.getInt()];
    stored.get(bytes);
    return Bytes.of(bytes);
  }

  @Override
  public void close() {
    try {
      lock.close();
    } catch (IOException e) {
      throw new StorageException.Failed("cannot unlock '" + directory + "'", e);
    }
  }
}
