// SPDX-License-Identifier: Apache-2.0
package io.cairn.benchmarks.load;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.Selector;

/** A connection on which watchers of all keys look on, each with a stream of its own. */
final class WatchListener implements HttpConnection.Receiver, AutoCloseable {
  private static final String PATH = "/etcdserverpb.Watch/Watch";

  private final HttpConnection connection;
  private final WatchCounter[] counters;
  private long ended;

  /** Connects and asks for {@code watchers}. */
  WatchListener(InetSocketAddress address, Selector selector, RequestWriter requests, int watchers)
      throws IOException {
    this.connection = new HttpConnection(address, selector, this);
    this.counters = new WatchCounter[watchers];
    byte[] headers = connection.headers(PATH);
    for (int i = 0; i < watchers; i++) {
      counters[i] = new WatchCounter();
      int length = requests.watch();
      connection.open(headers, requests.buffer(), length);
    }
    connection.flush();
  }

  /** Watchers that the server has created. */
  long created() {
    long created = 0;
    for (WatchCounter counter : counters) {
      created += counter.created();
    }
    return created;
  }

  /** Events that have come, over all watchers. */
  long events() {
    long events = 0;
    for (WatchCounter counter : counters) {
      events += counter.events();
    }
    return events;
  }

  /** Watchers that the server has ended, which it should not. */
  long ended() {
    return ended;
  }

  /** What the server said of the last of them. */
  String lastFailure() {
    return connection.lastFailure();
  }

  @Override
  public void data(int stream, byte[] bytes, int from, int length) {
    counters[stream >>> 1].add(bytes, from, length);
  }

  @Override
  public void ended(int stream, boolean succeeded) {
    ended++;
  }

  @Override
  public void close() throws IOException {
    connection.close();
  }
}
