// SPDX-License-Identifier: Apache-2.0
package com.example.toybackend;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
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
record ToyFile(Path directory, Path content, FileChannel lock) {
  /** Takes the directory for one engine alone (S9). */
  static ToyFile lock(Path directory) {
    try {
      FileChannel lock = FileChannel.open(directory.resolve("lock"), CREATE, WRITE);
      if (!taken(lock)) {
        lock.close();
        throw new StorageException.InUse("'" + directory + "' is open in another engine");
      }
      return new ToyFile(directory, directory.resolve("content"), lock);
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

  /** The tables by their names. */
  Map<String, NavigableMap<Bytes, Bytes>> read(List<Table> asked) {
    Map<String, NavigableMap<Bytes, Bytes>> tables = new TreeMap<>();
    asked.forEach(table -> tables.put(table.name(), new TreeMap<>()));
    if (!Files.exists(content)) {
      return tables;
    }
    try (InputStream file = new GZIPInputStream(Files.newInputStream(content))) {
      // All of it first: the checksum stands at the end.
      DataInputStream in = new DataInputStream(new ByteArrayInputStream(file.readAllBytes()));
      while (in.available() > 0) {
        String name = in.readUTF();
        NavigableMap<Bytes, Bytes> entries = tables.get(name);
        if (entries == null) { // S12
          throw new StorageException.Damaged("'" + content + "' has a table '" + name + "'");
        }
        for (int count = in.readInt(); count > 0; count--) {
          entries.put(read(in), read(in));
        }
      }
      return tables;
    } catch (EOFException | ZipException e) { // S8
      throw new StorageException.Damaged("'" + content + "' is not what was written", e);
    } catch (IOException e) {
      throw new StorageException.Failed("cannot read '" + content + "'", e);
    }
  }

  void write(Map<String, NavigableMap<Bytes, Bytes>> tables) {
    Path next = directory.resolve("content.next");
    try (FileChannel file = FileChannel.open(next, CREATE, TRUNCATE_EXISTING, WRITE);
        FileChannel names = FileChannel.open(directory, READ);
        GZIPOutputStream zip = new GZIPOutputStream(Channels.newOutputStream(file));
        DataOutputStream out = new DataOutputStream(zip)) {
      for (Map.Entry<String, NavigableMap<Bytes, Bytes>> table : tables.entrySet()) {
        out.writeUTF(table.getKey());
        out.writeInt(table.getValue().size());
        for (Map.Entry<Bytes, Bytes> entry : table.getValue().entrySet()) {
          write(out, entry.getKey());
          write(out, entry.getValue());
        }
      }
      zip.finish();
      file.force(true);
      Files.move(next, content, ATOMIC_MOVE);
      names.force(true);
    } catch (IOException e) {
      throw new StorageException.Failed("cannot write '" + content + "'", e);
    }
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
