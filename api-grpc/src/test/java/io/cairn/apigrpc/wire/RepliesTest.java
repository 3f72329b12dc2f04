// SPDX-License-Identifier: Apache-2.0
package io.cairn.apigrpc.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.cairn.apiprotos.etcdserverpb.DeleteRangeResponse;
import io.cairn.apiprotos.etcdserverpb.PutResponse;
import io.cairn.apiprotos.etcdserverpb.RangeResponse;
import io.cairn.apiprotos.etcdserverpb.RangeStreamResponse;
import io.cairn.apiprotos.etcdserverpb.ResponseHeader;
import io.cairn.apiprotos.etcdserverpb.ResponseOp;
import io.cairn.apiprotos.etcdserverpb.TxnResponse;
import io.cairn.apiprotos.etcdserverpb.WatchResponse;
import io.cairn.apiprotos.mvccpb.Event;
import io.cairn.apiprotos.mvccpb.KeyValue;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.DeleteResult;
import io.cairn.spi.store.KeyValueFormat;
import io.cairn.spi.store.OperationResult;
import io.cairn.spi.store.PutResult;
import io.cairn.spi.store.RangeResult;
import io.cairn.spi.store.RangeStream;
import io.cairn.spi.store.Reason;
import io.cairn.spi.store.TxnResult;
import io.cairn.spi.store.WatchMessage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** What is written by hand is, byte for byte, what the generated classes would have written. */
final class RepliesTest {

  private static final io.cairn.spi.store.ResponseHeader HEADER =
      new io.cairn.spi.store.ResponseHeader(0xcdf818194e3a8c32L, 0x8e9e05c52164694dL, 1234567, 2);

  static final List<Integer> COUNTS = List.of(0, 1, 2, 3, 1000);

  @ParameterizedTest
  @FieldSource("COUNTS")
  void rangeOfAnyNumberOfKeys(int count) throws IOException {
    List<KeyValue> kvs = kvs(count);
    RangeResult result = new RangeResult(HEADER, encoded(kvs), count == 3, count + 5L);

    Reply reply = Replies.range(result);

    RangeResponse wanted =
        RangeResponse.newBuilder()
            .setHeader(header())
            .addAllKvs(kvs)
            .setMore(count == 3)
            .setCount(count + 5L)
            .build();
    assertWrites(reply, wanted.toByteArray());
  }

  @Test
  void onlyTheLastPartOfAStreamHasAHeader() throws IOException {
    List<KeyValue> kvs = kvs(4);
    RangeResult result = new RangeResult(HEADER, encoded(kvs), true, 9);

    RangeResponse.Builder first = RangeResponse.newBuilder().addAllKvs(kvs);
    assertWrites(
        Replies.rangePart(new RangeStream.Part(result, false)),
        RangeStreamResponse.newBuilder().setRangeResponse(first).build().toByteArray());
    RangeResponse.Builder last = first.clone().setHeader(header()).setMore(true).setCount(9);
    assertWrites(
        Replies.rangePart(new RangeStream.Part(result, true)),
        RangeStreamResponse.newBuilder().setRangeResponse(last).build().toByteArray());
  }

  @Test
  void putWithAndWithoutThePreviousKeyValue() throws IOException {
    KeyValue kv = kv(1, 300);

    assertWrites(
        Replies.put(new PutResult(HEADER, null)),
        PutResponse.newBuilder().setHeader(header()).build().toByteArray());
    assertWrites(
        Replies.put(new PutResult(HEADER, encoded(kv))),
        PutResponse.newBuilder().setHeader(header()).setPrevKv(kv).build().toByteArray());
  }

  @Test
  void deletionWithPreviousKeyValues() throws IOException {
    List<KeyValue> kvs = kvs(3);

    Reply reply = Replies.delete(new DeleteResult(HEADER, 3, encoded(kvs)));

    assertWrites(
        reply,
        DeleteRangeResponse.newBuilder()
            .setHeader(header())
            .setDeleted(3)
            .addAllPrevKvs(kvs)
            .build()
            .toByteArray());
  }

  @Test
  void transactionsNestAndKeepEmptyHeaders() throws IOException {
    List<KeyValue> kvs = kvs(2);
    io.cairn.spi.store.ResponseHeader inner = io.cairn.spi.store.ResponseHeader.ofRevision(8);
    io.cairn.spi.store.ResponseHeader none = io.cairn.spi.store.ResponseHeader.ofRevision(0);
    List<OperationResult> operations =
        List.of(
            new RangeResult(inner, encoded(kvs), false, 2),
            new PutResult(inner, encoded(kvs.getFirst())),
            new DeleteResult(inner, 0, List.of()),
            new TxnResult(
                none,
                false,
                List.of(new PutResult(inner, null), new TxnResult(none, true, List.of()))));

    Reply reply = Replies.txn(new TxnResult(HEADER, true, operations));

    ResponseHeader.Builder innerHeader = ResponseHeader.newBuilder().setRevision(8);
    ResponseHeader noHeader = ResponseHeader.getDefaultInstance();
    PutResponse.Builder put = PutResponse.newBuilder().setHeader(innerHeader);
    TxnResponse wanted =
        TxnResponse.newBuilder()
            .setHeader(header())
            .setSucceeded(true)
            .addResponses(
                ResponseOp.newBuilder()
                    .setResponseRange(
                        RangeResponse.newBuilder()
                            .setHeader(innerHeader)
                            .addAllKvs(kvs)
                            .setCount(2)))
            .addResponses(
                ResponseOp.newBuilder().setResponsePut(put.clone().setPrevKv(kvs.getFirst())))
            .addResponses(
                ResponseOp.newBuilder()
                    .setResponseDeleteRange(
                        DeleteRangeResponse.newBuilder().setHeader(innerHeader)))
            .addResponses(
                ResponseOp.newBuilder()
                    .setResponseTxn(
                        TxnResponse.newBuilder()
                            .setHeader(noHeader)
                            .addResponses(ResponseOp.newBuilder().setResponsePut(put))
                            .addResponses(
                                ResponseOp.newBuilder()
                                    .setResponseTxn(
                                        TxnResponse.newBuilder()
                                            .setHeader(noHeader)
                                            .setSucceeded(true)))))
            .build();
    assertWrites(reply, wanted.toByteArray());
  }

