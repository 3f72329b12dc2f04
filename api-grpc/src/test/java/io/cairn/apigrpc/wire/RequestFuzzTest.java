// SPDX-License-Identifier: Apache-2.0
package io.cairn.apigrpc.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.cairn.apiprotos.etcdserverpb.CompactionRequest;
import io.cairn.apiprotos.etcdserverpb.DeleteRangeRequest;
import io.cairn.apiprotos.etcdserverpb.LeaseKeepAliveRequest;
import io.cairn.apiprotos.etcdserverpb.PutRequest;
import io.cairn.apiprotos.etcdserverpb.RangeRequest;
import io.cairn.apiprotos.etcdserverpb.TxnRequest;
import io.cairn.apiprotos.etcdserverpb.WatchRequest;
import io.cairn.spi.store.Bytes;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever bytes come, the parsers by hand and the generated ones agree: on the request, or on
 * there being none.
 */
final class RequestFuzzTest {

  private static final int MESSAGES_PER_SEED = 2_000;

  /** A parser by hand, and what the generated one makes of the same bytes. */
  record Row(
      String message,
      Function<Bytes, Object> byHand,
      Message generated,
      Function<Message, Object> wanted) {
    @Override
    public String toString() {
      return message;
    }
  }

  static final List<Row> ROWS =
      List.of(
          new Row(
              "RangeRequest",
              KvRequests::range,
              RangeRequest.getDefaultInstance(),
              message -> Wanted.range((RangeRequest) message)),
          new Row(
              "PutRequest",
              KvRequests::put,
              PutRequest.getDefaultInstance(),
              message -> Wanted.put((PutRequest) message)),
          new Row(
              "DeleteRangeRequest",
              KvRequests::delete,
              DeleteRangeRequest.getDefaultInstance(),
              message -> Wanted.delete((DeleteRangeRequest) message)),
          new Row(
              "TxnRequest",
              KvRequests::txn,
              TxnRequest.getDefaultInstance(),
              message -> Wanted.txn((TxnRequest) message)),
          new Row(
              "CompactionRequest",
              KvRequests::compact,
              CompactionRequest.getDefaultInstance(),
              message -> Wanted.compact((CompactionRequest) message)),
          new Row(
              "WatchRequest",
              WatchCommand::parse,
              WatchRequest.getDefaultInstance(),
              message -> Wanted.watch((WatchRequest) message)),
          new Row(
              "LeaseKeepAliveRequest",
              LeaseMessages::keepAlive,
              LeaseKeepAliveRequest.getDefaultInstance(),
              message -> ((LeaseKeepAliveRequest) message).getID()));

  static LongStream seeds() {
    Long chosen = Long.getLong("cairn.seed");
    return chosen != null ? LongStream.of(chosen) : LongStream.rangeClosed(1, 5);
  }

  @ParameterizedTest(name = "-Dcairn.seed={0}")
  @MethodSource("seeds")
  void bytesOfAnyKindMeanTheSameToBothParsers(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    RandomRequests requests = new RandomRequests(random);
    int accepted = 0;
    int refused = 0;

    for (int i = 0; i < MESSAGES_PER_SEED; i++) {
      for (Row row : ROWS) {
        byte[] message = requests.message(row.message());
        if (agree(row, message)) {
          accepted++;
        } else {
          refused++;
        }
      }
    }

    // Both sorts must be common, or the test says little.
    assertThat(accepted).isGreaterThan(MESSAGES_PER_SEED);
    assertThat(refused).isGreaterThan(MESSAGES_PER_SEED);
  }

  @ParameterizedTest
  @FieldSource("ROWS")
  void everyPrefixOfAMessageMeansTheSameToBothParsers(Row row) {
    RandomRequests requests = new RandomRequests(new SplittableRandom(99));
    for (int i = 0; i < 50; i++) {
      byte[] message = requests.wellFormed(row.message());
      for (int length = 0; length <= Math.min(message.length, 200); length++) {
        byte[] prefix = new byte[length];
        System.arraycopy(message, 0, prefix, 0, length);
        var _ = agree(row, prefix);
      }
    }
  }

  /** Nesting beyond the limit must be refused, not followed until the stack ends. */
  @ParameterizedTest
  @FieldSource("DEPTHS")
  void nestingIsLimitedAsInGeneratedParsers(int depth) {
    byte[] message = new byte[0];
    for (int i = 0; i < depth; i++) {
      message = RandomRequests.field(0x12, RandomRequests.field(0x22, message));
    }

    boolean accepted = agree(ROWS.get(3), message);

    assertThat(accepted).isEqualTo(depth <= 50);
  }

  static final List<Integer> DEPTHS = List.of(1, 49, 50, 51, 1_000);

  /** A field that comes in a million parts must not cost a million copies. */
  @ParameterizedTest
  @FieldSource("ROWS")
  void manySmallPartsOfAUnionAreMergedInOnePass(Row row) {
    byte[] part = RandomRequests.field(0x0a, RandomRequests.field(0x0a, new byte[] {1}));
    byte[] message = new byte[part.length * 100_000];
    for (int i = 0; i < 100_000; i++) {
      System.arraycopy(part, 0, message, i * part.length, part.length);
    }

    assertThat(agree(row, message)).isTrue();
  }

  /** Whether both parsers accept; fails unless they agree. */
  private static boolean agree(Row row, byte[] message) {
    // Off the start of its array, so that offsets are tested too.
    byte[] shifted = new byte[message.length + 3];
    System.arraycopy(message, 0, shifted, 2, message.length);
    Bytes slice = Bytes.of(shifted, 2, message.length);
    Object wanted = null;
    try {
      wanted = row.wanted().apply(read(row.generated(), message));
    } catch (InvalidProtocolBufferException e) {
      // Then the parser by hand must refuse as well.
    }
    Object found = null;
    try {
      found = row.byHand().apply(slice);
    } catch (MalformedMessage e) {
      if (e.what().equals(ProtoReader.NUMBER_TOO_LONG)) {
        return false; // Generated parsers refuse only some of these.
      }
    }
    assertThat(found)
        .as("%s of %s", row.message(), HexFormat.of().formatHex(message))
        .isEqualTo(wanted);
    return found != null;
  }

  /**
   * What a message says. Generated Java classes decide whether it is one. They do not decide what
   * it says, because they merge a member of a union with an earlier one even if another member came
   * in between; protobuf's definition, and Go's classes, which etcd uses, do not. Dynamic messages
   * keep to the definition.
   */
  private static Message read(Message prototype, byte[] message)
      throws InvalidProtocolBufferException {
    var _ = prototype.getParserForType().parseFrom(message);
    DynamicMessage dynamic = DynamicMessage.parseFrom(prototype.getDescriptorForType(), message);
    return prototype.newBuilderForType().mergeFrom(dynamic.toByteArray()).build();
  }
}
