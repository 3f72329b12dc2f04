// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.protocol;

import static io.cairn.conformancetests.protocol.RangeRules.valuesIn;
import static io.cairn.conformancetests.protocol.Refusals.COMPACTED;
import static io.cairn.conformancetests.protocol.Refusals.FUTURE;
import static io.cairn.conformancetests.protocol.Refusals.assertRefused;
import static io.cairn.conformancetests.protocol.Requests.op;
import static io.cairn.conformancetests.protocol.Requests.txn;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.cairn.apiprotos.etcdserverpb.CompactionResponse;
import io.cairn.apiprotos.etcdserverpb.HashKVRequest;
import io.cairn.apiprotos.mvccpb.KeyValue;
import io.cairn.conformancetests.report.TestsRule;
import io.grpc.Status.Code;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Compact. It is for the whole store. */
@ProtocolRules
@WholeStore
final class CompactRules {
  /** Puts a key several times and returns the revisions. */
  private static List<Long> history(Client client, ByteString key, int count) {
    List<Long> revisions = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      revisions.add(client.put(key, "v" + i).getHeader().getRevision());
    }
    return revisions;
  }

  @Test
  @TestsRule("COMPACT-1")
  @Says("revisions below the compacted one cannot be read, it and later ones can")
  void compactedRevisionsCannotBeRead(Client client) throws Exception {
    ByteString key = client.key("a");
    List<Long> revisions = history(client, key, 6);

    var _ = client.compact(revisions.get(3));

    for (int i = 0; i < 3; i++) {
      long gone = revisions.get(i);
      assertRefused(
          Code.OUT_OF_RANGE, COMPACTED, () -> client.range(Requests.range(key).setRevision(gone)));
    }
    for (int i = 3; i < 6; i++) {
      assertThat(valuesIn(client.range(Requests.range(key).setRevision(revisions.get(i)))))
          .containsExactly("v" + i);
    }
  }

  @Test
  @TestsRule("COMPACT-2")
  @Says("what exists stays as it is, however old")
  void whatExistsStays(Client client) {
    List<ByteString> keys = Requests.keys(client.prefix(), 20);
    keys.forEach(key -> client.put(key, "1"));
    var _ = client.put(keys.get(0), "2");
    var _ = client.delete(Requests.delete(keys.get(1)));
    List<KeyValue> before = client.all().getKvsList();

    var _ = client.compact(client.revision());

    assertThat(client.all().getKvsList()).isEqualTo(before).hasSize(19);
    assertThat(client.put(Requests.put(keys.get(0), "3").setPrevKv(true)).getPrevKv())
        .isEqualTo(before.getFirst());
  }

  @Test
  @TestsRule("COMPACT-3")
  @Says("a compaction takes no revision, and its header tells the current one")
  void compactionTakesNoRevision(Client client) {
    List<Long> revisions = history(client, client.key("a"), 3);

    CompactionResponse response = client.compact(revisions.get(1));

    assertThat(response.getHeader().getRevision()).isEqualTo(revisions.get(2));
    assertThat(client.revision()).isEqualTo(revisions.get(2));
  }

  @Test
  @TestsRule("COMPACT-4")
  @Says("what is compacted already, and what does not exist yet, is refused")
  void compactionIsRefused(Client client) throws Exception {
    List<Long> revisions = history(client, client.key("a"), 4);
    var _ = client.compact(revisions.get(2));

    for (long gone : new long[] {revisions.get(2), revisions.get(0), 0, -5}) {
      assertRefused(Code.OUT_OF_RANGE, COMPACTED, () -> client.compact(gone));
    }
    assertRefused(Code.OUT_OF_RANGE, FUTURE, () -> client.compact(revisions.get(3) + 1));
    var _ = client.compact(revisions.get(3));
  }

  @Test
  @TestsRule("COMPACT-5")
  @Says("transactions and hashes refuse compacted revisions, too")
  void othersRefuseCompactedRevisions(Client client) throws Exception {
    ByteString key = client.key("a");
    List<Long> revisions = history(client, key, 3);
    var _ = client.compact(revisions.get(2));
    long gone = revisions.get(0);

    assertRefused(
        Code.OUT_OF_RANGE,
        COMPACTED,
        () -> client.txn(txn(op(Requests.range(key).setRevision(gone)))));
    assertRefused(
        Code.OUT_OF_RANGE,
        COMPACTED,
        () ->
            client.txn(
                txn(
                    op(Requests.put(client.key("b"), "1")),
                    op(Requests.range(key).setRevision(gone)))));
    assertRefused(
        Code.OUT_OF_RANGE,
        COMPACTED,
        () ->
            client
                .endpoint()
                .maintenance()
                .hashKV(HashKVRequest.newBuilder().setRevision(gone).build()));
    assertThat(client.get(client.key("b"))).isEmpty();
  }

  @Test
  @TestsRule("COMPACT-6")
  @Says("history from the compacted revision on stays whole")
  void laterHistoryStays(Client client) {
    List<ByteString> keys = Requests.keys(client.prefix(), 3);
    List<Long> first = history(client, keys.get(0), 3);
    List<Long> second = history(client, keys.get(1), 3);
    long deleted = client.delete(Requests.delete(keys.get(0))).getHeader().getRevision();
    var _ = history(client, keys.get(2), 3);

    var _ = client.compact(second.get(1));

    assertThat(valuesIn(client.range(Requests.rangeOf(client.prefix()).setRevision(second.get(1)))))
        .containsExactly("v2", "v1");
    assertThat(valuesIn(client.range(Requests.rangeOf(client.prefix()).setRevision(deleted - 1))))
        .containsExactly("v2", "v2");
    assertThat(valuesIn(client.range(Requests.rangeOf(client.prefix()).setRevision(deleted))))
        .containsExactly("v2");
    assertThat(first.get(2)).isLessThan(second.get(1));
  }
}
