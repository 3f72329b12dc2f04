// SPDX-License-Identifier: Apache-2.0
package io.cairn.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Parser;
import io.cairn.apiprotos.etcdserverpb.CompactionRequest;
import io.cairn.apiprotos.etcdserverpb.Compare;
import io.cairn.apiprotos.etcdserverpb.PutRequest;
import io.cairn.apiprotos.etcdserverpb.RangeRequest;
import io.cairn.apiprotos.etcdserverpb.TxnRequest;
import io.cairn.apiprotos.etcdserverpb.WatchRequest;
import io.cairn.benchmarks.load.Workload.Operation;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is written by hand means what the protocol's own classes read. */
final class RequestWriterTest {
  private static final ByteString ZERO = ByteString.copyFrom(new byte[1]);

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 127, 128, 16_383, 16_384, 1 << 20, 3 << 20})
  void putCarriesKeyAndValue(int valueBytes) throws InvalidProtocolBufferException {
    RequestWriter writer = writer(workload(Operation.PUT, valueBytes));

    PutRequest put = parse(writer, writer.next(), PutRequest.parser());

    assertThat(put.getKey().toStringUtf8()).matches("00000[0-9]{3}");
    assertThat(put.getValue().size()).isEqualTo(valueBytes);
    assertThat(put.getSerializedSize())
        .isEqualTo(
            PutRequest.newBuilder()
                .setKey(put.getKey())
                .setValue(put.getValue())
                .build()
                .getSerializedSize());
  }

  @Test
  void sequentialKeysFollowEachOtherAndBeginAgain() throws InvalidProtocolBufferException {
    RequestWriter writer =
        writer(Workload.of(Operation.PUT, 1, 10).withKeys(99_999_990, 3).inSequence());
    List<String> keys = new ArrayList<>();

    for (int i = 0; i < 4; i++) {
      keys.add(parse(writer, writer.next(), PutRequest.parser()).getKey().toStringUtf8());
    }

    assertThat(keys).containsExactly("99999990", "99999991", "99999992", "99999990");
  }

  @Test
  void getIsLinearizableAndSgetIsNot() throws InvalidProtocolBufferException {
    RequestWriter linearizable = writer(Workload.of(Operation.GET, 1, 1));
    RequestWriter serializable = writer(Workload.of(Operation.SGET, 1, 1));

    RangeRequest get = parse(linearizable, linearizable.next(), RangeRequest.parser());
    RangeRequest sget = parse(serializable, serializable.next(), RangeRequest.parser());

    assertThat(get).isEqualTo(RangeRequest.newBuilder().setKey(text("00000000")).build());
    assertThat(sget).isEqualTo(get.toBuilder().setSerializable(true).build());
  }

  @Test
  void sequentialRangesAdjoinEachOther() throws InvalidProtocolBufferException {
    RequestWriter writer =
        writer(Workload.of(Operation.RANGE, 1, 1).withKeys(100, 25).withRange(10).inSequence());
    List<String> ranges = new ArrayList<>();

    for (int i = 0; i < 3; i++) {
      RangeRequest range = parse(writer, writer.next(), RangeRequest.parser());
      ranges.add(range.getKey().toStringUtf8() + "-" + range.getRangeEnd().toStringUtf8());
    }

    // Five keys are left, too few for a range.
    assertThat(ranges)
        .containsExactly("00000100-00000110", "00000110-00000120", "00000100-00000110");
  }

  @Test
  void randomRangesStayWithinTheKeys() throws InvalidProtocolBufferException {
    RequestWriter writer =
        writer(Workload.of(Operation.RANGE, 1, 1).withKeys(50, 12).withRange(10));

    for (int i = 0; i < 100; i++) {
      RangeRequest range = parse(writer, writer.next(), RangeRequest.parser());
      int from = Integer.parseInt(range.getKey().toStringUtf8());
      assertThat(from).isBetween(50, 52);
      assertThat(Integer.parseInt(range.getRangeEnd().toStringUtf8())).isEqualTo(from + 10);
    }
  }

  @Test
  void pageIsLimitedAndGoesToTheEnd() throws InvalidProtocolBufferException {
    RequestWriter writer = writer(Workload.of(Operation.PAGE, 1, 1).withRange(500));

    RangeRequest page = parse(writer, writer.next(), RangeRequest.parser());

    assertThat(page)
        .isEqualTo(
            RangeRequest.newBuilder()
                .setKey(text("00000000"))
                .setRangeEnd(ZERO)
                .setLimit(500)
                .build());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 100, 256, 20_000})
  void txnPuts(int valueBytes) throws InvalidProtocolBufferException {
    RequestWriter writer = writer(workload(Operation.TXN, valueBytes));

    TxnRequest txn = parse(writer, writer.next(), TxnRequest.parser());

    assertThat(txn.getCompareCount()).isZero();
    assertThat(txn.getSuccessList())
        .singleElement()
        .satisfies(op -> assertThat(op.getRequestPut().getValue().size()).isEqualTo(valueBytes));
    assertThat(txn.getFailureCount()).isZero();
  }

  @Test
  void casPutsIfTheKeyExistsAndReadsItOtherwise() throws InvalidProtocolBufferException {
    RequestWriter writer = writer(workload(Operation.CAS, 256));

    TxnRequest txn = parse(writer, writer.next(), TxnRequest.parser());

    ByteString key = txn.getCompare(0).getKey();
    assertThat(txn.getCompareList())
        .containsExactly(
            Compare.newBuilder()
                .setResult(Compare.CompareResult.GREATER)
                .setTarget(Compare.CompareTarget.VERSION)
                .setKey(key)
                .setVersion(0)
                .build());
    assertThat(txn.getSuccessList())
        .singleElement()
        .satisfies(op -> assertThat(op.getRequestPut().getKey()).isEqualTo(key));
    assertThat(txn.getFailureList())
        .singleElement()
        .satisfies(op ->
            assertThat(op.getRequestRange())
                .isEqualTo(RangeRequest.newBuilder().setKey(key).build()));
  }

  @Test
  void watchSeesEverything() throws InvalidProtocolBufferException {
    RequestWriter writer = writer(Workload.of(Operation.PUT, 1, 1));

    WatchRequest watch = parse(writer, writer.watch(), WatchRequest.parser());

    assertThat(watch.getCreateRequest().getKey()).isEqualTo(ZERO);
    assertThat(watch.getCreateRequest().getRangeEnd()).isEqualTo(ZERO);
  }

  @Test
  void compactionIsPhysical() throws InvalidProtocolBufferException {
    RequestWriter writer = writer(Workload.of(Operation.PUT, 1, 1));

    CompactionRequest compaction =
        parse(writer, writer.compact(1L << 40), CompactionRequest.parser());

    assertThat(compaction)
        .isEqualTo(CompactionRequest.newBuilder().setRevision(1L << 40).setPhysical(true).build());
  }

  private static Workload workload(Operation operation, int valueBytes) {
    return new Workload(operation, 1, 1, 0, 1_000, valueBytes, 1, false, 0, 0, false);
  }

  private static RequestWriter writer(Workload workload) {
    return new RequestWriter(workload, 1);
  }

  private static ByteString text(String text) {
    return ByteString.copyFromUtf8(text);
  }

  private static <T> T parse(RequestWriter writer, int length, Parser<T> parser)
      throws InvalidProtocolBufferException {
    ByteBuffer message = ByteBuffer.wrap(writer.buffer(), 0, length);
    assertThat(message.get()).as("compressed").isZero();
    assertThat(message.getInt()).as("length in the prefix").isEqualTo(length - 5);
    return parser.parseFrom(message);
  }
}
