// SPDX-License-Identifier: Apache-2.0
package io.cairn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.backendmemory.MemoryBackend;
import io.cairn.kernel.backup.BucketSource;
import io.cairn.kernel.backup.DatabaseStream;
import io.cairn.kernel.backup.EntryList;
import io.cairn.kernel.records.RevisionKey;
import io.cairn.kernel.state.Tables;
import io.cairn.spi.environment.EventLog;
import io.cairn.spi.environment.Lane;
import io.cairn.spi.storage.StorageEngine;
import io.cairn.spi.storage.StorageOptions;
import io.cairn.spi.store.BackupStream.Chunk;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.KeyValue;
import io.cairn.spi.store.KeyValueFormat;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/** Backups as a member writes them, with the buckets that a test wants. */
final class TestBackup {
  private final NavigableMap<String, NavigableMap<Bytes, Bytes>> buckets = new TreeMap<>();

  TestBackup() {
    for (String name : List.of("alarm", "auth", "authUsers", "key", "lease", "meta")) {
      buckets.put(name, new TreeMap<>());
    }
    entry("meta", Bytes.utf8("storageVersion"), Bytes.utf8("3.7.0"));
  }

  TestBackup entry(String bucket, Bytes key, Bytes value) {
    buckets.computeIfAbsent(bucket, _ -> new TreeMap<>()).put(key, value);
    return this;
  }

  /** A key for each revision from 2 on. */
  TestBackup keys(int count) {
    for (int i = 0; i < count; i++) {
      long revision = i + 2L;
      KeyValue kv =
          new KeyValue(
              Bytes.utf8("key-" + i), revision, revision, 1, Bytes.of(new byte[200]), 0x77);
      entry("key", RevisionKey.encode(revision, 0, false), KeyValueFormat.encode(kv));
    }
    return this;
  }

  TestBackup lease(int id, int ttl) {
    Bytes key = Bytes.of(ByteBuffer.allocate(Long.BYTES).putLong(id).array());
    return entry("lease", key, Bytes.of(new byte[] {0x08, (byte) id, 0x10, (byte) ttl}));
  }

  /** Writes the file as {@code etcdctl snapshot save} does. */
  Path write(Path file) throws IOException {
    List<BucketSource> sources = new ArrayList<>();
    buckets.forEach((name, entries) ->
        sources.add(new BucketSource(Bytes.utf8(name), () -> new EntryList(entries))));
    try (StorageEngine engine =
            new MemoryBackend()
                .open(new StorageOptions(Path.of("."), Tables.ALL, 1 << 20, Path.of(".")));
        OutputStream out = Files.newOutputStream(file)) {
      DatabaseStream stream =
          new DatabaseStream(engine.view(), sources, new Here(), new Silent(), _ -> {});
      for (boolean last = false; !last; ) {
        Chunk chunk = stream.next().toCompletableFuture().join();
        out.write(chunk.data().toByteArray());
        last = chunk.last();
      }
    }
    assertThat(Files.size(file) % 512).as("a digest follows the pages").isEqualTo(32);
    return file;
  }

  private record Here() implements Lane {
    @Override
    public String name() {
      return "here";
    }

    @Override
    public void execute(Runnable task) {
      task.run();
    }
  }

  private record Silent() implements EventLog {
    @Override
    public boolean writes(Level level) {
      return false;
    }

    @Override
    public void log(Level level, String message, Field... fields) {
      // Nobody reads it.
    }
  }
}
