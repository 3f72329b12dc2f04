// SPDX-License-Identifier: Apache-2.0
package io.cairn.apigrpc;

import io.cairn.spi.environment.EventLog;
import io.cairn.spi.store.StoreService;
import io.cairn.spi.transport.TransportOptions;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** A transport on a free port of the loopback address, and a client of it. */
final class TransportFixture implements AutoCloseable {

  private final CopyOnWriteArrayList<String> logged = new CopyOnWriteArrayList<>();

  private final EventLog log =
      new EventLog() {
        @Override
        public boolean writes(Level level) {
          return true;
        }

        @Override
        public void log(Level level, String message, Field... fields) {
          logged.add(level + " " + message + " " + Arrays.toString(fields));
        }
      };

  private final GrpcTransport transport = new GrpcTransport(log, Optional.empty());
  private @Nullable InetSocketAddress address;
  private @Nullable Client client;

  /** A client's connection. */
  static final class Client implements AutoCloseable {
    private final ManagedChannel channel;

    Client(InetSocketAddress address) {
      channel =
          NettyChannelBuilder.forAddress(address)
              .usePlaintext()
              .maxInboundMessageSize(Integer.MAX_VALUE)
              .build();
    }

    ManagedChannel channel() {
      return channel;
    }

    @Override
    public void close() {
      var _ = channel.shutdownNow();
    }
  }

  void start(StoreService store, TransportOptions options) throws IOException {
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    InetSocketAddress bound = transport.start(store, List.of(any), options).getFirst();
    address = bound;
    client = new Client(bound);
  }

  GrpcTransport transport() {
    return transport;
  }

  EventLog log() {
    return log;
  }

  List<String> logged() {
    return logged;
  }

  InetSocketAddress address() {
    InetSocketAddress bound = address;
    if (bound == null) {
      throw new IllegalStateException("not started");
    }
    return bound;
  }

  ManagedChannel channel() {
    Client connected = client;
    if (connected == null) {
      throw new IllegalStateException("not started");
    }
    return connected.channel();
  }

  @Override
  public void close() {
    Client connected = client;
    if (connected != null) {
      connected.close();
    }
    transport.stop();
  }
}
