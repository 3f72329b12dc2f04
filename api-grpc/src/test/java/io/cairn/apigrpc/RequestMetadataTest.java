// SPDX-License-Identifier: Apache-2.0
package io.cairn.apigrpc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.spi.store.Caller;
import io.grpc.InternalMetadata;
import io.grpc.Metadata;
import org.junit.jupiter.api.Test;

/** Headers as they come off the wire, which a client library would not send. */
final class RequestMetadataTest {

  @Test
  void apiVersionMustBeUtf8() {
    assertThat(valid(new byte[0])).isTrue();
    assertThat(valid("3.7".getBytes(UTF_8))).isTrue();
    assertThat(valid("3.7 \u00e9".getBytes(UTF_8))).isTrue();
    assertThat(valid(new byte[] {'3', (byte) 0xff, '7'})).isFalse();
    assertThat(valid(new byte[] {'3', (byte) 0xc3})).isFalse();
    assertThat(RequestMetadata.namesValidApiVersion(new Metadata())).isTrue();
  }

  @Test
  void ofSeveralValuesTheFirstCounts() {
    Metadata headers =
        InternalMetadata.newMetadata(
            "token".getBytes(UTF_8),
            "Bearer a".getBytes(UTF_8),
            "token".getBytes(UTF_8),
            "b".getBytes(UTF_8),
            "hasleader".getBytes(UTF_8),
            "false".getBytes(UTF_8),
            "hasleader".getBytes(UTF_8),
            "true".getBytes(UTF_8));

    Caller caller = RequestMetadata.caller(headers, Caller.Call.ENDLESS);

    assertThat(caller.token()).isEqualTo("a");
    assertThat(caller.requireLeader()).isFalse();
  }

  private static boolean valid(byte[] version) {
    return RequestMetadata.namesValidApiVersion(
        InternalMetadata.newMetadata("client-api-version".getBytes(UTF_8), version));
  }
}
