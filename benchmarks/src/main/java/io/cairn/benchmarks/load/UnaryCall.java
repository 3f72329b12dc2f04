// SPDX-License-Identifier: Apache-2.0
package io.cairn.benchmarks.load;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.Arrays;

/** One gRPC call on a connection of its own, for what is asked seldom. */
public final class UnaryCall {
  private static final int GRPC_PREFIX = 5;
  private static final int TURN_MILLIS_MAX = 10;

  private UnaryCall() {}

  /**
   * Calls the method at {@code path} and waits for its answer.
   *
   * @return the message that came back
   * @throws IOException when the server cannot be reached, refuses, or takes too long
   */
  public static byte[] ask(InetSocketAddress server, String path, byte[] message, double secondsMax)
      throws IOException {
    ByteBuffer framed = ByteBuffer.allocate(GRPC_PREFIX + message.length);
    framed.put((byte) 0).putInt(message.length).put(message);
    Answer answer = new Answer();
    long begun = System.nanoTime();
    try (Selector selector = Selector.open();
        HttpConnection connection = new HttpConnection(server, selector, answer)) {
      connection.call(connection.headers(path), framed.array(), framed.capacity());
      connection.flush();
      while (!answer.over) {
        if (System.nanoTime() - begun > secondsMax * 1e9) {
          throw new IOException("no answer from " + server + " to " + path);
        }
        selector.select(TURN_MILLIS_MAX);
        for (SelectionKey key : selector.selectedKeys()) {
          if (key.isReadable()) {
            connection.read();
          }
          connection.flush();
        }
        selector.selectedKeys().clear();
      }
      if (!answer.succeeded) {
        throw new IOException(path + " failed: " + connection.lastFailure());
      }
    }
    byte[] all = answer.bytes.toByteArray();
    return Arrays.copyOfRange(all, GRPC_PREFIX, all.length);
  }

  private static final class Answer implements HttpConnection.Receiver {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private boolean over;
    private boolean succeeded;

    @Override
    public void data(int stream, byte[] piece, int from, int length) {
      bytes.write(piece, from, length);
    }

    @Override
    public void ended(int stream, boolean wasSuccessful) {
      if (!over) {
        over = true;
        succeeded = wasSuccessful;
      }
    }
  }
}
