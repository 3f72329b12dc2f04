// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.transport;

import io.cairn.spi.environment.ThreadSafe;
import io.cairn.spi.plugin.PluginDescriptor;
import io.cairn.spi.store.StoreService;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * Serves a store to clients (T1-T4).
 *
 * <p><b>Threads.</b> Lifecycle methods are called by one thread, in order. <b>Blocking.</b> All may
 * block. <b>Failure.</b> {@link IOException} naming the address.
 */
@ThreadSafe
public interface Transport {
  /** What this transport is. */
  PluginDescriptor descriptor();

  /**
   * Binds {@code addresses} and serves {@code store} on them (T2).
   *
   * @return the addresses bound, with the actual port where 0 was asked for, in the same order
   */
  List<InetSocketAddress> start(
      StoreService store, List<InetSocketAddress> addresses, TransportOptions options)
      throws IOException;

  /** Takes no new calls and waits for running ones, at most {@code timeoutMillis} (T3). */
  void drain(long timeoutMillis);

  /** Ends every call and releases the addresses (T3). Harmless if not started. */
  void stop();
}
