// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.protocol;

import static io.cairn.conformancetests.protocol.Refusals.assertRefused;
import static io.cairn.conformancetests.protocol.Refusals.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.cairn.apiprotos.etcdserverpb.PutRequest;
import io.cairn.apiprotos.etcdserverpb.PutResponse;
import io.cairn.conformancetests.report.TestsRule;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.grpc.stub.MetadataUtils;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Requests of unusual size or form. Sizes are those of a server that was told nothing else. */
@ProtocolRules
final class LimitRules {
  /** The largest request that enters the log, with its envelope. */
  private static final int REQUEST_BYTES_MAX = 1_572_864;

  /** The largest message that is read at all. */
  private static final int MESSAGE_BYTES_MAX = REQUEST_BYTES_MAX + 524_288;

  /** What the envelope adds to a large put: 17 or 18 bytes, as the request's id decides. */
  private static final int ENVELOPE_BYTES_MAX = 18;

  private static final int ENVELOPE_BYTES_MIN = 17;

  private static PutRequest sized(Client client, int bytes) {
    PutRequest.Builder request = PutRequest.newBuilder().setKey(client.key("a"));
    int overhead = request.build().getSerializedSize() + 4; // Tag and length of the value.
    PutRequest sized = request.setValue(ByteString.copyFrom(new byte[bytes - overhead])).build();
    assertThat(sized.getSerializedSize()).isEqualTo(bytes);
    return sized;
  }

  @Test
  @TestsRule("LIMIT-1")
  @Says("a request of 1.5 MiB with its envelope is stored; one byte more is refused")
  void requestsHaveALimit(Client client) throws Exception {
    PutRequest largest = sized(client, REQUEST_BYTES_MAX - ENVELOPE_BYTES_MAX);
    PutRequest tooLarge = sized(client, REQUEST_BYTES_MAX - ENVELOPE_BYTES_MIN + 1);

    var _ = client.endpoint().kv().put(largest);
    assertRefused(
        Code.INVALID_ARGUMENT,
        "etcdserver: request is too large",
        () -> client.endpoint().kv().put(tooLarge));

    assertThat(client.get(client.key("a")).orElseThrow().getValue()).isEqualTo(largest.getValue());
    assertThat(client.get(client.key("a")).orElseThrow().getVersion()).isEqualTo(1);
  }

  @Test
  @TestsRule("LIMIT-2")
  @Says("a message of more than 2 MiB is not read")
  void messagesHaveALimit(Client client) throws Exception {
    PutRequest request = sized(client, MESSAGE_BYTES_MAX + 1);

    assertRefused(
        Code.RESOURCE_EXHAUSTED,
        "grpc: received message larger than max (%d vs. %d)"
            .formatted(MESSAGE_BYTES_MAX + 1, MESSAGE_BYTES_MAX),
        () -> client.endpoint().kv().put(request));
    assertThat(client.get(client.key("a"))).isEmpty();
  }

  @Test
  @TestsRule("LIMIT-3")
  @Says("answers are not limited as requests are")
  void answersMayBeLarge(Client client) {
    List<ByteString> keys = Requests.keys(client.prefix(), 5);
    ByteString value = ByteString.copyFrom(new byte[1_000_000]);
    keys.forEach(key -> client.put(Requests.put(key, "").setValue(value)));

    assertThat(client.all().getKvsList())
        .hasSize(5)
        .allSatisfy(kv -> assertThat(kv.getValue()).isEqualTo(value));
  }

  @Test
  @TestsRule("FORM-1")
  @Says("fields that are not known are passed over")
  void unknownFieldsArePassedOver(Client client) throws Exception {
    ByteString key = client.key("a");
    ByteString request =
        Requests.put(key, "1")
            .build()
            .toByteString()
            .concat(ByteString.fromHex("ba3e03616263")) // Field 999, three bytes.
            .concat(ByteString.fromHex("c03e05")); // Field 1000, a number.

    byte[] answer = client.endpoint().call("etcdserverpb.KV/Put", request.toByteArray());

    assertThat(PutResponse.parseFrom(answer).getHeader().getRevision()).isPositive();
    assertThat(client.get(key).orElseThrow().getValue()).isEqualTo(Requests.bytes("1"));
  }

  @Test
  @TestsRule("FORM-2")
  @Says("bytes that are no message are refused as internal, and the connection goes on")
  void malformedBytesAreRefused(Client client) throws Exception {
    byte[] endsTooEarly = {0x0a, 0x7f, 'k'};

    Status status = refusal(() -> client.endpoint().call("etcdserverpb.KV/Put", endsTooEarly));

    assertThat(status.getCode()).isEqualTo(Code.INTERNAL);
    assertThat(client.put(client.key("a"), "1").getHeader().getRevision()).isPositive();
  }

  @Test
  @TestsRule("FORM-3")
  @Says("services and methods that do not exist are refused by name")
  void unknownMethodsAreRefusedByName(Client client) throws Exception {
    assertRefused(
        Code.UNIMPLEMENTED,
        "unknown service etcdserverpb.Nothing",
        () -> client.endpoint().call("etcdserverpb.Nothing/Put", new byte[0]));
    assertRefused(
        Code.UNIMPLEMENTED,
        "unknown method Nothing for service etcdserverpb.KV",
        () -> client.endpoint().call("etcdserverpb.KV/Nothing", new byte[0]));
  }

  @Test
  @TestsRule("FORM-4")
  @Says("the standard health service says that the server serves")
  void healthIsTold(Client client) throws Exception {
    byte[] serving = {0x08, 0x01};

    assertThat(client.endpoint().call("grpc.health.v1.Health/Check", new byte[0]))
        .isEqualTo(serving);
    assertRefused(
        Code.NOT_FOUND,
        "unknown service",
        () -> client.endpoint().call("grpc.health.v1.Health/Check", new byte[] {0x0a, 1, 'x'}));
  }

  @Test
  @TestsRule("FORM-5")
  @Says("who demands a leader is served where there is one")
  void leaderMayBeDemanded(Client client) {
    Metadata metadata = new Metadata();
    metadata.put(Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER), "true");
    metadata.put(Metadata.Key.of("client-api-version", Metadata.ASCII_STRING_MARSHALLER), "3.7");
    metadata.put(Metadata.Key.of("x-unknown", Metadata.ASCII_STRING_MARSHALLER), "1");

    PutResponse response =
        client
            .endpoint()
            .kv()
            .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata))
            .put(Requests.put(client.key("a"), "1").build());

    assertThat(response.getHeader().getRevision()).isPositive();
  }
}
