// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.cairn.apiprotos.etcdserverpb.RangeRequest;
import io.cairn.apiprotos.etcdserverpb.RangeRequest.SortOrder;
import io.cairn.apiprotos.etcdserverpb.RangeRequest.SortTarget;
import io.cairn.apiprotos.etcdserverpb.RangeResponse;
import io.cairn.apiprotos.etcdserverpb.RangeStreamResponse;
import io.cairn.conformancetests.report.TestsRule;
import io.grpc.Status;
import io.grpc.Status.Code;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;

/** RangeStream, which came with etcd 3.7. */
@ProtocolRules
final class RangeStreamRules {
  @Test
  @TestsRule("STREAM-1")
  @Says("the messages of a streamed range merge into the range itself")
  void messagesMergeIntoTheRange(Client client) throws Exception {
    List<ByteString> keys = Requests.keys(client.prefix(), 500);
    Bulk.put(client, keys, 100);
    RangeRequest.Builder request = Requests.rangeOf(client.prefix());

    List<RangeResponse> parts = stream(client, request);

    assertThat(parts).hasSizeGreaterThan(1);
    assertThat(merged(parts)).isEqualTo(client.range(request));
    for (RangeResponse part : parts.subList(0, parts.size() - 1)) {
      assertThat(part.hasHeader()).isFalse();
      assertThat(part.getCount()).isZero();
      assertThat(part.getMore()).isFalse();
    }
  }

  @Test
  @TestsRule("STREAM-2")
  @Says("a limit cuts a streamed range as it does a range")
  void limitCuts(Client client) throws Exception {
    Bulk.put(client, Requests.keys(client.prefix(), 60), 10);
    RangeRequest.Builder request = Requests.rangeOf(client.prefix()).setLimit(37);

    assertThat(merged(stream(client, request))).isEqualTo(client.range(request));
  }

  @Test
  @TestsRule("STREAM-3")
  @Says("an empty result and a mere count are one message")
  void nothingIsOneMessage(Client client) throws Exception {
    RangeRequest.Builder request = Requests.rangeOf(client.prefix());

    List<RangeResponse> empty = stream(client, request);
    Bulk.put(client, Requests.keys(client.prefix(), 40), 10);
    List<RangeResponse> counted = stream(client, request.setCountOnly(true));

    assertThat(empty).hasSize(1);
    assertThat(empty.getFirst().hasHeader()).isTrue();
    assertThat(counted).hasSize(1);
    assertThat(counted.getFirst().getCount()).isEqualTo(40);
    assertThat(counted.getFirst().getKvsList()).isEmpty();
  }

  @Test
  @TestsRule("STREAM-4")
  @Says("orders and filters are not offered for streamed ranges")
  void ordersAndFiltersAreNotOffered(Client client) throws Exception {
    assertEnds(
        client,
        Requests.rangeOf(client.prefix())
            .setSortTarget(SortTarget.MOD)
            .setSortOrder(SortOrder.ASCEND),
        Code.UNIMPLEMENTED,
        "RangeStream does not support custom sort orders");
    assertEnds(
        client,
        Requests.rangeOf(client.prefix()).setMinModRevision(1),
        Code.UNIMPLEMENTED,
        "RangeStream does not support revision filters");
  }

  @Test
  @TestsRule("STREAM-5")
  @Says("a streamed range is refused for the reasons that a range is")
  void refusalsAreThoseOfRange(Client client) throws Exception {
    assertEnds(client, Requests.range(ByteString.EMPTY), Code.INVALID_ARGUMENT, Refusals.NO_KEY);
    assertEnds(
        client,
        Requests.rangeOf(client.prefix()).setRevision(Long.MAX_VALUE),
        Code.OUT_OF_RANGE,
        Refusals.FUTURE);
  }

  @Test
  @TestsRule("STREAM-6")
  @Says("a streamed range of an earlier revision is read as it was")
  void earlierRevisionIsReadAsItWas(Client client) throws Exception {
    Bulk.put(client, Requests.keys(client.prefix(), 30), 10);
    long then = client.revision();
    var _ = client.delete(Requests.deleteOf(client.prefix()));
    RangeRequest.Builder request = Requests.rangeOf(client.prefix()).setRevision(then);

    assertThat(merged(stream(client, request)).getKvsList())
        .hasSize(30)
        .isEqualTo(client.range(request).getKvsList());
  }

  private static List<RangeResponse> stream(Client client, RangeRequest.Builder request) {
    List<RangeResponse> parts = new ArrayList<>();
    Iterator<RangeStreamResponse> messages = client.endpoint().kv().rangeStream(request.build());
    messages.forEachRemaining(message -> parts.add(message.getRangeResponse()));
    return parts;
  }

  private static RangeResponse merged(List<RangeResponse> parts) {
    RangeResponse.Builder whole = RangeResponse.newBuilder();
    parts.forEach(whole::mergeFrom);
    return whole.build();
  }

  private static void assertEnds(
      Client client, RangeRequest.Builder request, Code code, String text) throws Exception {
    Status end = Refusals.refusal(() -> stream(client, request));

    assertThat(end.getCode()).isEqualTo(code);
    assertThat(end.getDescription()).isEqualTo(text);
  }
}
