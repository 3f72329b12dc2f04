// SPDX-License-Identifier: Apache-2.0
package io.cairn.apigrpc.conformance;

import io.cairn.spi.plugin.PluginDescriptor;
import io.cairn.spi.store.StoreService;
import io.cairn.spi.transport.Transport;
import io.cairn.spi.transport.TransportOptions;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** A right transport that is wrong in one way: one for each address, if it has to be. */
final class WrongTransport implements Transport {
  private static final int REQUEST_BYTES = 64 << 20;
  private static final AtomicInteger MADE = new AtomicInteger();

  private final Flaw flaw;
  private final int number = MADE.incrementAndGet();
  private final List<Transport> right = new ArrayList<>();
  private boolean stopped;

  WrongTransport(Flaw flaw) {
    this.flaw = flaw;
  }

  @Override
  public PluginDescriptor descriptor() {
    PluginDescriptor told = new GrpcFixture().transport().descriptor();
    return new PluginDescriptor(
        told.name(),
        told.kind(),
        flaw == Flaw.P2_MADE_FOR_ANOTHER_VERSION ? 17 : told.spiVersion(),
        flaw == Flaw.P1_THE_DESCRIPTOR_CHANGES ? "number " + number : told.summary(),
        told.capabilities());
  }

  @Override
  public List<InetSocketAddress> start(
      StoreService store, List<InetSocketAddress> addresses, TransportOptions options)
      throws IOException {
    StoreService seen = new WrongStore(flaw, store);
    TransportOptions limits =
        flaw == Flaw.T4_TAKES_ANY_SIZE
            ? new TransportOptions(
                REQUEST_BYTES,
                options.concurrentStreamsMax(),
                options.keepAliveMinMillis(),
                options.keepAliveIntervalMillis(),
                options.keepAliveTimeoutMillis())
            : options;
    List<InetSocketAddress> bound = new ArrayList<>();
    if (flaw == Flaw.T2_KEEPS_WHAT_IT_COULD_BIND) {
      for (InetSocketAddress address : addresses) {
        bound.addAll(next().start(seen, List.of(address), limits));
      }
    } else {
      bound.addAll(next().start(seen, addresses, limits));
    }
    return flaw == Flaw.T2_SAYS_WHAT_WAS_ASKED_FOR ? addresses : bound;
  }

  private Transport next() {
    Transport made = new GrpcFixture().transport();
    right.add(made);
    return made;
  }

  @Override
  public void drain(long timeoutMillis) {
    if (flaw == Flaw.T3_DRAINING_CUTS_CALLS_OFF) {
      right.forEach(Transport::stop);
    } else if (flaw != Flaw.T3_DRAINING_DOES_NOTHING) {
      right.forEach(transport -> transport.drain(timeoutMillis));
    }
  }

  @Override
  public void stop() {
    if (flaw == Flaw.T3_STOPPING_DOES_NOTHING && !stopped) {
      stopped = true; // What the suite does at last works, so that nothing is left behind.
      return;
    }
    right.forEach(Transport::stop);
  }
}
