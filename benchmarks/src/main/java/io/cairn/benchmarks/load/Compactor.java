// SPDX-License-Identifier: Apache-2.0
package io.cairn.benchmarks.load;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.Selector;
import java.util.Arrays;

/**
 * A connection that keeps the server compacting: asks for the revision, has everything older
 * forgotten, waits until that is done, and begins again after a short pause.
 */
final class Compactor implements HttpConnection.Receiver, AutoCloseable {
  private static final long PAUSE_NANOS = 100_000_000;
  private static final int GRPC_PREFIX = 5;
  private static final int REVISION_FIELD = 3;

  private final HttpConnection connection;
  private final RequestWriter requests;
  private final byte[] rangeHeaders;
  private final byte[] compactHeaders;
  private State state = State.RESTING;
  private long restsUntil;
  private byte[] answer = new byte[0];
  private long compactedTo;
  private long begun;
  private long failed;

  private enum State {
    RESTING,
    LEARNING_THE_REVISION,
    COMPACTING
  }

  Compactor(InetSocketAddress address, Selector selector, RequestWriter requests)
      throws IOException {
    this.connection = new HttpConnection(address, selector, this);
    this.requests = requests;
    this.rangeHeaders = connection.headers("/etcdserverpb.KV/Range");
    this.compactHeaders = connection.headers("/etcdserverpb.KV/Compact");
    this.restsUntil = System.nanoTime();
  }

  /** Begins the next compaction if its time has come. */
  void turn(long now) throws IOException {
    if (state == State.RESTING && now - restsUntil >= 0) {
      state = State.LEARNING_THE_REVISION;
      answer = new byte[0];
      connection.call(rangeHeaders, requests.buffer(), requests.probe());
      connection.flush();
    }
  }

  /** Compactions that the server was asked for. */
  long begun() {
    return begun;
  }

  /** Requests that the server has refused. */
  long failed() {
    return failed;
  }

  /** What the server said of the last of them. */
  String lastFailure() {
    return connection.lastFailure();
  }

  @Override
  public void data(int stream, byte[] bytes, int from, int length) {
    if (state == State.LEARNING_THE_REVISION) {
      int had = answer.length;
      answer = Arrays.copyOf(answer, had + length);
      System.arraycopy(bytes, from, answer, had, length);
    }
  }

  @Override
  public void ended(int stream, boolean succeeded) {
    long revision = state == State.LEARNING_THE_REVISION && succeeded ? revision(answer) : 0;
    if (revision > compactedTo) {
      compactedTo = revision;
      begun++;
      state = State.COMPACTING;
      connection.call(compactHeaders, requests.buffer(), requests.compact(revision));
      return; // Whoever has read this flushes.
    }
    failed += succeeded ? 0 : 1;
    state = State.RESTING;
    restsUntil = System.nanoTime() + PAUSE_NANOS;
  }

  @Override
  public void close() throws IOException {
    connection.close();
  }

  /** The revision in the header, which is the first field of an answer and consists of numbers. */
  static long revision(byte[] answer) {
    int at = GRPC_PREFIX + 1;
    int end = at + 1 + answer[at];
    at++;
    while (at < end) {
      int field = answer[at++] >>> 3;
      long value = 0;
      for (int shift = 0; ; shift += 7) {
        byte b = answer[at++];
        value |= (long) (b & 0x7f) << shift;
        if (b >= 0) {
          break;
        }
      }
      if (field == REVISION_FIELD) {
        return value;
      }
    }
    return 0;
  }
}
