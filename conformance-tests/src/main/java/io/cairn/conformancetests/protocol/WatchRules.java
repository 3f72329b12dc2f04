// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.cairn.apiprotos.etcdserverpb.WatchCreateRequest;
import io.cairn.apiprotos.etcdserverpb.WatchProgressRequest;
import io.cairn.apiprotos.etcdserverpb.WatchRequest;
import io.cairn.apiprotos.etcdserverpb.WatchResponse;
import io.cairn.apiprotos.mvccpb.Event;
import io.cairn.conformancetests.report.TestsRule;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Watch: making and ending watchers, and the progress of a stream. */
@ProtocolRules
final class WatchRules {
  private static final int MANY = 100;

  @Test
  @TestsRule("WATCH-1")
  @Says("watchers are confirmed with ids from 0 up and the revision at which they begin")
  void watchersAreConfirmed(Client client) {
    long before = client.put(client.key("a"), "1").getHeader().getRevision();
    Watchers watchers = client.watchers();

    for (int id = 0; id < 3; id++) {
      WatchResponse created = watchers.create(Requests.watch(client.key("a")));

      assertThat(created.getCreated()).isTrue();
      assertThat(created.getCanceled()).isFalse();
      assertThat(created.getWatchId()).isEqualTo(id);
      assertThat(created.getEventsList()).isEmpty();
      assertThat(created.getHeader().getRevision()).isGreaterThanOrEqualTo(before);
    }
  }

  @Test
  @TestsRule("WATCH-2")
  @Says("an id may be chosen; ids chosen by the server pass it over")
  void idMayBeChosen(Client client) {
    Watchers watchers = client.watchers();

    assertThat(watchers.begin(Requests.watch(client.key("a")).setWatchId(1))).isEqualTo(1);
    assertThat(watchers.begin(Requests.watch(client.key("a")).setWatchId(-7))).isEqualTo(-7);
    assertThat(watchers.begin(Requests.watch(client.key("a")))).isZero();
    assertThat(watchers.begin(Requests.watch(client.key("a")))).isEqualTo(2);
  }

  @Test
  @TestsRule("WATCH-3")
  @Says("an id in use is refused, and the stream goes on")
  void idInUseIsRefused(Client client) {
    Watchers watchers = client.watchers();
    var _ = watchers.begin(Requests.watch(client.key("a")).setWatchId(5));

    WatchResponse refused = watchers.create(Requests.watch(client.key("b")).setWatchId(5));

    assertRefused(refused, "mvcc: duplicate watch ID provided on the WatchStream");
    var _ = client.put(client.key("a"), "1");
    assertThat(watchers.events(1)).hasSize(1);
  }

  @Test
  @TestsRule("WATCH-4")
  @Says("an empty range is refused, and the stream goes on")
  void emptyRangeIsRefused(Client client) {
    Watchers watchers = client.watchers();

    WatchResponse inverted =
        watchers.create(Requests.watch(client.key("b")).setRangeEnd(client.key("a")));
    WatchResponse same =
        watchers.create(Requests.watch(client.key("b")).setRangeEnd(client.key("b")));

    assertRefused(inverted, "mvcc: watcher range is empty");
    assertRefused(same, "mvcc: watcher range is empty");
    assertThat(watchers.begin(Requests.watch(client.key("a")))).isGreaterThanOrEqualTo(0);
  }

  @Test
  @TestsRule("WATCH-5")
  @Says("a negative start is refused as compacted")
  void negativeStartIsRefused(Client client) {
    WatchResponse refused =
        client.watchers().create(Requests.watch(client.key("a")).setStartRevision(-1));

    assertRefused(refused, Refusals.COMPACTED);
  }

  private static void assertRefused(WatchResponse response, String reason) {
    assertThat(response.getCreated()).as("created in %s", response).isTrue();
    assertThat(response.getCanceled()).as("canceled in %s", response).isTrue();
    assertThat(response.getWatchId()).isEqualTo(-1);
    assertThat(response.getCompactRevision()).isZero();
    assertThat(response.getCancelReason()).isEqualTo(reason);
  }

  @Test
  @TestsRule("WATCH-6")
  @Says("a cancelled watcher is confirmed, and never heard of again")
  void cancelIsConfirmed(Client client) {
    Watchers watchers = client.watchers();
    long first = watchers.begin(Requests.watch(client.key("a")));
    long second = watchers.begin(Requests.watch(client.key("a")));

    watchers.cancel(first);
    WatchResponse canceled = watchers.next();
    for (int i = 0; i < 3; i++) {
      var _ = client.put(client.key("a"), "v" + i);
    }

    assertThat(canceled.getWatchId()).isEqualTo(first);
    assertThat(canceled.getCanceled()).isTrue();
    assertThat(canceled.getCreated()).isFalse();
    assertThat(canceled.getCancelReason()).isEmpty();
    assertThat(canceled.getCompactRevision()).isZero();
    for (int seen = 0; seen < 3; ) {
      WatchResponse response = watchers.next();
      assertThat(response.getWatchId()).isEqualTo(second);
      seen += response.getEventsCount();
    }
  }

  @Test
  @TestsRule("WATCH-7")
  @Says("to cancel an unknown watcher is not answered, and an ended id may be used again")
  void unknownCancelIsIgnored(Client client) {
    Watchers watchers = client.watchers();

    watchers.cancel(99);
    long id = watchers.begin(Requests.watch(client.key("a")).setWatchId(3));
    watchers.cancel(id);
    assertThat(watchers.next().getCanceled()).isTrue();
    watchers.cancel(id);

    assertThat(watchers.begin(Requests.watch(client.key("b")).setWatchId(3))).isEqualTo(3);
  }

