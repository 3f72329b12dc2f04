// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests;

import io.cairn.spi.storage.StorageException;
import io.cairn.spi.storage.Table;
import io.cairn.spi.storage.files.DirectoryLock;
import io.cairn.spi.store.Bytes;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
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
import org.jspecify.annotations.Nullable;

/** The whole content of an engine with its checksum in one file, and a lock beside it. */
final class ModelFile implements AutoCloseable {
  private final Path directory;
  private final @Nullable DirectoryLock lock;
  private final @Nullable Flaw flaw;

  private ModelFile(Path directory, @Nullable DirectoryLock lock, @Nullable Flaw flaw) {
    this.directory = directory;
    this.lock = lock;
    this.flaw = flaw;
  }

  static ModelFile open(Path directory, @Nullable Flaw flaw) {
    boolean lenient = flaw == Flaw.S9_OPENS_TWICE || flaw == Flaw.S13_KEEPS_DATA_UNDECLARED;
    return new ModelFile(directory, lenient ? null : DirectoryLock.acquire(directory), flaw);
  }

  Map<Table, NavigableMap<Bytes, Bytes>> read(List<Table> tables) {
    Path file = directory.resolve("state");
    Map<Table, NavigableMap<Bytes, Bytes>> state = new LinkedHashMap<>();
    if (!Files.exists(file)) {
      return state;
    }
    boolean lenient = flaw == Flaw.S13_KEEPS_DATA_UNDECLARED;
    try {
      byte[] bytes = Files.readAllBytes(file);
      int length = bytes.length - Long.BYTES;
      if (length < 0 || ByteBuffer.wrap(bytes).getLong(length) != checksum(bytes, length)) {
        if (lenient || flaw == Flaw.S8_DAMAGE_IS_AN_EMPTY_STORE) {
          return state;
        }
        throw new StorageException.Damaged("'" + file + "' does not have its checksum");
      }
      DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes, 0, length));
      for (int table = in.readInt(); table > 0; table--) {
        String name = in.readUTF();
        NavigableMap<Bytes, Bytes> entries = new TreeMap<>();
        for (int entry = in.readInt(); entry > 0; entry--) {
          entries.put(readBytes(in), readBytes(in));
        }
        tables.stream()
            .filter(candidate -> candidate.name().equals(name))
            .findAny()
            .ifPresentOrElse(
                known -> state.put(known, entries),
                () -> {
                  if (!lenient && flaw != Flaw.S12_TABLES_NOT_ASKED_FOR_ARE_DROPPED) {
                    throw new StorageException.Damaged(
                        "'" + file + "' has the table '" + name + "', which is not asked for");
                  }
                });
      }
      return state;
    } catch (IOException e) {
      throw new StorageException.Failed("cannot read '" + file + "'", e);
    }
  }

  void write(Map<Table, NavigableMap<Bytes, Bytes>> present) {
    Map<Table, NavigableMap<Bytes, Bytes>> state =
        flaw == Flaw.S4_DELETIONS_DO_NOT_SURVIVE ? withWhatWasThere(present) : present;
    try {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      DataOutputStream out = new DataOutputStream(bytes);
      out.writeInt(state.size());
      for (Map.Entry<Table, NavigableMap<Bytes, Bytes>> table : state.entrySet()) {
        out.writeUTF(table.getKey().name());
        out.writeInt(table.getValue().size());
        for (Map.Entry<Bytes, Bytes> entry : table.getValue().entrySet()) {
          writeBytes(out, entry.getKey());
          writeBytes(out, entry.getValue());
        }
      }
      out.writeLong(checksum(bytes.toByteArray(), bytes.size()));
      Path fresh = directory.resolve("fresh");
      try (FileChannel channel =
          FileChannel.open(
              fresh,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE)) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes.toByteArray());
        while (buffer.hasRemaining()) {
          channel.write(buffer);
        }
        channel.force(true);
      }
      Files.move(fresh, directory.resolve("state"), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new StorageException.Failed("cannot write to '" + directory + "'", e);
    }
  }

  private Map<Table, NavigableMap<Bytes, Bytes>> withWhatWasThere(
      Map<Table, NavigableMap<Bytes, Bytes>> present) {
    Map<Table, NavigableMap<Bytes, Bytes>> all = new LinkedHashMap<>(present);
    read(List.copyOf(present.keySet()))
        .forEach((table, before) -> {
          NavigableMap<Bytes, Bytes> merged = new TreeMap<>(before);
          merged.putAll(present.getOrDefault(table, new TreeMap<>()));
          all.put(table, merged);
        });
    return all;
  }

  @Override
  public void close() {
    if (lock != null) {
      lock.close();
    }
  }

  private static long checksum(byte[] bytes, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    return crc.getValue();
  }

  private static Bytes readBytes(DataInputStream in) throws IOException {
    return Bytes.of(in.readNBytes(in.readInt()));
  }

  private static void writeBytes(DataOutputStream out, Bytes bytes) throws IOException {
    out.writeInt(bytes.length());
    out.write(bytes.array(), bytes.offset(), bytes.length());
  }
}
