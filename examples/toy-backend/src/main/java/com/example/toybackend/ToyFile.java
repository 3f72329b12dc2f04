// SPDX-License-Identifier: Apache-2.0
package com.example.toybackend;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import io.cairn.spi.storage.StorageException;
import io.cairn.spi.storage.Table;
import io.cairn.spi.store.Bytes;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipException;

/**
 * The file with everything as of the last barrier, in the format of gzip, which ends with a
 * checksum. It is written beside the old one, synced, and renamed, so there always is a whole one
 * (S4).
 */
record ToyFile(Path directory, FileChannel lock) {
  /** Takes the directory for one engine alone (S9). */
  static ToyFile lock(Path directory) {
    try {
      FileChannel lock = FileChannel.open(directory.resolve("lock"), CREATE, WRITE);
      if (!taken(lock)) {
        lock.close();
        throw new StorageException.InUse("'" + directory + "' is open in another engine");
      }
      return new ToyFile(directory, lock);
    } catch (IOException e) {
      throw new StorageException.Failed("cannot lock '" + directory + "'", e);
    }
  }

  private static boolean taken(FileChannel lock) throws IOException {
    try {
      return lock.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false; // by another engine of this process
    }
  }

  Map<Table, NavigableMap<Bytes, Bytes>> read(List<Table> asked) {
    Map<Table, NavigableMap<Bytes, Bytes>> tables = new LinkedHashMap<>();
    asked.forEach(table -> tables.put(table, new TreeMap<>()));
    if (!Files.exists(content())) {
      return tables;
    }
    try (InputStream file = new GZIPInputStream(Files.newInputStream(content()))) {
      // All of it first: the checksum stands at the end.
      DataInputStream in = new DataInputStream(new ByteArrayInputStream(file.readAllBytes()));
      for (int left = in.readInt(); left > 0; left--) {
        String name = in.readUTF();
        Table table =
            asked.stream().filter(each -> each.name().equals(name)).findAny().orElse(null);
        if (table == null) { // S12
          throw new StorageException.Damaged("'" + content() + "' has a table '" + name + "'");
        }
        NavigableMap<Bytes, Bytes> entries = new TreeMap<>();
        for (int count = in.readInt(); count > 0; count--) {
          entries.put(read(in), read(in));
        }
        tables.put(table, entries);
      }
      return tables;
    } catch (EOFException | ZipException e) { // S8
      throw new StorageException.Damaged("'" + content() + "' is not what was written", e);
    } catch (IOException e) {
      throw new StorageException.Failed("cannot read '" + content() + "'", e);
    }
  }

  void write(Map<Table, NavigableMap<Bytes, Bytes>> tables) {
    Path next = directory.resolve("content.next");
    try (FileChannel file = FileChannel.open(next, CREATE, TRUNCATE_EXISTING, WRITE);
        GZIPOutputStream zip = new GZIPOutputStream(Channels.newOutputStream(file));
        DataOutputStream out = new DataOutputStream(zip)) {
      out.writeInt(tables.size());
      for (Map.Entry<Table, NavigableMap<Bytes, Bytes>> table : tables.entrySet()) {
        out.writeUTF(table.getKey().name());
        out.writeInt(table.getValue().size());
        for (Map.Entry<Bytes, Bytes> entry : table.getValue().entrySet()) {
          write(out, entry.getKey());
          write(out, entry.getValue());
        }
      }
      zip.finish();
      file.force(true);
      Files.move(next, content(), StandardCopyOption.ATOMIC_MOVE);
      try (FileChannel names = FileChannel.open(directory, READ)) {
        names.force(true);
      }
    } catch (IOException e) {
      throw new StorageException.Failed("cannot write '" + content() + "'", e);
    }
  }

  private Path content() {
    return directory.resolve("content");
  }

  private static Bytes read(DataInputStream in) throws IOException {
    return Bytes.of(in.readNBytes(in.readInt()));
  }

  private static void write(DataOutputStream out, Bytes bytes) throws IOException {
    out.writeInt(bytes.length());
    out.write(bytes.array(), bytes.offset(), bytes.length());
  }

  void unlock() {
    try {
      lock.close();
    } catch (IOException e) {
      throw new StorageException.Failed("cannot unlock '" + directory + "'", e);
    }
  }
}
