// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.protocol;

import static io.cairn.conformancetests.protocol.Refusals.FUTURE;
import static io.cairn.conformancetests.protocol.Refusals.NO_KEY;
import static io.cairn.conformancetests.protocol.Refusals.assertRefused;
import static io.cairn.conformancetests.protocol.Requests.FROM_KEY;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.cairn.apiprotos.etcdserverpb.RangeRequest.SortTarget;
import io.cairn.apiprotos.etcdserverpb.RangeResponse;
import io.cairn.apiprotos.mvccpb.KeyValue;
import io.cairn.conformancetests.report.Demand;
import io.cairn.conformancetests.report.TestsRule;
import io.grpc.Status.Code;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Range: which keys, at which revision, how many. */
@ProtocolRules
final class RangeRules {
  private static final int MANY = 1_000;
  private static final int ROUNDS = 40;

  @Test
  @TestsRule("RANGE-1")
  @Says("without an end, a range is one key")
  void rangeWithoutEndIsOneKey(Client client) {
    var _ = client.put(client.key("a"), "1");
    var _ = client.put(client.key("ab"), "2");

    RangeResponse present = client.range(Requests.range(client.key("a")));
    RangeResponse absent = client.range(Requests.range(client.key("b")));

    assertThat(valuesIn(present)).containsExactly("1");
    assertThat(present.getCount()).isEqualTo(1);
    assertThat(present.getMore()).isFalse();
    assertThat(absent.getKvsList()).isEmpty();
    assertThat(absent.getCount()).isZero();
  }

  @Test
  @TestsRule("RANGE-2")
  @Says("keys are in the order of their unsigned bytes; the end is not part")
  void keysAreOrderedByUnsignedBytes(Client client) {
    List<ByteString> keys = new ArrayList<>();
    for (int last : new int[] {0x00, 0x01, 0x7f, 0x80, 0xfe, 0xff}) {
      keys.add(client.prefix().concat(ByteString.copyFrom(new byte[] {(byte) last})));
    }
    keys.reversed().forEach(key -> client.put(key, "1"));

    assertThat(keysIn(client.all())).isEqualTo(keys);
    assertThat(keysIn(client.range(Requests.range(keys.get(1), keys.get(4)))))
        .isEqualTo(keys.subList(1, 4));
  }

  @Test
  @TestsRule("RANGE-3")
  @Says("the end of one zero byte means everything from the key on")
  void endOfZeroMeansEverythingBehind(Client client) {
    List<ByteString> keys = Requests.keys(client.prefix(), 5);
    keys.forEach(key -> client.put(key, "1"));

    RangeResponse response = client.range(Requests.range(keys.get(2), FROM_KEY).setLimit(3));

    assertThat(keysIn(response)).isEqualTo(keys.subList(2, 5));
    assertThat(response.getCount()).isGreaterThanOrEqualTo(3);
  }

  @Test
  @TestsRule("RANGE-4")
  @Says("an end that is not behind the key means nothing")
  void invertedRangeIsEmpty(Client client) {
    var _ = client.put(client.key("b"), "1");

    RangeResponse inverted = client.range(Requests.range(client.key("c"), client.key("a")));
    RangeResponse same = client.range(Requests.range(client.key("b"), client.key("b")));

    assertThat(inverted.getKvsList()).isEmpty();
    assertThat(inverted.getCount()).isZero();
    assertThat(same.getCount()).isZero();
  }

  @Test
  @TestsRule("RANGE-5")
  @Says("a limit cuts the result, and more tells whether it did")
  void limitCutsAndMoreTells(Client client) {
    List<ByteString> keys = Requests.keys(client.prefix(), 5);
    keys.forEach(key -> client.put(key, "1"));

    for (int limit = -1; limit <= 6; limit++) {
      RangeResponse response = client.range(Requests.rangeOf(client.prefix()).setLimit(limit));

      int expected = limit <= 0 ? 5 : Math.min(5, limit);
      assertThat(keysIn(response)).as("limit %d", limit).isEqualTo(keys.subList(0, expected));
      assertThat(response.getMore()).as("more at limit %d", limit).isEqualTo(expected < 5);
    }
  }

  @Test
  @TestsRule("RANGE-6")
  @Says("count is of the whole range, whatever the limit")
  void countIgnoresTheLimit(Client client) {
    Requests.keys(client.prefix(), 7).forEach(key -> client.put(key, "1"));

    RangeResponse limited = client.range(Requests.rangeOf(client.prefix()).setLimit(2));
    RangeResponse counted =
        client.range(Requests.rangeOf(client.prefix()).setLimit(2).setCountOnly(true));

    assertThat(limited.getCount()).isEqualTo(7);
    assertThat(counted.getCount()).isEqualTo(7);
    assertThat(counted.getKvsList()).isEmpty();
    assertThat(counted.getMore()).isFalse();
  }

  @Test
  @TestsRule("RANGE-7")
  @Says("keys_only leaves out values and keeps the rest")
  void keysOnlyLeavesOutValues(Client client) {
    var _ = client.put(client.key("a"), "1");
    var _ = client.put(client.key("a"), "2");
    KeyValue whole = client.get(client.key("a")).orElseThrow();

    RangeResponse response = client.range(Requests.rangeOf(client.prefix()).setKeysOnly(true));

    assertThat(response.getKvsList()).containsExactly(whole.toBuilder().clearValue().build());
  }

