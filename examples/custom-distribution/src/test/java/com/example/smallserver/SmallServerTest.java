// SPDX-License-Identifier: Apache-2.0
package com.example.smallserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.distribution.EmbeddedServer;
import io.cairn.distribution.StartException;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.Caller;
import io.cairn.spi.store.KeyRange;
import io.cairn.spi.store.KeyValueFormat;
import io.cairn.spi.store.KvService;
import io.cairn.spi.store.PutRequest;
import io.cairn.spi.store.RangeRequest;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SmallServerTest {
  private static final Bytes KEY = Bytes.utf8("greeting");

  @TempDir Path data;

  @Test
  void whatIsPutIsThereAfterARestart() throws Exception {
    try (EmbeddedServer server = start("lmdb")) {
      KvService kv = server.store().kv();
      kv.put(Caller.LOCAL, PutRequest.of(KEY, Bytes.utf8("hello"))).toCompletableFuture().join();
    }

    try (EmbeddedServer server = start("lmdb")) {
      var get = RangeRequest.of(KeyRange.single(KEY));
      var found = server.store().kv().range(Caller.LOCAL, get).toCompletableFuture().join();

      assertThat(KeyValueFormat.decode(found.kvs().getFirst()).value().toUtf8()).isEqualTo("hello");
    }
    assertThat(data.resolve("member/engine-1/data.mdb")).isNotEmptyFile();
  }

  @Test
  void whatIsLeftOutIsNotThere() {
    assertThatThrownBy(() -> Class.forName("org.rocksdb.RocksDB"))
        .isInstanceOf(ClassNotFoundException.class);

    assertThatThrownBy(() -> start("rocksdb"))
        .isInstanceOf(StartException.class)
        .hasMessage("no storage backend 'rocksdb'; there are [lmdb]");
  }

  private EmbeddedServer start(String backend) throws StartException {
    return EmbeddedServer.start(
        SmallServer::of, "--data-dir=" + data, "--backend=" + backend, "--log-outputs=/dev/null");
  }
}
