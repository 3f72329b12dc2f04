// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.maintenance;

import io.cairn.backendmemory.MemoryBackend;
import io.cairn.kernel.records.RecordFormat;
import io.cairn.kernel.records.RevisionKey;
import io.cairn.kernel.state.FlushedEngine;
import io.cairn.kernel.state.Tables;
import io.cairn.spi.storage.Mutation;
import io.cairn.spi.storage.StorageEngine;
import io.cairn.spi.storage.StorageOptions;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.KeyValue;
import io.cairn.spi.store.KeyValueFormat;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** An engine on the heap that a test fills directly, in the kernel's layout. */
final class MemoryStore implements FlushedEngine, AutoCloseable {
  private static final RecordFormat RECORDS = new RecordFormat(Tables.REVISIONS);

  private final StorageEngine engine =
      new MemoryBackend().open(new StorageOptions(Path.of("."), Tables.ALL, 1 << 20, Path.of(".")));

  @Override
  public CompletableFuture<Void> flush() {
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public StorageEngine engine() {
    return engine;
  }

  @Override
  public long durableIndex() {
    return 0;
  }

  void put(KeyValue kv, int sub) {
    Bytes key = RevisionKey.encode(kv.modRevision(), sub, false);
    store(key, RECORDS.seal(key, KeyValueFormat.encode(kv)));
  }

  void tombstone(Bytes deleted, long main, int sub) {
    Bytes key = RevisionKey.encode(main, sub, true);
    Bytes content = KeyValueFormat.encode(new KeyValue(deleted, 0, 0, 0, Bytes.EMPTY, 0));
    store(key, RECORDS.seal(key, content));
  }

  void delete(Bytes revisionKey) {
    engine.commit(List.of(new Mutation.Delete(Tables.REVISIONS, revisionKey)));
  }

  void store(Bytes revisionKey, Bytes value) {
    engine.commit(List.of(new Mutation.Put(Tables.REVISIONS, revisionKey, value)));
  }

  void number(Bytes name, long value) {
    Bytes bytes = Bytes.of(ByteBuffer.allocate(Long.BYTES).putLong(value).array());
    engine.commit(List.of(new Mutation.Put(Tables.META, name, bytes)));
  }

  @Override
  public void close() {
    engine.close();
  }
}
