// SPDX-License-Identifier: Apache-2.0
package io.cairn.endtoend;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.KV;
import io.etcd.jetcd.Lease;
import io.etcd.jetcd.Watch;
import io.etcd.jetcd.kv.GetResponse;
import io.etcd.jetcd.kv.TxnResponse;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.DeleteOption;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.LeaseOption;
import io.etcd.jetcd.options.PutOption;
import io.etcd.jetcd.options.WatchOption;
import io.etcd.jetcd.watch.WatchEvent;
import io.etcd.jetcd.watch.WatchResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** jetcd, as it comes from Maven Central, drives a server from end to end. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class JetcdTest {
  private static final long SECONDS_MAX = 30;

  private ServerProcess server;
  private Client client;
  private KV kv;

  @BeforeAll
  void start(@TempDir Path dataDir) throws Exception {
    server = ServerProcess.start(ServerProcess.Kind.CAIRN, dataDir);
    client = Client.builder().endpoints(server.endpoint()).build();
    kv = client.getKVClient();
  }

  @AfterAll
  void stop() throws Exception {
    client.close();
    server.close();
  }

  @Test
  void whatIsPutCanBeReadWithItsRevisions() throws Exception {
    long created = await(kv.put(bytes("put/a"), bytes("1"))).getHeader().getRevision();

    long changed = await(kv.put(bytes("put/a"), bytes("2"))).getHeader().getRevision();

    var read = await(kv.get(bytes("put/a"))).getKvs().getFirst();
    assertThat(read.getValue()).isEqualTo(bytes("2"));
    assertThat(read.getCreateRevision()).isEqualTo(created);
    assertThat(read.getModRevision()).isEqualTo(changed);
    assertThat(read.getVersion()).isEqualTo(2);
  }

  @Test
  void rangeIsSortedLimitedAndCounted() throws Exception {
    for (int i = 0; i < 10; i++) {
      await(kv.put(bytes("range/" + i), bytes("v" + (9 - i))));
    }

    GetResponse page =
        await(
            kv.get(
                bytes("range/"),
                GetOption.builder()
                    .isPrefix(true)
                    .withLimit(3)
                    .withSortField(GetOption.SortTarget.VALUE)
                    .withSortOrder(GetOption.SortOrder.ASCEND)
                    .build()));

    assertThat(page.getKvs())
        .extracting(found -> found.getKey().toString(UTF_8))
        .containsExactly("range/9", "range/8", "range/7");
    assertThat(page.getCount()).isEqualTo(10);
    assertThat(page.isMore()).isTrue();
  }

  @Test
  void deletionTellsWhatItDeleted() throws Exception {
    await(kv.put(bytes("delete/a"), bytes("1")));
    await(kv.put(bytes("delete/b"), bytes("2")));

    var deleted =
        await(
            kv.delete(
                bytes("delete/"), DeleteOption.builder().isPrefix(true).withPrevKV(true).build()));

    assertThat(deleted.getDeleted()).isEqualTo(2);
    assertThat(deleted.getPrevKvs())
        .extracting(previous -> previous.getValue().toString(UTF_8))
        .containsExactly("1", "2");
  }

  @Test
  void transactionTakesTheBranchThatItsComparisonsChoose() throws Exception {
    await(kv.put(bytes("txn/a"), bytes("old")));

    TxnResponse taken = await(swap("txn/a", "old", "new"));
    TxnResponse refused = await(swap("txn/a", "old", "newer"));

    assertThat(taken.isSucceeded()).isTrue();
    assertThat(refused.isSucceeded()).isFalse();
    assertThat(refused.getGetResponses().getFirst().getKvs().getFirst().getValue())
        .isEqualTo(bytes("new"));
  }

  @Test
  void watcherSeesPastAndPresentInOrder() throws Exception {
    long first = await(kv.put(bytes("watch/a"), bytes("1"))).getHeader().getRevision();
    BlockingQueue<WatchEvent> events = new LinkedBlockingQueue<>();
    Watch.Listener listener =
        Watch.listener((WatchResponse response) -> events.addAll(response.getEvents()));

    WatchOption fromThePast =
        WatchOption.builder().isPrefix(true).withRevision(first).withPrevKV(true).build();
    try (Watch.Watcher watcher =
        client.getWatchClient().watch(bytes("watch/"), fromThePast, listener)) {
      await(kv.put(bytes("watch/a"), bytes("2")));
      await(kv.delete(bytes("watch/a")));
      List<WatchEvent> seen = take(events, 3);

      assertThat(watcher).isNotNull();
      assertThat(seen)
          .extracting(WatchEvent::getEventType)
          .containsExactly(
              WatchEvent.EventType.PUT, WatchEvent.EventType.PUT, WatchEvent.EventType.DELETE);
      assertThat(seen.get(1).getPrevKV().getValue()).isEqualTo(bytes("1"));
      assertThat(seen.get(2).getPrevKV().getValue()).isEqualTo(bytes("2"));
      assertThat(seen)
          .extracting(event -> event.getKeyValue().getModRevision())
          .containsExactly(first, first + 1, first + 2);
    }
  }

  @Test
  void keysOfALeaseGoWithIt() throws Exception {
    Lease leases = client.getLeaseClient();
    long lease = await(leases.grant(60)).getID();
    await(kv.put(bytes("lease/a"), bytes("1"), PutOption.builder().withLeaseId(lease).build()));

    var alive = await(leases.keepAliveOnce(lease));
    var remaining =
        await(leases.timeToLive(lease, LeaseOption.builder().withAttachedKeys().build()));
    await(leases.revoke(lease));

    assertThat(alive.getTTL()).isEqualTo(60);
    assertThat(remaining.getKeys()).containsExactly(bytes("lease/a"));
    assertThat(remaining.getTTL()).isBetween(1L, 60L);
    assertThat(await(kv.get(bytes("lease/a"))).getCount()).isZero();
  }

  @Test
  void leaseThatNobodyRenewsExpires() throws Exception {
    BlockingQueue<WatchEvent> events = new LinkedBlockingQueue<>();
    long lease = await(client.getLeaseClient().grant(2)).getID();
    Watch.Listener listener =
        Watch.listener((WatchResponse response) -> events.addAll(response.getEvents()));

    try (Watch.Watcher watcher = client.getWatchClient().watch(bytes("expiry/a"), listener)) {
      await(kv.put(bytes("expiry/a"), bytes("1"), PutOption.builder().withLeaseId(lease).build()));
      List<WatchEvent> seen = take(events, 2);

      assertThat(watcher).isNotNull();
      assertThat(seen.get(1).getEventType()).isEqualTo(WatchEvent.EventType.DELETE);
    }
  }

  @Test
  void compactedRevisionsCannotBeRead() throws Exception {
    await(kv.put(bytes("compact/a"), bytes("1")));
    long latest = await(kv.put(bytes("compact/a"), bytes("2"))).getHeader().getRevision();

    await(kv.compact(latest));

    assertThatThrownBy(() ->
            await(kv.get(bytes("compact/a"), GetOption.builder().withRevision(latest - 1).build())))
        .hasMessageContaining("etcdserver: mvcc: required revision has been compacted");
    assertThat(
            await(kv.get(bytes("compact/a"), GetOption.builder().withRevision(latest).build()))
                .getCount())
        .isEqualTo(1);
  }

  @Test
  void memberTellsItsStateAndItsCluster() throws Exception {
    var status = await(client.getMaintenanceClient().statusMember(server.endpoint()));
    var members = await(client.getClusterClient().listMember()).getMembers();

    assertThat(status.getVersion()).isEqualTo("3.7.1");
    assertThat(members).hasSize(1);
    assertThat(members.getFirst().getName()).isEqualTo("m1");
    assertThat(members.getFirst().getId()).isEqualTo(status.getLeader());
  }

  private CompletableFuture<TxnResponse> swap(String key, String expected, String next) {
    return kv.txn()
        .If(new Cmp(bytes(key), Cmp.Op.EQUAL, CmpTarget.value(bytes(expected))))
        .Then(Op.put(bytes(key), bytes(next), PutOption.DEFAULT))
        .Else(Op.get(bytes(key), GetOption.DEFAULT))
        .commit();
  }

  private static List<WatchEvent> take(BlockingQueue<WatchEvent> events, int count)
      throws InterruptedException {
    List<WatchEvent> taken = new ArrayList<>();
    while (taken.size() < count) {
      WatchEvent event = events.poll(SECONDS_MAX, TimeUnit.SECONDS);
      assertThat(event).as("event %d of %d", taken.size() + 1, count).isNotNull();
      taken.add(event);
    }
    return taken;
  }

  private static <T> T await(CompletableFuture<T> stage) throws Exception {
    return stage.get(SECONDS_MAX, TimeUnit.SECONDS);
  }

  private static ByteSequence bytes(String text) {
    return ByteSequence.from(text, UTF_8);
  }
}
