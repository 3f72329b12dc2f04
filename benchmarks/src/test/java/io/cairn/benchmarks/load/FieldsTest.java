// SPDX-License-Identifier: Apache-2.0
package io.cairn.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.apiprotos.etcdserverpb.Member;
import io.cairn.apiprotos.etcdserverpb.MemberAddRequest;
import io.cairn.apiprotos.etcdserverpb.MemberAddResponse;
import io.cairn.apiprotos.etcdserverpb.RangeRequest;
import io.cairn.apiprotos.etcdserverpb.ResponseHeader;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Against protobuf's own encoding, and a server of grpc-java. */
@Timeout(60)
final class FieldsTest {
  private static final double SECONDS_MAX = 30;

  @Test
  void fieldsOfAnAnswerAreRead() {
    MemberAddResponse answer =
        MemberAddResponse.newBuilder()
            .setHeader(ResponseHeader.newBuilder().setMemberId(-1).setRevision(300))
            .setMember(Member.newBuilder().setID(1L << 63).addPeerURLs("http://127.0.0.1:1"))
            .build();

    Fields fields = Fields.parse(answer.toByteArray());

    assertThat(fields.message(1).number(2)).isEqualTo(-1);
    assertThat(fields.message(1).number(3)).isEqualTo(300);
    assertThat(fields.message(2).number(1)).isEqualTo(1L << 63);
    assertThat(fields.message(9).number(1)).isZero();
  }

  @Test
  void requestsAreUnderstood() throws IOException {
    MemberAddRequest added = MemberAddRequest.parseFrom(Fields.of(1, "http://127.0.0.1:2380"));

    assertThat(added.getPeerURLs(0)).isEqualTo("http://127.0.0.1:2380");
    assertThat(MemberAddRequest.parseFrom(Fields.of(2, 1)).getIsLearner()).isTrue();
    assertThat(Member.parseFrom(Fields.of(1, -2)).getID()).isEqualTo(-2);
  }

  @Test
  void singleCallIsAnsweredOrRefused() throws IOException {
    try (FakeStore store = new FakeStore()) {
      byte[] request = RangeRequest.newBuilder().build().toByteArray();

      byte[] answer =
          UnaryCall.ask(
              store.endpoints().getFirst(), "/etcdserverpb.KV/Range", request, SECONDS_MAX);

      assertThat(Fields.parse(answer).message(1).number(3)).isEqualTo(store.revision());
      assertThatThrownBy(() ->
              UnaryCall.ask(
                  store.endpoints().getFirst(), "/etcdserverpb.KV/None", request, SECONDS_MAX))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("/etcdserverpb.KV/None failed");
    }
  }
}
