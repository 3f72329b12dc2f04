// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.protocol;

import static io.cairn.conformancetests.protocol.Refusals.NO_KEY;
import static io.cairn.conformancetests.protocol.Refusals.assertRefused;
import static io.cairn.conformancetests.protocol.Requests.FROM_KEY;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.cairn.apiprotos.etcdserverpb.DeleteRangeResponse;
import io.cairn.apiprotos.mvccpb.KeyValue;
import io.cairn.conformancetests.report.TestsRule;
import io.grpc.Status.Code;
import java.util.List;
import org.junit.jupiter.api.Test;

/** DeleteRange: what goes, what is told of it, and what takes a revision. */
@ProtocolRules
final class DeleteRules {
  @Test
  @WholeStore
  @TestsRule("DELETE-1")
  @Says("a deletion takes one revision, however many keys go")
  void deletionTakesOneRevision(Client client) {
    for (ByteString key : Requests.keys(client.prefix(), 5)) {
      var _ = client.put(key, "1");
    }
    long before = client.revision();

    DeleteRangeResponse response = client.delete(Requests.deleteOf(client.prefix()));

    assertThat(response.getDeleted()).isEqualTo(5);
    assertThat(response.getHeader().getRevision()).isEqualTo(before + 1);
    assertThat(client.all().getKvsList()).isEmpty();
    assertThat(client.revision()).isEqualTo(before + 1);
  }

  @Test
  @WholeStore
  @TestsRule("DELETE-2")
  @Says("a deletion that finds nothing takes no revision")
  void deletionOfNothingTakesNoRevision(Client client) {
    var _ = client.put(client.key("a"), "1");
    long before = client.revision();

    DeleteRangeResponse one = client.delete(Requests.delete(client.key("absent")));
    DeleteRangeResponse range =
        client.delete(Requests.delete(client.key("x")).setRangeEnd(client.key("z")));

    assertThat(one.getDeleted()).isZero();
    assertThat(range.getDeleted()).isZero();
    assertThat(one.getHeader().getRevision()).isEqualTo(before);
    assertThat(range.getHeader().getRevision()).isEqualTo(before);
    assertThat(client.revision()).isEqualTo(before);
  }

  @Test
  @TestsRule("DELETE-3")
  @Says("the end of the range stays, as everything outside does")
  void endOfTheRangeStays(Client client) {
    List<ByteString> keys = Requests.keys(client.prefix(), 6);
    keys.forEach(key -> client.put(key, "1"));

    DeleteRangeResponse inverted =
        client.delete(Requests.delete(keys.get(4)).setRangeEnd(keys.get(1)));
    DeleteRangeResponse response =
        client.delete(Requests.delete(keys.get(1)).setRangeEnd(keys.get(4)));

    assertThat(inverted.getDeleted()).isZero();
    assertThat(response.getDeleted()).isEqualTo(3);
    assertThat(client.all().getKvsList())
        .extracting(KeyValue::getKey)
        .containsExactly(keys.get(0), keys.get(4), keys.get(5));
  }

  @Test
  @TestsRule("DELETE-4")
  @Says("previous key-values come whole and in key order, if asked for")
  void previousKeyValuesAreWhole(Client client) {
    List<ByteString> keys = Requests.keys(client.prefix(), 4);
    for (ByteString key : keys.reversed()) {
      var _ = client.put(key, "of " + key.toStringUtf8());
    }
    List<KeyValue> stored = client.all().getKvsList();

    DeleteRangeResponse asked =
        client.delete(Requests.delete(keys.get(0)).setRangeEnd(keys.get(3)).setPrevKv(true));
    DeleteRangeResponse notAsked = client.delete(Requests.delete(keys.get(3)));

    assertThat(asked.getPrevKvsList()).isEqualTo(stored.subList(0, 3));
    assertThat(notAsked.getDeleted()).isEqualTo(1);
    assertThat(notAsked.getPrevKvsList()).isEmpty();
  }

  @Test
  @TestsRule("DELETE-5")
  @Says("a deletion without a key is refused")
  void deletionNeedsAKey(Client client) throws Exception {
    assertRefused(
        Code.INVALID_ARGUMENT, NO_KEY, () -> client.delete(Requests.delete(ByteString.EMPTY)));
  }

  @Test
  @TestsRule("DELETE-6")
  @Says("a deleted key no longer hangs on its lease")
  void deletedKeyLeavesItsLease(Client client) {
    ByteString key = client.key("a");
    long lease = client.lease(600);
    var _ = client.put(Requests.put(key, "1").setLease(lease));

    var _ = client.delete(Requests.delete(key));
    var _ = client.put(key, "2");
    client.revoke(lease);

    assertThat(client.get(key)).isPresent();
  }

  @Test
  @WholeStore
  @TestsRule("DELETE-7")
  @Says("the end of one zero byte means everything from the key on")
  void endOfZeroMeansEverythingBehind(Client client) {
    List<ByteString> keys = Requests.keys(ByteString.copyFrom(new byte[] {(byte) 0xff}), 3);
    keys.forEach(key -> client.put(key, "1"));

    DeleteRangeResponse response =
        client.delete(Requests.delete(keys.get(1)).setRangeEnd(FROM_KEY));

    assertThat(response.getDeleted()).isEqualTo(2);
    assertThat(client.get(keys.get(0))).isPresent();
    assertThat(client.delete(Requests.delete(keys.get(0))).getDeleted()).isEqualTo(1);
  }

  @Test
  @TestsRule("DELETE-8")
  @Says("what was deleted can still be read at earlier revisions")
  void deletedKeysAreHistory(Client client) {
    ByteString key = client.key("a");
    long put = client.put(key, "1").getHeader().getRevision();

    long deleted = client.delete(Requests.delete(key)).getHeader().getRevision();

    assertThat(client.range(Requests.range(key).setRevision(put)).getCount()).isEqualTo(1);
    assertThat(client.range(Requests.range(key).setRevision(deleted)).getCount()).isZero();
  }
}
