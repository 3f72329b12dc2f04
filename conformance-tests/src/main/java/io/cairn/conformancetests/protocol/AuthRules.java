// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.protocol;

import static io.cairn.conformancetests.protocol.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.apiprotos.etcdserverpb.AuthStatusRequest;
import io.cairn.apiprotos.etcdserverpb.AuthStatusResponse;
import io.cairn.apiprotos.etcdserverpb.AuthenticateRequest;
import io.cairn.conformancetests.report.TestsRule;
import io.grpc.Metadata;
import io.grpc.Status.Code;
import io.grpc.stub.MetadataUtils;
import org.junit.jupiter.api.Test;

/** Auth while it is off, as it is on a server that nobody has configured otherwise. */
@ProtocolRules
final class AuthRules {
  @Test
  @TestsRule("AUTH-1")
  @Says("while authentication is off nobody can authenticate")
  void nobodyCanAuthenticate(Client client) throws Exception {
    assertRefused(
        Code.FAILED_PRECONDITION,
        "etcdserver: authentication is not enabled",
        () ->
            client
                .endpoint()
                .auth()
                .authenticate(
                    AuthenticateRequest.newBuilder().setName("a").setPassword("b").build()));
  }

  @Test
  @TestsRule("AUTH-2")
  @Says("anybody may ask whether authentication is on")
  void statusIsTold(Client client) {
    AuthStatusResponse status =
        client.endpoint().auth().authStatus(AuthStatusRequest.getDefaultInstance());

    assertThat(status.getEnabled()).isFalse();
    assertThat(status.getAuthRevision()).isPositive();
  }

  @Test
  @TestsRule("AUTH-3")
  @Says("while authentication is off tokens are not looked at")
  void tokensAreNotLookedAt(Client client) {
    Metadata metadata = new Metadata();
    metadata.put(Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER), "nonsense");

    var response =
        client
            .endpoint()
            .kv()
            .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata))
            .put(Requests.put(client.key("a"), "1").build());

    assertThat(response.getHeader().getRevision()).isPositive();
  }
}
