// SPDX-License-Identifier: Apache-2.0
package com.example.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.cairn.apiprotos.etcdserverpb.KVGrpc;
import io.cairn.distribution.EmbeddedServer;
import io.cairn.distribution.StartException;
import io.cairn.distribution.config.ConfigException;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.Caller;
import io.cairn.spi.store.KeyRange;
import io.cairn.spi.store.PutRequest;
import io.cairn.spi.store.RangeRequest;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EmbeddedServerTest {
  private static final long SECONDS_MAX = 60;

  @TempDir Path data;

  @Test
  void exampleGetsBackWhatItPuts() throws Exception {
    assertThat(Greeting.putAndGet(data, "hello")).isEqualTo("hello");
  }

  @Test
  void clientsReachEachStoreOfOneProcessAtItsUrl() throws Exception {
    try (EmbeddedServer one = start("one");
        EmbeddedServer two = start("two")) {
      put(one, "in one");
      put(two, "in two");

      assertThat(getOverTheNetwork(one)).isEqualTo("in one");
      assertThat(getOverTheNetwork(two)).isEqualTo("in two");
    }
  }

  @Test
  void storeInMemoryBeginsEmptyAtEachStart() throws Exception {
    try (EmbeddedServer server = start("one")) {
      put(server, "forgotten");
    }

    try (EmbeddedServer server = start("one")) {
      var all = RangeRequest.of(KeyRange.ALL);
      var found = server.store().kv().range(Caller.LOCAL, all).toCompletableFuture().join();

      assertThat(found.count()).isZero();
      assertThat(found.header().revision()).isEqualTo(1);
    }
  }

  @Test
  void directoryOfARunningStoreIsRefused() throws Exception {
    try (EmbeddedServer _ = start("one")) {
      assertThatThrownBy(() -> start("one"))
          .isInstanceOf(StartException.class)
          .hasMessageContaining(data.resolve("one").toString());
    }
  }

  @Test
  void unknownOptionIsRefusedByName() {
    assertThatThrownBy(() -> EmbeddedServer.start("--data-folder=x"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("data-folder");
  }

  private EmbeddedServer start(String folder) throws StartException {
    return EmbeddedServer.start(
        "--data-dir=" + data.resolve(folder), "--backend=memory", "--log-outputs=/dev/null");
  }

  private static void put(EmbeddedServer server, String value) {
    server
        .store()
        .kv()
        .put(Caller.LOCAL, PutRequest.of(Bytes.utf8("key"), Bytes.utf8(value)))
        .toCompletableFuture()
        .join();
  }

  private static String getOverTheNetwork(EmbeddedServer server) {
    ManagedChannel channel =
        NettyChannelBuilder.forTarget(server.clientUrl().getAuthority()).usePlaintext().build();
    try {
      var request =
          io.cairn.apiprotos.etcdserverpb.RangeRequest.newBuilder()
              .setKey(ByteString.copyFromUtf8("key"))
              .build();
      return KVGrpc.newBlockingStub(channel)
          .withDeadlineAfter(SECONDS_MAX, TimeUnit.SECONDS)
          .range(request)
          .getKvs(0)
          .getValue()
          .toStringUtf8();
    } finally {
      channel.shutdownNow();
    }
  }
}
