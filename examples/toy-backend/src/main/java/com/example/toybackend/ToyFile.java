// SPDX-License-Identifier: Apache-2.0
package com.example.toybackend;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import io.cairn.spi.storage.StorageException;
import io.cairn.spi.storage.Table;
import io.cairn.spi.storage.files.DirectoryLock;
import io.cairn.spi.store.Bytes;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
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
record ToyFile(Path directory, Path content, DirectoryLock lock) {
  /** Takes the directory for one engine alone (S9). */
  static ToyFile lock(Path directory) {
    return new ToyFile(directory, directory.resolve("content"), DirectoryLock.acquire(directory));
  }

  NavigableMap<Place, Bytes> read(List<Table> asked) {
    List<String> names = asked.stream().map(Table::name).toList();
    NavigableMap<Place, Bytes> entries = new TreeMap<>();
    try (InputStream file = new GZIPInputStream(Files.newInputStream(content))) {
      // All of it first: the checksum stands at the end.
      DataInputStream in = new DataInputStream(new ByteArrayInputStream(file.readAllBytes()));
      while (in.available() > 0) {
        String table = in.readUTF();
        if (!names.contains(table)) { // S12
          throw new StorageException.Damaged("'" + content + "' has a table '" + table + "'");
        }
        entries.put(new Place(table, read(in)), read(in));
      }
    } catch (EOFException | ZipException e) { // S8
      throw new StorageException.Damaged("'" + content + "' is not what was written", e);
    } catch (NoSuchFileException e) {
      return entries;
    } catch (IOException e) {
      throw new StorageException.Failed("cannot read '" + content + "'", e);
    }
    return entries;
  }

  void write(NavigableMap<Place, Bytes> entries) {
    Path next = directory.resolve("content.next");
    try (FileChannel file = FileChannel.open(next, CREATE, TRUNCATE_EXISTING, WRITE);
        FileChannel names = FileChannel.open(directory, READ);
        GZIPOutputStream zip = new GZIPOutputStream(Channels.newOutputStream(file));
        DataOutputStream out = new DataOutputStream(zip)) {
      for (Map.Entry<Place, Bytes> entry : entries.entrySet()) {
        out.writeUTF(entry.getKey().table());
        write(out, entry.getKey().key());
        write(out, entry.getValue());
      }
      zip.finish();
      file.force(true);
      Files.move(next, content, ATOMIC_MOVE);
      names.force(true);
    } catch (IOException e) {
      throw directory.toFile().getUsableSpace() < 4096 // S8
          ? new StorageException.Full("no space left for '" + next + "'", e)
          : new StorageException.Failed("cannot write '" + next + "'", e);
    }
  }

  private static Bytes read(DataInputStream in) throws IOException {
    return Bytes.of(in.readNBytes(in.readInt()));
  }

  private static void write(DataOutputStream out, Bytes bytes) throws IOException {
    out.writeInt(bytes.length());
    out.write(bytes.array(), bytes.offset(), bytes.length());
  }
}
