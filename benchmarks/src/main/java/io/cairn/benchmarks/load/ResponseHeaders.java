// SPDX-License-Identifier: Apache-2.0
package io.cairn.benchmarks.load;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Tells from a header block whether the call has succeeded.
 *
 * <p>The peer may not use a header table, so a block says all by itself, and nearly all blocks of a
 * connection are one of two: the headers of an answer and the trailers of a success. They are
 * recognized by their bytes; a decoder reads the rest.
 */
final class ResponseHeaders {
  private static final int KNOWN_MAX = 16;

  private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false);
  private final List<Known> known = new ArrayList<>();
  private String lastFailure = "";

  /** A header block and what it says. */
  private static final class Known {
    private final byte[] block;
    private final boolean success;

    Known(byte[] block, boolean success) {
      this.block = block;
      this.success = success;
    }
  }

  /** Whether these are trailers that say so. */
  boolean isSuccess(byte[] bytes, int from, int length) throws IOException {
    for (int i = 0; i < known.size(); i++) {
      byte[] block = known.get(i).block;
      if (block.length == length && Arrays.equals(block, 0, length, bytes, from, from + length)) {
        return known.get(i).success;
      }
    }
    Http2Headers headers = decode(bytes, from, length);
    CharSequence status = headers.get("grpc-status");
    boolean success = status != null && status.toString().equals("0");
    if (status != null && !success) {
      CharSequence message = headers.get("grpc-message");
      // Not remembered: each failure is to be seen.
      lastFailure = "status " + status + (message == null ? "" : ": " + message);
    } else if (known.size() < KNOWN_MAX) {
      known.add(new Known(Arrays.copyOfRange(bytes, from, from + length), success));
    }
    return success;
  }

  /** What the last failed call said, or nothing. */
  String lastFailure() {
    return lastFailure;
  }

  private Http2Headers decode(byte[] bytes, int from, int length) throws IOException {
    ByteBuf block = Unpooled.wrappedBuffer(bytes, from, length);
    try {
      return decoder.decodeHeaders(1, block);
    } catch (Http2Exception e) {
      throw new IOException("the server sent malformed headers", e);
    }
  }
}
