// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.protocol;

import static io.cairn.conformancetests.protocol.Requests.FROM_KEY;
import static io.cairn.conformancetests.protocol.Requests.op;
import static io.cairn.conformancetests.protocol.Requests.txn;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.cairn.apiprotos.etcdserverpb.WatchCreateRequest.FilterType;
import io.cairn.apiprotos.etcdserverpb.WatchResponse;
import io.cairn.apiprotos.mvccpb.Event;
import io.cairn.apiprotos.mvccpb.KeyValue;
import io.cairn.conformancetests.report.TestsRule;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Watch: what events say, and which are told to whom. */
@ProtocolRules
final class WatchEventRules {
  private static String summary(Event event) {
    return event.getType() + " " + event.getKv().getKey().toStringUtf8().replaceAll(".*/", "");
  }

  @Test
  @TestsRule("EVENT-1")
  @Says("a put tells the stored key-value; a deletion the key and its revision only")
  void eventsTellWhatHappened(Client client) {
    Watchers watchers = client.watchers();
    ByteString key = client.key("a");
    long lease = client.lease(600);
    var _ = watchers.begin(Requests.watch(key));

    var _ = client.put(Requests.put(key, "1").setLease(lease));
    KeyValue first = client.get(key).orElseThrow();
    var _ = client.put(key, "2");
    KeyValue second = client.get(key).orElseThrow();
    long deleted = client.delete(Requests.delete(key)).getHeader().getRevision();
    List<Event> events = watchers.events(3);

    assertThat(events)
        .containsExactly(
            Event.newBuilder().setKv(first).build(),
            Event.newBuilder().setKv(second).build(),
            Event.newBuilder()
                .setType(Event.EventType.DELETE)
                .setKv(KeyValue.newBuilder().setKey(key).setModRevision(deleted))
                .build());
  }

  @Test
  @TestsRule("EVENT-2")
  @Says("a start in the past tells history from there, and then what happens")
  void startInThePast(Client client) {
    ByteString key = client.key("a");
    var _ = client.put(key, "0");
    long second = client.put(key, "1").getHeader().getRevision();
    var _ = client.delete(Requests.delete(key));
    Watchers watchers = client.watchers();

    var _ = watchers.begin(Requests.watch(key).setStartRevision(second));
    List<Event> history = watchers.events(2);
    var _ = client.put(key, "3");

    assertThat(history).extracting(WatchEventRules::summary).containsExactly("PUT a", "DELETE a");
    assertThat(history.getFirst().getKv().getModRevision()).isEqualTo(second);
    assertThat(watchers.events(1).getFirst().getKv().getValue().toStringUtf8()).isEqualTo("3");
  }

  @Test
  @WholeStore
  @TestsRule("EVENT-3")
  @Says("a start in the future is waited for")
  void startInTheFuture(Client client) {
    ByteString key = client.key("a");
    Watchers watchers = client.watchers();
    var _ = watchers.begin(Requests.watch(key).setStartRevision(client.revision() + 3));

    var _ = client.put(key, "1");
    var _ = client.put(key, "2");
    long third = client.put(key, "3").getHeader().getRevision();

    assertThat(watchers.events(1).getFirst().getKv().getModRevision()).isEqualTo(third);
  }

  @Test
  @TestsRule("EVENT-4")
  @Says("a start at the current revision tells the change that made it")
  void startAtTheCurrentRevision(Client client) {
    ByteString key = client.key("a");
    long current = client.put(key, "1").getHeader().getRevision();
    Watchers watchers = client.watchers();

    var _ = watchers.begin(Requests.watch(key).setStartRevision(current));

    assertThat(watchers.events(1).getFirst().getKv().getModRevision()).isEqualTo(current);
  }