  @Test
  @TestsRule("RANGE-8")
  @Says(value = "keys_only leaves out the lease, unless sorted by value", demand = Demand.MAY)
  void keysOnlyLeavesOutTheLease(Client client) {
    long lease = client.lease(600);
    var _ = client.put(Requests.put(client.key("a"), "1").setLease(lease));

    RangeResponse response = client.range(Requests.range(client.key("a")).setKeysOnly(true));
    RangeResponse byValue =
        client.range(
            Requests.range(client.key("a")).setKeysOnly(true).setSortTarget(SortTarget.VALUE));

    assertThat(response.getKvs(0).getLease()).isZero();
    assertThat(byValue.getKvs(0).getLease()).isEqualTo(lease);
  }

  @Test
  @TestsRule("RANGE-9")
  @Says("a revision is read as it was, and the header tells the latest")
  void earlierRevisionIsReadAsItWas(Client client) {
    ByteString key = client.key("a");
    List<Long> revisions = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      revisions.add(client.put(key, "v" + i).getHeader().getRevision());
    }

    for (int i = 0; i < 10; i++) {
      RangeResponse response = client.range(Requests.range(key).setRevision(revisions.get(i)));

      assertThat(valuesIn(response)).containsExactly("v" + i);
      assertThat(response.getKvs(0).getModRevision()).isEqualTo(revisions.get(i));
      assertThat(response.getKvs(0).getVersion()).isEqualTo(i + 1);
      assertThat(response.getHeader().getRevision()).isGreaterThanOrEqualTo(revisions.get(9));
    }
    assertThat(client.range(Requests.range(key).setRevision(revisions.getFirst() - 1)).getCount())
        .isZero();
  }

  @Test
  @TestsRule("RANGE-10")
  @Says("revision 0 and negative ones mean the latest")
  void noRevisionMeansTheLatest(Client client) {
    var _ = client.put(client.key("a"), "1");
    var _ = client.put(client.key("a"), "2");

    assertThat(valuesIn(client.range(Requests.range(client.key("a")).setRevision(0))))
        .containsExactly("2");
    assertThat(valuesIn(client.range(Requests.range(client.key("a")).setRevision(-7))))
        .containsExactly("2");
  }

  @Test
  @TestsRule("RANGE-11")
  @Says("a revision that does not exist yet is refused")
  void futureRevisionIsRefused(Client client) throws Exception {
    long future = client.put(client.key("a"), "1").getHeader().getRevision() + 1_000_000;

    assertRefused(
        Code.OUT_OF_RANGE,
        FUTURE,
        () -> client.range(Requests.range(client.key("a")).setRevision(future)));
  }

  @Test
  @TestsRule("RANGE-12")
  @Says("a range without a key is refused")
  void rangeNeedsAKey(Client client) throws Exception {
    assertRefused(
        Code.INVALID_ARGUMENT, NO_KEY, () -> client.range(Requests.range(ByteString.EMPTY)));
  }

  @Test
  @TestsRule("RANGE-13")
  @Says("a serializable read knows what this member has acknowledged")
  void serializableReadKnowsTheMembersOwnAnswers(Client client) {
    for (int i = 0; i < ROUNDS; i++) {
      var _ = client.put(client.key("a"), "v" + i);

      assertThat(valuesIn(client.range(Requests.range(client.key("a")).setSerializable(true))))
          .containsExactly("v" + i);
    }
  }

  @Test
  @TestsRule("RANGE-14")
  @Says("a linearizable read knows what any member has acknowledged")
  void linearizableReadIsNeverStale(Client client) {
    Client reader = client.elsewhere();
    for (int i = 0; i < ROUNDS; i++) {
      long revision = client.put(client.key("a"), "v" + i).getHeader().getRevision();

      RangeResponse response = reader.range(Requests.range(client.key("a")));

      assertThat(valuesIn(response)).containsExactly("v" + i);
      assertThat(response.getHeader().getRevision()).isGreaterThanOrEqualTo(revision);
    }
  }

  @Test
  @TestsRule("RANGE-15")
  @Says("an end given as no bytes is no end")
  void emptyEndIsNoEnd(Client client) throws Exception {
    ByteString key = client.key("a");
    var _ = client.put(key, "1");
    var _ = client.put(client.key("b"), "1");
    ByteString request =
        Requests.range(key).build().toByteString().concat(ByteString.fromHex("1200"));

    byte[] answer = client.endpoint().call("etcdserverpb.KV/Range", request.toByteArray());

    assertThat(keysIn(RangeResponse.parseFrom(answer))).containsExactly(key);
  }

  @Test
  @TestsRule("RANGE-16")
  @Says("pages read by limit at one revision add up to the range")
  void pagesAddUp(Client client) throws Exception {
    List<ByteString> keys = Requests.keys(client.prefix(), MANY);
    Bulk.put(client, keys, 10);
    RangeResponse whole = client.all();
    var _ = client.delete(Requests.delete(keys.get(MANY - 1)));

    List<ByteString> read = new ArrayList<>();
    ByteString from = client.prefix();
    boolean more = true;
    while (more) {
      RangeResponse page =
          client.range(
              Requests.range(from, Requests.endOf(client.prefix()))
                  .setLimit(333)
                  .setRevision(whole.getHeader().getRevision()));
      read.addAll(keysIn(page));
      from = read.getLast().concat(FROM_KEY);
      more = page.getMore();
    }

    assertThat(keysIn(whole)).isEqualTo(keys);
    assertThat(whole.getCount()).isEqualTo(MANY);
    assertThat(read).isEqualTo(keys);
  }

  static List<ByteString> keysIn(RangeResponse response) {
    return response.getKvsList().stream().map(KeyValue::getKey).toList();
  }

  static List<String> valuesIn(RangeResponse response) {
    return response.getKvsList().stream().map(kv -> kv.getValue().toStringUtf8()).toList();
  }
}