  @Test
  void watchMessagesOfEveryKind() throws IOException {
    List<Event> events = new ArrayList<>();
    ByteArrayOutputStream run = new ByteArrayOutputStream();
    for (int i = 0; i < 5; i++) {
      Event event = Event.newBuilder().setKv(kv(i, 40 * i)).build();
      events.add(event);
      run.writeBytes(WatchResponse.newBuilder().addEvents(event).build().toByteArray());
    }
    Bytes bytes = Bytes.of(run.toByteArray());
    WatchResponse.Builder base = WatchResponse.newBuilder().setHeader(header()).setWatchId(6);

    assertWrites(
        watch(new WatchMessage.Events(HEADER, 6, List.of(bytes, bytes), true)),
        base.clone()
            .addAllEvents(events)
            .addAllEvents(events)
            .setFragment(true)
            .build()
            .toByteArray());
    assertWrites(
        watch(new WatchMessage.Created(HEADER, 6)),
        base.clone().setCreated(true).build().toByteArray());
    assertWrites(
        watch(new WatchMessage.Progress(HEADER, WatchMessage.NO_ID)),
        base.clone().setWatchId(-1).build().toByteArray());
    assertWrites(
        watch(new WatchMessage.Refused(HEADER, new Reason.WatchRangeEmpty())),
        base.clone()
            .setWatchId(-1)
            .setCreated(true)
            .setCanceled(true)
            .setCancelReason("WatchRangeEmpty")
            .build()
            .toByteArray());
    assertWrites(
        watch(new WatchMessage.Canceled(HEADER, 6, 77, null)),
        base.clone().setCanceled(true).setCompactRevision(77).build().toByteArray());
  }

  @Test
  void replyCanBeReadAsAStreamToo() throws IOException {
    Reply reply = Replies.range(new RangeResult(HEADER, encoded(kvs(3)), false, 3));

    byte[] read = reply.readAllBytes();

    RangeResponse wanted =
        RangeResponse.newBuilder().setHeader(header()).addAllKvs(kvs(3)).setCount(3).build();
    assertThat(read).isEqualTo(wanted.toByteArray());
    assertThat(reply.available()).isZero();
  }

  private static Reply watch(WatchMessage message) {
    return Replies.watch(message, reason -> reason.getClass().getSimpleName());
  }

  /** The size is right beforehand, the bytes are right, and nothing is left. */
  private static void assertWrites(Reply reply, byte[] wanted) throws IOException {
    assertThat(reply.available()).isEqualTo(wanted.length);
    ByteArrayOutputStream out = new ByteArrayOutputStream();

    int drained = reply.drainTo(out);

    assertThat(out.toByteArray()).isEqualTo(wanted);
    assertThat(drained).isEqualTo(wanted.length);
    assertThat(reply.available()).isZero();
  }

  private static ResponseHeader header() {
    return ResponseHeader.newBuilder()
        .setClusterId(HEADER.clusterId())
        .setMemberId(HEADER.memberId())
        .setRevision(HEADER.revision())
        .setRaftTerm(HEADER.term())
        .build();
  }

  /** Key-values of sizes around the bound up to which slices are copied. */
  private static List<KeyValue> kvs(int count) {
    List<KeyValue> kvs = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      kvs.add(kv(i, i % 130));
    }
    return kvs;
  }

  private static KeyValue kv(int number, int valueLength) {
    byte[] value = new byte[valueLength];
    new SplittableRandom(number).nextBytes(value);
    return KeyValue.newBuilder()
        .setKey(ByteString.copyFromUtf8("key/" + number))
        .setCreateRevision(2)
        .setModRevision(3L + number)
        .setVersion(1L + number)
        .setValue(ByteString.copyFrom(value))
        .build();
  }

  private static List<Bytes> encoded(List<KeyValue> kvs) {
    return kvs.stream().map(RepliesTest::encoded).toList();
  }

  private static Bytes encoded(KeyValue kv) {
    return KeyValueFormat.encode(
        new io.cairn.spi.store.KeyValue(
            Bytes.of(kv.getKey().toByteArray()),
            kv.getCreateRevision(),
            kv.getModRevision(),
            kv.getVersion(),
            Bytes.of(kv.getValue().toByteArray()),
            kv.getLease()));
  }
}
