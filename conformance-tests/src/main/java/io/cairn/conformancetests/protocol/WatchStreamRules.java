// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.protocol;

import static io.cairn.conformancetests.protocol.Requests.op;
import static io.cairn.conformancetests.protocol.Requests.txn;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.cairn.apiprotos.etcdserverpb.TxnRequest;
import io.cairn.apiprotos.etcdserverpb.WatchResponse;
import io.cairn.apiprotos.mvccpb.Event;
import io.cairn.conformancetests.report.Level;
import io.cairn.conformancetests.report.TestsRule;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Watch: nothing is lost, nothing comes twice, whoever begins when. */
@ProtocolRules
final class WatchStreamRules {
  /** A response is cut above this size, if its watcher allows it. */
  private static final int FRAGMENT_BYTES_MAX = 2 * 1024 * 1024;

  private static final int LARGE_VALUE_BYTES = 1_000_000;

  /** Tells change from change. */
  private record Seen(ByteString key, long revision, boolean deleted) {
    static Seen of(Event event) {
      return new Seen(
          event.getKv().getKey(),
          event.getKv().getModRevision(),
          event.getType() == Event.EventType.DELETE);
    }
  }

  @Test
  @TestsRule("EVENT-14")
  @Says("every watcher is told every change once, in order, whenever it begins")
  void nothingIsLostAndNothingComesTwice(Client client) throws Exception {
    int writes = Level.ofThisRun().pick(400, 10_000);
    List<Watchers> streams = new ArrayList<>();
    Watchers first = client.watchers();
    streams.add(first);
    long from = first.create(Requests.watchOf(client.prefix())).getHeader().getRevision() + 1;
    List<ByteString> keys = Requests.keys(client.prefix(), 20);
    List<ListenableFuture<? extends Message>> answers = new ArrayList<>();
    Set<Long> revisions = new LinkedHashSet<>();

    for (int i = 0; i < writes; i++) {
      if (i % (writes / 5) == writes / 10) { // One begins in the midst of it.
        Watchers later = (i % 2 == 0 ? client : client.elsewhere()).watchers();
        later.send(Requests.watchOf(client.prefix()).setStartRevision(from));
        streams.add(later);
      }
      answers.add(write(i % 3 == 0 ? client.elsewhere() : client, i, keys));
      if (answers.size() >= 64) {
        revisions.add(Bulk.revisionOf(answers.removeFirst().get()));
      }
    }
    for (ListenableFuture<? extends Message> answer : answers) {
      revisions.add(Bulk.revisionOf(answer.get()));
    }
    long last = client.put(client.key("last"), "1").getHeader().getRevision();

    List<List<Seen>> stories = new ArrayList<>();
    for (Watchers stream : streams) {
      stories.add(until(last, stream));
    }
    List<Seen> story = stories.getFirst();
    assertThat(story).doesNotHaveDuplicates();
    assertThat(story).extracting(Seen::revision).isSorted();
    assertThat(story.stream().map(Seen::revision).toList()).containsAll(revisions);
    for (List<Seen> other : stories) {
      assertThat(other).isEqualTo(story);
    }
  }

  /** A put, a transaction of two puts, or a deletion that may find nothing. */
  private static ListenableFuture<? extends Message> write(
      Client client, int number, List<ByteString> keys) {
    ByteString key = keys.get(number * 7 % keys.size());
    return switch (number % 4) {
      case 0 -> {
        TxnRequest.Builder two =
            txn(
                op(Requests.put(key, "t" + number)),
                op(Requests.put(key.concat(Requests.bytes("+")), "t" + number)));
        yield client.endpoint().kvFuture().txn(two.build());
      }
      case 1 -> {
        TxnRequest.Builder deletion = // Leaves a mark, so that it takes a revision in any case.
            txn(op(Requests.delete(key)), op(Requests.put(client.key("mark"), "d" + number)));
        yield client.endpoint().kvFuture().txn(deletion.build());
      }
      default -> client.endpoint().kvFuture().put(Requests.put(key, "p" + number).build());
    };
  }

  private static List<Seen> until(long last, Watchers stream) {
    List<Seen> story = new ArrayList<>();
    while (story.isEmpty() || story.getLast().revision() < last) {
      WatchResponse response = stream.next();
      assertThat(response.getCanceled()).as("canceled in %s", response).isFalse();
      response.getEventsList().forEach(event -> story.add(Seen.of(event)));
      if (response.getEventsCount() > 0) {
        assertThat(response.getHeader().getRevision())
            .isGreaterThanOrEqualTo(story.getLast().revision());
      }
    }
    return story;
  }

  @Test
  @TestsRule("EVENT-15")
  @Says("large responses come in fragments to whoever allows it")
  void largeResponsesComeInFragments(Client client) {
    List<ByteString> keys = Requests.keys(client.prefix(), 5);
    ByteString large = ByteString.copyFrom(new byte[LARGE_VALUE_BYTES]);
    long from = client.put(client.key("0"), "1").getHeader().getRevision();
    keys.forEach(key -> client.put(Requests.put(key, "").setValue(large)));
    Watchers watchers = client.watchers();

    long id =
        watchers.begin(Requests.watchOf(client.prefix()).setStartRevision(from).setFragment(true));
    List<Event> events = new ArrayList<>();
    boolean open = false;
    while (events.size() < 6 || open) {
      WatchResponse piece = watchers.next();
      assertThat(piece.getWatchId()).isEqualTo(id);
      assertThat(piece.getEventsList()).isNotEmpty();
      if (piece.getEventsCount() > 1) {
        assertThat(piece.getSerializedSize()).isLessThan(FRAGMENT_BYTES_MAX);
      }
      events.addAll(piece.getEventsList());
      open = piece.getFragment();
    }

    assertThat(events)
        .extracting(event -> event.getKv().getKey())
        .hasSize(6)
        .containsSequence(keys);
  }

  @Test
  @TestsRule("EVENT-16")
  @Says("large responses come whole to whoever does not ask for fragments")
  void largeResponsesComeWhole(Client client) {
    List<ByteString> keys = Requests.keys(client.prefix(), 4);
    ByteString large = ByteString.copyFrom(new byte[LARGE_VALUE_BYTES]);
    long from = client.put(client.key("0"), "1").getHeader().getRevision();
    keys.forEach(key -> client.put(Requests.put(key, "").setValue(large)));
    Watchers watchers = client.watchers();

    var _ = watchers.begin(Requests.watchOf(client.prefix()).setStartRevision(from));
    int seen = 0;
    while (seen < 5) {
      WatchResponse response = watchers.next();
      assertThat(response.getFragment()).isFalse();
      seen += response.getEventsCount();
    }

    assertThat(seen).isEqualTo(5);
  }

  @Test
  @TestsRule("EVENT-17")
  @Says("whoever does not read for a while misses nothing")
  void slowReaderMissesNothing(Client client) throws Exception {
    int writes = Level.ofThisRun().pick(1_000, 20_000);
    Watchers watchers = client.watchers();
    var _ = watchers.begin(Requests.watchOf(client.prefix()));

    Bulk.put(client, Requests.keys(client.prefix(), writes), 200);
    long last = client.put(client.key("last"), "1").getHeader().getRevision();
    List<Seen> story = until(last, watchers);

    assertThat(story).hasSize(writes + 1).doesNotHaveDuplicates();
    assertThat(story).extracting(Seen::revision).isSorted();
  }
}
