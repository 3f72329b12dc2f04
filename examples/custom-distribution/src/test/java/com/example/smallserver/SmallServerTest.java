// SPDX-License-Identifier: Apache-2.0
package com.example.smallserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.cairn.apiprotos.etcdserverpb.KVGrpc;
import io.cairn.apiprotos.etcdserverpb.PutRequest;
import io.cairn.apiprotos.etcdserverpb.RangeRequest;
import io.cairn.distribution.Server;
import io.cairn.distribution.StartException;
import io.cairn.distribution.config.Configuration;
import io.cairn.distribution.config.ServerConfig;
import io.cairn.kernel.environment.JsonEventLog;
import io.cairn.spi.environment.EventLog;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SmallServerTest {
  private static final long SECONDS_MAX = 60;

  @TempDir Path data;

  @Test
  void whatIsPutIsThereAfterARestart() throws Exception {
    ByteString key = ByteString.copyFromUtf8("greeting");
    Server server = server("lmdb");
    ManagedChannel channel = connect(server.start(new CompletableFuture<>()).getFirst());
    try {
      var _ =
          kv(channel)
              .put(
                  PutRequest.newBuilder()
                      .setKey(key)
                      .setValue(ByteString.copyFromUtf8("hello"))
                      .build());
    } finally {
      channel.shutdownNow();
      server.stop();
    }

    Server again = server("lmdb");
    channel = connect(again.start(new CompletableFuture<>()).getFirst());
    try {
      var found = kv(channel).range(RangeRequest.newBuilder().setKey(key).build());

      assertThat(found.getKvs(0).getValue().toStringUtf8()).isEqualTo("hello");
    } finally {
      channel.shutdownNow();
      again.stop();
    }
    assertThat(data.resolve("member/engine-1/data.mdb")).isNotEmptyFile();
  }

  @Test
  void whatIsLeftOutIsNotThere() throws Exception {
    assertThatThrownBy(() -> Class.forName("org.rocksdb.RocksDB"))
        .isInstanceOf(ClassNotFoundException.class);

    assertThatThrownBy(() -> server("rocksdb").start(new CompletableFuture<>()))
        .isInstanceOf(StartException.class)
        .hasMessage("no storage backend 'rocksdb'; there are [lmdb]");
  }

  private Server server(String backend) throws Exception {
    String client = "http://127.0.0.1:" + freePort();
    String peer = "http://127.0.0.1:" + freePort();
    ServerConfig config =
        Configuration.read(
                List.of(
                    "--backend", backend,
                    "--name", "small",
                    "--data-dir", data.toString(),
                    "--listen-client-urls", client,
                    "--advertise-client-urls", client,
                    "--listen-peer-urls", peer,
                    "--initial-advertise-peer-urls", peer,
                    "--initial-cluster", "small=" + peer),
                Map.of())
            .resolve();
    EventLog quiet =
        new JsonEventLog(
            List.of(OutputStream.nullOutputStream()), EventLog.Level.ERROR, JsonEventLog.Form.JSON);
    return DaggerSmallServer.factory().create(config, quiet).server();
  }

  private static int freePort() throws Exception {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static ManagedChannel connect(InetSocketAddress address) {
    return NettyChannelBuilder.forAddress("127.0.0.1", address.getPort()).usePlaintext().build();
  }

  private static KVGrpc.KVBlockingStub kv(ManagedChannel channel) {
    return KVGrpc.newBlockingStub(channel).withDeadlineAfter(SECONDS_MAX, TimeUnit.SECONDS);
  }
}
