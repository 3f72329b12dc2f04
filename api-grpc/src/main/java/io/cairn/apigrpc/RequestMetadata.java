// SPDX-License-Identifier: Apache-2.0
package io.cairn.apigrpc;

import io.cairn.spi.store.Caller;
import io.grpc.InternalMetadata;
import io.grpc.InternalMetadata.TrustedAsciiMarshaller;
import io.grpc.Metadata;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads from a call's headers who is calling.
 *
 * <p>Of a header that comes several times, etcd looks at the first. Values are read as bytes, since
 * the usual conversion would hide what is not ASCII.
 */
final class RequestMetadata {

  private static final String BEARER = "Bearer ";

  private static final TrustedAsciiMarshaller<byte[]> AS_IT_IS =
      new TrustedAsciiMarshaller<>() {
        @Override
        public byte[] toAsciiString(byte[] value) {
          return value;
        }

        @Override
        public byte[] parseAsciiString(byte[] serialized) {
          return serialized;
        }
      };

  private static final Metadata.Key<byte[]> TOKEN = key("token");
  private static final Metadata.Key<byte[]> AUTHORIZATION = key("authorization");
  private static final Metadata.Key<byte[]> HAS_LEADER = key("hasleader");
  private static final Metadata.Key<byte[]> GATEWAY_ACCEPT = key("grpcgateway-accept");
  private static final Metadata.Key<byte[]> CLIENT_API_VERSION = key("client-api-version");

  private RequestMetadata() {}

  private static Metadata.Key<byte[]> key(String name) {
    return InternalMetadata.keyOf(name, AS_IT_IS);
  }

  /** Who calls, with {@code call} as the call's life. */
  static Caller caller(Metadata headers, Caller.Call call) {
    String token = first(headers, TOKEN);
    if (token == null) {
      token = first(headers, AUTHORIZATION);
    }
    if (token != null && token.startsWith(BEARER)) {
      token = token.substring(BEARER.length());
    }
    return new Caller(
        token,
        null, // Without TLS there is no certificate.
        "true".equals(first(headers, HAS_LEADER)),
        headers.containsKey(GATEWAY_ACCEPT),
        call);
  }

  /** Whether the client names its API version in a way that can be counted. */
  static boolean namesValidApiVersion(Metadata headers) {
    byte[] version = headers.get(CLIENT_API_VERSION);
    if (version == null) {
      return true;
    }
    for (byte b : version) {
      if (b < 0) {
        return isUtf8(version);
      }
    }
    return true;
  }

  private static boolean isUtf8(byte[] text) {
    try {
      var _ = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(text));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }

  private static @Nullable String first(Metadata headers, Metadata.Key<byte[]> key) {
    if (!headers.containsKey(key)) {
      return null;
    }
    Iterable<byte[]> all = headers.getAll(key);
    return all == null ? null : new String(all.iterator().next(), StandardCharsets.UTF_8);
  }
}