  @Test
  @TestsRule("EVENT-5")
  @Says("a range tells its own keys, without its end")
  void rangeTellsItsOwnKeys(Client client) {
    List<ByteString> keys = Requests.keys(client.prefix(), 5);
    Watchers range = client.watchers();
    Watchers behind = client.watchers();
    Watchers prefix = client.watchers();
    var _ = range.begin(Requests.watch(keys.get(1)).setRangeEnd(keys.get(3)));
    var _ = behind.begin(Requests.watch(keys.get(3)).setRangeEnd(FROM_KEY));
    var _ = prefix.begin(Requests.watchOf(client.prefix()));

    keys.forEach(key -> client.put(key, "1"));
    var _ = client.delete(Requests.deleteOf(client.prefix()));

    assertThat(range.events(4))
        .extracting(event -> event.getKv().getKey())
        .containsExactly(keys.get(1), keys.get(2), keys.get(1), keys.get(2));
    assertThat(behind.next().getEventsList())
        .extracting(event -> event.getKv().getKey())
        .startsWith(keys.get(3));
    assertThat(prefix.events(10))
        .extracting(event -> event.getKv().getKey())
        .containsSequence(keys);
  }

  @Test
  @TestsRule("EVENT-6")
  @Says("the filters leave out puts or deletions")
  void filtersLeaveOut(Client client) {
    ByteString key = client.key("a");
    Watchers deletions = client.watchers();
    Watchers puts = client.watchers();
    var _ = deletions.begin(Requests.watch(key).addFilters(FilterType.NOPUT));
    var _ = puts.begin(Requests.watch(key).addFilters(FilterType.NODELETE));

    for (int i = 0; i < 3; i++) {
      var _ = client.put(key, "1");
      var _ = client.delete(Requests.delete(key));
    }

    assertThat(deletions.events(3)).extracting(WatchEventRules::summary).containsOnly("DELETE a");
    assertThat(puts.events(3)).extracting(WatchEventRules::summary).containsOnly("PUT a");
  }

  @Test
  @TestsRule("EVENT-7")
  @Says("the previous key-value is told if asked for, but for creations")
  void previousKeyValueIsTold(Client client) {
    ByteString key = client.key("a");
    long lease = client.lease(600);
    Watchers asked = client.watchers();
    Watchers notAsked = client.watchers();
    var _ = asked.begin(Requests.watch(key).setPrevKv(true));
    var _ = notAsked.begin(Requests.watch(key));

    var _ = client.put(Requests.put(key, "1").setLease(lease));
    KeyValue first = client.get(key).orElseThrow();
    long begin = first.getModRevision();
    var _ = client.put(key, "2");
    KeyValue second = client.get(key).orElseThrow();
    var _ = client.delete(Requests.delete(key));
    var _ = client.put(key, "3");
    Watchers later = client.watchers();
    var _ = later.begin(Requests.watch(key).setPrevKv(true).setStartRevision(begin));

    for (Watchers watchers : List.of(asked, later)) {
      List<Event> events = watchers.events(4);
      assertThat(events.get(0).hasPrevKv()).isFalse();
      assertThat(events.get(1).getPrevKv()).isEqualTo(first);
      assertThat(events.get(2).getPrevKv()).isEqualTo(second);
      assertThat(events.get(3).hasPrevKv()).isFalse();
    }
    assertThat(notAsked.events(4)).noneMatch(Event::hasPrevKv);
  }

  @Test
  @TestsRule("EVENT-8")
  @Says("the changes of one revision come in one response, in their order")
  void oneRevisionIsOneResponse(Client client) {
    List<ByteString> keys = Requests.keys(client.prefix(), 4);
    var _ = client.put(keys.get(0), "0");
    Watchers live = client.watchers();
    var _ = live.begin(Requests.watchOf(client.prefix()));

    long revision =
        client
            .txn(
                txn(
                    op(Requests.put(keys.get(3), "1")),
                    op(Requests.delete(keys.get(0))),
                    op(Requests.put(keys.get(1), "1")),
                    op(txn(op(Requests.put(keys.get(2), "1"))))))
            .getHeader()
            .getRevision();
    Watchers later = client.watchers();
    var _ = later.begin(Requests.watchOf(client.prefix()).setStartRevision(revision));

    for (Watchers watchers : List.of(live, later)) {
      WatchResponse response = watchers.next();
      assertThat(response.getHeader().getRevision()).isEqualTo(revision);
      assertThat(response.getEventsList())
          .extracting(WatchEventRules::summary)
          .containsExactly("PUT 00003", "DELETE 00000", "PUT 00001", "PUT 00002");
    }
  }

