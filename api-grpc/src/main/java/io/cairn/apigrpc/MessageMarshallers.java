// SPDX-License-Identifier: Apache-2.0
package io.cairn.apigrpc;

import io.cairn.apigrpc.wire.Reply;
import io.cairn.spi.store.Bytes;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * What goes in and out of gRPC: a request is its bytes, an answer writes itself.
 *
 * <p>Requests are decoded by the call and not here, because gRPC answers whatever a marshaller
 * throws with a status of its own choice.
 */
final class MessageMarshallers {

  /**
   * Stands for a compressed message that cannot be decompressed within the bounds. One zero byte is
   * never a message, since no field has the number 0, so decoding refuses it.
   */
  private static final Bytes UNREADABLE = Bytes.of(new byte[1]);

  private static final Marshaller<Bytes> REQUEST =
      new Marshaller<>() {
        @Override
        public InputStream stream(Bytes value) {
          throw new UnsupportedOperationException("a server sends no requests");
        }

        @Override
        public Bytes parse(InputStream stream) {
          try {
            return stream instanceof KnownLength ? exactly(stream) : decompressed(stream);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        }

        // Reads the message into one array of its size, which the slices of its fields share. All
        // of
        // it is there: gRPC has put it together before.
        private Bytes exactly(InputStream stream) throws IOException {
          int length = stream.available();
          byte[] message = new byte[length];
          int read = stream.readNBytes(message, 0, length);
          if (read != length) {
            throw new IllegalStateException("gRPC promised " + length + " bytes, gave " + read);
          }
          return Bytes.of(message);
        }

        // gRPC bounds what comes out, by an exception of its own.
        private Bytes decompressed(InputStream stream) {
          try {
            return Bytes.of(stream.readAllBytes());
          } catch (IOException | StatusRuntimeException e) {
            return UNREADABLE;
          }
        }
      };

  private static final Marshaller<Reply> REPLY =
      new Marshaller<>() {
        @Override
        public InputStream stream(Reply value) {
          return value;
        }

        @Override
        public Reply parse(InputStream stream) {
          throw new UnsupportedOperationException("a server receives no replies");
        }
      };

  private MessageMarshallers() {}

  /** The descriptor of a method that speaks bytes. */
  static MethodDescriptor<Bytes, Reply> descriptor(String path, MethodType type) {
    return MethodDescriptor.<Bytes, Reply>newBuilder()
        .setType(type)
        .setFullMethodName(path)
        .setRequestMarshaller(REQUEST)
        .setResponseMarshaller(REPLY)
        .build();
  }
}