  @Test
  @TestsRule("WATCH-8")
  @Says("requests are confirmed in their order")
  void requestsAreConfirmedInOrder(Client client) {
    Watchers watchers = client.watchers();

    for (int i = 1; i <= MANY; i++) {
      watchers.send(Requests.watch(client.key("a")).setWatchId(i * 10L));
    }

    for (int i = 1; i <= MANY; i++) {
      WatchResponse created = watchers.next();
      assertThat(created.getCreated()).isTrue();
      assertThat(created.getWatchId()).isEqualTo(i * 10L);
    }
  }

  @Test
  @TestsRule("WATCH-9")
  @Says("of many watchers on one stream each gets what it watches, and nothing else")
  void manyWatchersOnOneStream(Client client) {
    Watchers watchers = client.watchers();
    List<ByteString> keys = Requests.keys(client.prefix(), MANY);
    Map<Long, ByteString> watched = new LinkedHashMap<>();
    for (ByteString key : keys) {
      watched.put(watchers.begin(Requests.watch(key)), key);
    }

    keys.forEach(key -> client.put(key, "1"));

    Map<Long, ByteString> seen = new LinkedHashMap<>();
    while (seen.size() < MANY) {
      WatchResponse response = watchers.next();
      for (Event event : response.getEventsList()) {
        assertThat(seen.put(response.getWatchId(), event.getKv().getKey())).isNull();
      }
    }
    assertThat(seen).isEqualTo(watched);
  }

  @Test
  @TestsRule("WATCH-10")
  @Says("a stream without anything new tells on request that it is up to date")
  void progressIsToldOnRequest(Client client) {
    Watchers watchers = client.watchers();
    var _ = watchers.begin(Requests.watch(client.key("a")));
    var _ = watchers.begin(Requests.watch(client.key("b")));
    long revision = client.put(client.key("elsewhere"), "1").getHeader().getRevision();

    WatchResponse progress = watchers.progress();

    assertThat(progress.getWatchId()).isEqualTo(-1);
    assertThat(progress.getEventsList()).isEmpty();
    assertThat(progress.getCreated()).isFalse();
    assertThat(progress.getCanceled()).isFalse();
    assertThat(progress.getHeader().getRevision()).isGreaterThanOrEqualTo(revision);
  }

  @Test
  @TestsRule("WATCH-11")
  @Says("after progress was told, no event at or below its revision follows")
  void progressIsAPromise(Client client) {
    Watchers watchers = client.watchers();
    var _ = watchers.begin(Requests.watchOf(client.prefix()));
    WatchRequest request =
        WatchRequest.newBuilder()
            .setProgressRequest(WatchProgressRequest.getDefaultInstance())
            .build();

    int seen = 0;
    int puts = 60;
    for (int i = 0; i < puts; i++) {
      var _ = client.endpoint().kvFuture().put(Requests.put(client.key("k" + i), "1").build());
      watchers.send(request);
    }
    long promised = 0;
    while (seen < puts) {
      WatchResponse response = watchers.next();
      for (Event event : response.getEventsList()) {
        assertThat(event.getKv().getModRevision()).isGreaterThan(promised);
        seen++;
      }
      if (response.getEventsCount() == 0) {
        promised = Math.max(promised, response.getHeader().getRevision());
      }
    }
  }

  @Test
  @TestsRule("WATCH-12")
  @Says("a client that has nothing more to ask still gets events")
  void halfClosedStreamGoesOn(Client client) {
    Watchers watchers = client.watchers();
    var _ = watchers.begin(Requests.watch(client.key("a")));

    watchers.halfClose();
    var _ = client.put(client.key("a"), "1");
    var _ = client.put(client.key("a"), "2");

    assertThat(watchers.events(2)).hasSize(2);
  }

  @Test
  @TestsRule("WATCH-13")
  @Says("a request without content, and filters that are not known, are ignored")
  void unknownRequestsAreIgnored(Client client) {
    Watchers watchers = client.watchers();

    watchers.send(WatchRequest.getDefaultInstance());
    var _ = watchers.begin(Requests.watch(client.key("a")).addFiltersValue(42));
    var _ = client.put(client.key("a"), "1");

    assertThat(watchers.events(1)).hasSize(1);
  }

  @Test
  @WholeStore
  @TestsRule("WATCH-14")
  @Says("without a key, and with the end of one zero byte, everything is watched")
  void everythingCanBeWatched(Client client) {
    Watchers watchers = client.watchers();
    var _ = watchers.begin(WatchCreateRequest.newBuilder().setRangeEnd(Requests.FROM_KEY));
    var _ = client.put(client.key("a"), "1");
    ByteString first = ByteString.copyFrom(new byte[1]);
    var _ = client.put(first, "1");
    var _ = client.delete(Requests.delete(first));

    List<ByteString> keys = new ArrayList<>();
    watchers.events(3).forEach(event -> keys.add(event.getKv().getKey()));

    assertThat(keys).containsExactly(client.key("a"), first, first);
  }

  @Test
  @TestsRule("WATCH-15")
  @Says("a watch sees what other members acknowledge")
  void watchSeesWhatOtherMembersAcknowledge(Client client) {
    Watchers watchers = client.watchers();
    Client other = client.elsewhere();
    long from = watchers.create(Requests.watchOf(client.prefix())).getHeader().getRevision();

    List<Long> told = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      told.add(other.put(client.key("k" + i), "1").getHeader().getRevision());
    }

    assertThat(watchers.events(20))
        .extracting(event -> event.getKv().getModRevision())
        .isEqualTo(told)
        .allSatisfy(revision -> assertThat(revision).isGreaterThan(from));
  }
}
