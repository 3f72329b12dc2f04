// SPDX-License-Identifier: Apache-2.0
package io.cairn.benchmarks.load;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.Selector;
import java.util.Arrays;

/**
 * A connection that sends the requests of a load and notices when each is answered. What an answer
 * says does not matter, only that and when it comes.
 */
final class Asker implements HttpConnection.Receiver, AutoCloseable {
  /** Is told of each answer; asks again if the load goes on. */
  interface Answers {
    /** A request of {@code asker} was answered after {@code nanos}. */
    void answered(Asker asker, boolean succeeded, long nanos);
  }

  private static final long OVER = Long.MIN_VALUE;

  private final HttpConnection connection;
  private final RequestWriter requests;
  private final Answers answers;
  private final byte[] headers;
  // When the call with the number n began, or OVER; a ring over oldest to next, since calls end
  // roughly in the order in which they began.
  private long[] begun = new long[1 << 10];
  private int oldest;
  private int next;

  Asker(
      InetSocketAddress address,
      Selector selector,
      String path,
      RequestWriter requests,
      Answers answers)
      throws IOException {
    this.connection = new HttpConnection(address, selector, this);
    this.requests = requests;
    this.answers = answers;
    this.headers = connection.headers(path);
  }

  HttpConnection connection() {
    return connection;
  }

  /** Sends one more request, with the next flush. */
  void ask() {
    if (next - oldest == begun.length) {
      grow();
    }
    int length = requests.next();
    begun[next & (begun.length - 1)] = System.nanoTime();
    next++;
    connection.call(headers, requests.buffer(), length);
  }

  @Override
  public void data(int stream, byte[] bytes, int from, int length) {
    // See above.
  }

  @Override
  public void ended(int stream, boolean succeeded) {
    int call = stream >>> 1; // All calls of the connection are ours, and streams are odd.
    int slot = call & (begun.length - 1);
    if (call < oldest || begun[slot] == OVER) {
      return; // Reset by the server after it has answered.
    }
    long nanos = System.nanoTime() - begun[slot];
    begun[slot] = OVER;
    while (oldest < next && begun[oldest & (begun.length - 1)] == OVER) {
      oldest++;
    }
    answers.answered(this, succeeded, nanos);
  }

  @Override
  public void close() throws IOException {
    connection.close();
  }

  private void grow() {
    long[] larger = Arrays.copyOf(begun, begun.length * 2);
    for (int call = oldest; call < next; call++) {
      larger[call & (larger.length - 1)] = begun[call & (begun.length - 1)];
    }
    begun = larger;
  }
}
