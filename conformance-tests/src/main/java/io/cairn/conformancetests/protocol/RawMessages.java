// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.protocol;

import io.grpc.MethodDescriptor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** Messages as the bytes that they are, for calls that no generated stub would make. */
public final class RawMessages {
  /** Takes and gives bytes as they are. */
  public static final MethodDescriptor.Marshaller<byte[]> AS_THEY_ARE =
      new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(byte[] message) {
          return new ByteArrayInputStream(message);
        }

        @Override
        public byte[] parse(InputStream message) {
          try {
            return message.readAllBytes();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        }
      };

  private RawMessages() {}

  /**
   * The method of this path, such as {@code etcdserverpb.KV/Put}, of one request and one answer.
   */
  public static MethodDescriptor<byte[], byte[]> unary(String path) {
    return method(path, MethodDescriptor.MethodType.UNARY);
  }

  /** The same of another type. */
  public static MethodDescriptor<byte[], byte[]> method(
      String path, MethodDescriptor.MethodType type) {
    return MethodDescriptor.newBuilder(AS_THEY_ARE, AS_THEY_ARE)
        .setType(type)
        .setFullMethodName(path)
        .build();
  }
}
