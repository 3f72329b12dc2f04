// SPDX-License-Identifier: Apache-2.0
package io.cairn.apigrpc;

import io.grpc.MethodDescriptor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** Calls that send and receive bytes as they are. */
final class RawMessages {

  private static final MethodDescriptor.Marshaller<byte[]> AS_IT_IS =
      new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(byte[] value) {
          return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
          try {
            return stream.readAllBytes();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        }
      };

  private RawMessages() {}

  static MethodDescriptor<byte[], byte[]> unary(String path) {
    return MethodDescriptor.<byte[], byte[]>newBuilder()
        .setType(MethodDescriptor.MethodType.UNARY)
        .setFullMethodName(path)
        .setRequestMarshaller(AS_IT_IS)
        .setResponseMarshaller(AS_IT_IS)
        .build();
  }
}
