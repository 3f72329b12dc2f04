// SPDX-License-Identifier: Apache-2.0
package com.example.embedded;

import static io.cairn.spi.store.Bytes.utf8;

import io.cairn.distribution.EmbeddedServer;
import io.cairn.distribution.StartException;
import io.cairn.spi.store.Caller;
import io.cairn.spi.store.KeyRange;
import io.cairn.spi.store.KeyValueFormat;
import io.cairn.spi.store.KvService;
import io.cairn.spi.store.PutRequest;
import io.cairn.spi.store.RangeRequest;
import java.nio.file.Path;

/** Puts a greeting into a store and gets it back. */
final class Greeting {
  private Greeting() {}

  static String putAndGet(Path folder, String greeting) throws StartException {
    try (EmbeddedServer server =
        EmbeddedServer.start("--data-dir=" + folder, "--backend=memory", "--log-level=warn")) {
      KvService kv = server.store().kv();
      var put = PutRequest.of(utf8("greeting"), utf8(greeting));
      kv.put(Caller.LOCAL, put).toCompletableFuture().join();
      var get = RangeRequest.of(KeyRange.single(utf8("greeting")));
      var found = kv.range(Caller.LOCAL, get).toCompletableFuture().join();
      return KeyValueFormat.decode(found.kvs().getFirst()).value().toUtf8();
    }
  }
}
