// SPDX-License-Identifier: Apache-2.0
package io.cairn.distribution;

import io.cairn.distribution.config.Configuration;
import io.cairn.distribution.config.ServerConfig;
import io.cairn.spi.environment.EventLog;
import io.cairn.spi.store.StoreService;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/**
 * A server within this JVM, for tests and for programs of one process. It is the same server as
 * that of the package, with the same options; the environment's variables do not count.
 *
 * <p>Several may run in one JVM, each in a data directory of its own. Whatever makes a server end
 * its process, such as a disk that fails to sync, ends this JVM.
 *
 * <p><b>Threads.</b> {@link #store} and {@link #clientUrl} may be called from any thread, {@link
 * #close} from one.
 */
public final class EmbeddedServer implements AutoCloseable {
  /** Of equal options the last counts, so callers may say otherwise. */
  private static final List<String> FREE_LOCAL_PORTS =
      List.of(
          "--listen-client-urls=http://127.0.0.1:0",
          "--advertise-client-urls=http://127.0.0.1:0",
          "--listen-peer-urls=http://127.0.0.1:0");

  private final Server server;
  private final InetSocketAddress address;

  private EmbeddedServer(Server server, InetSocketAddress address) {
    this.server = server;
    this.address = address;
  }

  /**
   * Starts the default distribution's server and returns when it serves.
   *
   * @param options as on the command line of the server; where they name no addresses it listens on
   *     free ports of 127.0.0.1
   * @throws StartException if it cannot start; nothing is left running then
   * @throws io.cairn.distribution.config.ConfigException if the options are wrong
   */
  public static EmbeddedServer start(String... options) throws StartException {
    return start(
        (config, log) -> DaggerServerComponent.factory().create(config, log).server(), options);
  }

  /** The same with a server of other parts, as {@link Main#run} takes it. */
  public static EmbeddedServer start(Main.Assembly assembly, String... options)
      throws StartException {
    List<String> all = Stream.concat(FREE_LOCAL_PORTS.stream(), Stream.of(options)).toList();
    ServerConfig config = Configuration.read(all, Map.of()).resolve();
    EventLog log;
    try {
      log = Main.open(config.log());
    } catch (IOException e) {
      throw new StartException("cannot open the log: " + e, e);
    }
    Server server = assembly.server(config, log);
    List<InetSocketAddress> bound = server.start(new CompletableFuture<>());
    if (bound.isEmpty()) {
      server.stop();
      throw new StartException("the member has been permanently removed from the cluster");
    }
    return new EmbeddedServer(server, bound.getFirst());
  }

  /** The store itself, without a network between. Not to be asked after {@link #close}. */
  public StoreService store() {
    return server.store();
  }

  /** Where clients of etcd's API reach the store, such as {@code http://127.0.0.1:37163}. */
  public URI clientUrl() {
    String host = address.getAddress().getHostAddress();
    return URI.create(
        "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort());
  }

  /** Stops the server, and returns when nothing of it runs any more. */
  @Override
  public void close() {
    server.stop();
  }
}
