// SPDX-License-Identifier: Apache-2.0
package io.cairn.apigrpc;

import io.cairn.spi.environment.EventLog;
import io.cairn.spi.plugin.PluginDescriptor;
import io.cairn.spi.store.StoreService;
import io.cairn.spi.transport.Transport;
import io.cairn.spi.transport.TransportOptions;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.netty.util.NetUtil;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Serves a store to clients of etcd's gRPC API.
 *
 * <p>Lock and Election are not served yet; their calls are refused as unimplemented.
 */
@Singleton
public final class GrpcTransport implements Transport {

  /** How configuration chooses this transport. */
  public static final String NAME = "grpc";

  private static final PluginDescriptor DESCRIPTOR =
      new PluginDescriptor(
          NAME,
          PluginDescriptor.Kind.TRANSPORT,
          PluginDescriptor.SPI_VERSION,
          "etcd's v3 API over gRPC",
          List.of());

  /** How long stopping waits for connections that have been told to go. */
  private static final long STOP_MILLIS = 2_000;

  private final EventLog log;
  private final GrpcSettings settings;
  private @Nullable Running running;

  /** What is there between start and stop. */
  private record Running(EventLoops loops, CallEnvironment environment, List<Server> servers) {}

  /** A transport that is not started. */
  @Inject
  public GrpcTransport(EventLog log, Optional<GrpcSettings> settings) {
    this.log = log;
    this.settings = settings.orElseGet(GrpcSettings::standard);
  }

  @Override
  public PluginDescriptor descriptor() {
    return DESCRIPTOR;
  }

  @Override
  public List<InetSocketAddress> start(
      StoreService store, List<InetSocketAddress> addresses, TransportOptions options)
      throws IOException {
    if (running != null) {
      throw new IllegalStateException("the transport has been started already");
    }
    int messageBytesMax =
        (int) Math.min((long) options.requestBytesMax() + TransportOptions.FRAMING_BYTES, 1 << 30);
    ResponseBudget responses =
        new ResponseBudget(settings.responseBytesMax(), settings.stalledMillis());
    RequestRoom requests = new RequestRoom(settings.requestBytesMax(), settings.stalledMillis());
    CallEnvironment environment = new CallEnvironment(log, messageBytesMax, requests, responses);
    List<ServerServiceDefinition> services = EtcdServices.of(store, environment);
    Running started = new Running(EventLoops.start(settings), environment, new ArrayList<>());
    running = started;
    List<InetSocketAddress> bound = new ArrayList<>();
    for (InetSocketAddress address : addresses) {
      Server server;
      try {
        server = ClientListener.open(address, services, options, messageBytesMax, started.loops());
      } catch (IOException e) {
        stop();
        throw new IOException("listen tcp " + NetUtil.toSocketAddressString(address), e);
      }
      started.servers().add(server);
      bound.add(new InetSocketAddress(address.getAddress(), server.getPort()));
    }
    return List.copyOf(bound);
  }

  @Override
  public void drain(long timeoutMillis) {
    Running toDrain = running;
    if (toDrain == null) {
      return;
    }
    toDrain.servers().forEach(Server::shutdown);
    toDrain.environment().drain();
    awaitEnd(toDrain.servers(), timeoutMillis);
  }

  @Override
  public void stop() {
    Running toStop = running;
    if (toStop == null) {
      return;
    }
    running = null;
    toStop.servers().forEach(Server::shutdownNow);
    awaitEnd(toStop.servers(), STOP_MILLIS);
    toStop.loops().stop();
  }

  private static void awaitEnd(List<Server> servers, long timeoutMillis) {
    long left = TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
    try {
      for (Server server : servers) {
        // Servers end side by side; each may use what the ones before have left over.
        var _ = server.awaitTermination(left / servers.size(), TimeUnit.NANOSECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
