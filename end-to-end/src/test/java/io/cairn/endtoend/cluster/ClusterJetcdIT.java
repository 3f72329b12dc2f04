// SPDX-License-Identifier: Apache-2.0
package io.cairn.endtoend.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.Watch;
import io.etcd.jetcd.cluster.Member;
import io.etcd.jetcd.options.PutOption;
import io.etcd.jetcd.options.WatchOption;
import io.etcd.jetcd.support.CloseableClient;
import io.etcd.jetcd.support.Observers;
import io.etcd.jetcd.watch.WatchResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** jetcd, unmodified, works with a cluster and does not notice when members come and go. */
final class ClusterJetcdIT {
  private static final long SECONDS_MAX = 60;
  private static final int WRITES = 60;

  @TempDir Path folder;

  @Test
  void clientKnowsTheClusterAndSurvivesEveryMemberOnce() throws Exception {
    try (Cluster cluster = Cluster.start("jetcd", 3, folder);
        Client client =
            Client.builder()
                .endpoints(cluster.endpoints().toArray(new String[0]))
                .retryMaxAttempts(20)
                .retryMaxDuration(Duration.ofSeconds(SECONDS_MAX))
                .build()) {
      var members = await(client.getClusterClient().listMember()).getMembers();
      assertThat(members).extracting(Member::getName).containsExactlyInAnyOrder("m1", "m2", "m3");
      for (ClusterMember member : cluster.members()) {
        var status = await(client.getMaintenanceClient().statusMember(member.endpoint()));
        assertThat(status.getLeader()).isEqualTo(cluster.leader().id());
      }

      BlockingQueue<Long> seen = new LinkedBlockingQueue<>();
      Watch.Listener listener =
          Watch.listener((WatchResponse response) ->
              response
                  .getEvents()
                  .forEach(event -> seen.add(event.getKeyValue().getModRevision())));
      long lease = await(client.getLeaseClient().grant(10)).getID();
      var renewed = new LinkedBlockingQueue<Long>();
      try (Watch.Watcher watcher =
              client
                  .getWatchClient()
                  .watch(bytes("j/"), WatchOption.builder().isPrefix(true).build(), listener);
          CloseableClient keepAlive =
              client
                  .getLeaseClient()
                  .keepAlive(lease, Observers.observer(answer -> renewed.add(answer.getTTL())))) {
        assertThat(watcher).isNotNull();
        assertThat(keepAlive).isNotNull();
        await(
            client
                .getKVClient()
                .put(bytes("leased"), bytes("1"), PutOption.builder().withLeaseId(lease).build()));
        List<Long> written = new ArrayList<>();
        for (int i = 0; i < WRITES; i++) {
          if (i % 20 == 10) {
            ClusterMember member = cluster.members().get(i / 20);
            member.stop();
            member.start();
          }
          written.add(
              await(client.getKVClient().put(bytes("j/" + i), bytes("v")))
                  .getHeader()
                  .getRevision());
        }

        List<Long> events = new ArrayList<>();
        while (events.isEmpty() || events.getLast() < written.getLast()) {
          Long revision = seen.poll(SECONDS_MAX, TimeUnit.SECONDS);
          assertThat(revision).as("an event after %s", events).isNotNull();
          events.add(revision);
        }
        // A put that jetcd has tried again may be there twice; what was acknowledged is there once.
        assertThat(events).containsAll(written).doesNotHaveDuplicates().isSorted();
        assertThat(await(client.getKVClient().get(bytes("leased"))).getCount()).isEqualTo(1);
        assertThat(renewed).isNotEmpty().containsOnly(10L);
      }
    }
  }

  private static <T> T await(CompletableFuture<T> stage) throws Exception {
    return stage.get(SECONDS_MAX, TimeUnit.SECONDS);
  }

  private static ByteSequence bytes(String text) {
    return ByteSequence.from(text, UTF_8);
  }
}