  @Test
  @TestsRule("EVENT-9")
  @Says("a deleted range and a revoked lease are deletions in key order, in one revision")
  void deletionsComeInKeyOrder(Client client) {
    List<ByteString> keys = Requests.keys(client.prefix(), 5);
    long lease = client.lease(600);
    Watchers watchers = client.watchers();
    var _ = watchers.begin(Requests.watchOf(client.prefix()).addFilters(FilterType.NOPUT));

    keys.reversed().forEach(key -> client.put(key, "1"));
    var _ = client.delete(Requests.deleteOf(client.prefix()));
    keys.reversed().forEach(key -> client.put(Requests.put(key, "2").setLease(lease)));
    client.revoke(lease);

    for (int i = 0; i < 2; i++) {
      List<Event> events = watchers.next().getEventsList();
      assertThat(events).extracting(event -> event.getKv().getKey()).isEqualTo(keys);
      assertThat(events)
          .extracting(event -> event.getKv().getModRevision())
          .containsOnly(events.getFirst().getKv().getModRevision());
    }
  }

  @Test
  @WholeStore
  @TestsRule("EVENT-10")
  @Says("a start below the compacted revision ends the watcher, which tells that revision")
  void startBelowTheCompactedRevision(Client client) {
    ByteString key = client.key("a");
    long first = client.put(key, "1").getHeader().getRevision();
    long compacted = client.put(key, "2").getHeader().getRevision();
    var _ = client.compact(compacted);
    Watchers watchers = client.watchers();

    long id = watchers.begin(Requests.watch(key).setStartRevision(first));
    WatchResponse canceled = watchers.next();

    assertThat(canceled.getWatchId()).isEqualTo(id);
    assertThat(canceled.getCreated()).isFalse();
    assertThat(canceled.getCanceled()).isTrue();
    assertThat(canceled.getCompactRevision()).isEqualTo(compacted);
    assertThat(canceled.getCancelReason()).isEmpty();
    assertThat(canceled.getEventsList()).isEmpty();
    assertThat(watchers.begin(Requests.watch(key))).isNotEqualTo(id);
  }

  @Test
  @WholeStore
  @TestsRule("EVENT-11")
  @Says("a start at the compacted revision tells everything from there on")
  void startAtTheCompactedRevision(Client client) {
    ByteString key = client.key("a");
    var _ = client.put(key, "1");
    long compacted = client.put(key, "2").getHeader().getRevision();
    var _ = client.put(key, "3");
    var _ = client.compact(compacted);
    Watchers watchers = client.watchers();

    var _ = watchers.begin(Requests.watch(key).setStartRevision(compacted));

    assertThat(watchers.events(2))
        .extracting(event -> event.getKv().getValue().toStringUtf8())
        .containsExactly("2", "3");
  }

  @Test
  @WholeStore
  @TestsRule("EVENT-12")
  @Says("a deletion at the compacted revision is told to whoever starts there")
  void deletionAtTheCompactedRevision(Client client) {
    ByteString key = client.key("a");
    var _ = client.put(key, "1");
    long deleted = client.delete(Requests.delete(key)).getHeader().getRevision();
    var _ = client.put(key, "3");
    var _ = client.compact(deleted);
    Watchers watchers = client.watchers();

    var _ = watchers.begin(Requests.watch(key).setStartRevision(deleted));

    List<Event> first = watchers.next().getEventsList(); // One or both, as the server pleases.
    assertThat(summary(first.getFirst())).isEqualTo("DELETE a");
    List<Event> rest = first.size() == 1 ? watchers.events(1) : first;
    assertThat(summary(rest.getLast())).isEqualTo("PUT a");
  }

  @Test
  @WholeStore
  @TestsRule("EVENT-13")
  @Says("a previous key-value that is compacted is left out")
  void compactedPreviousKeyValueIsLeftOut(Client client) {
    ByteString key = client.key("a");
    var _ = client.put(key, "1");
    long compacted = client.put(key, "2").getHeader().getRevision();
    var _ = client.put(key, "3");
    var _ = client.compact(compacted);
    Watchers watchers = client.watchers();

    var _ = watchers.begin(Requests.watch(key).setStartRevision(compacted).setPrevKv(true));
    List<Event> events = watchers.events(2);

    assertThat(events.get(0).hasPrevKv()).isFalse();
    assertThat(events.get(1).getPrevKv().getValue().toStringUtf8()).isEqualTo("2");
  }
}
