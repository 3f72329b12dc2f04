// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.cairn.apiprotos.etcdserverpb.LeaseGrantRequest;
import io.cairn.apiprotos.etcdserverpb.LeaseGrantResponse;
import io.cairn.apiprotos.etcdserverpb.LeaseKeepAliveRequest;
import io.cairn.apiprotos.etcdserverpb.WatchResponse;
import io.cairn.apiprotos.mvccpb.Event;
import io.cairn.conformancetests.report.TestsRule;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Leases: what happens when nobody renews them. Needs some seconds of real time. */
@ProtocolRules
final class LeaseExpiryRules {
  private static LeaseKeepAliveRequest renewal(long id) {
    return LeaseKeepAliveRequest.newBuilder().setID(id).build();
  }

  @Test
  @TestsRule("EXPIRY-1")
  @Says("a lease lives at least as long as granted; then its keys are deleted")
  void leaseEndsInTime(Client client) {
    ByteString first = client.key("a");
    ByteString second = client.key("b");
    Watchers watchers = client.watchers();
    var _ = watchers.begin(Requests.watchOf(client.prefix()));

    long began = System.nanoTime();
    LeaseGrantResponse granted = client.grant(LeaseGrantRequest.newBuilder().setTTL(1));
    var _ = client.put(Requests.put(second, "1").setLease(granted.getID()));
    var _ = client.put(Requests.put(first, "1").setLease(granted.getID()));
    var _ = watchers.events(2);
    WatchResponse end = watchers.next();
    Duration lived = Duration.ofNanos(System.nanoTime() - began);

    assertThat(lived).isGreaterThanOrEqualTo(Duration.ofSeconds(granted.getTTL()));
    assertThat(end.getEventsList())
        .extracting(Event::getType)
        .containsExactly(Event.EventType.DELETE, Event.EventType.DELETE);
    assertThat(end.getEventsList())
        .extracting(event -> event.getKv().getKey())
        .containsExactly(first, second);
    assertThat(client.all().getKvsList()).isEmpty();
    assertThat(client.timeToLive(granted.getID()).getTTL()).isEqualTo(-1);
  }

  @Test
  @TestsRule("EXPIRY-2")
  @Says("a lease that is renewed outlives one that is not")
  void renewedLeaseLives(Client client) {
    ByteString renewed = client.key("renewed");
    ByteString left = client.key("left");
    Watchers watchers = client.watchers();
    LeaseGrantResponse kept = client.grant(LeaseGrantRequest.newBuilder().setTTL(2));
    var _ = client.put(Requests.put(renewed, "1").setLease(kept.getID()));
    LeaseGrantResponse other = client.grant(LeaseGrantRequest.newBuilder().setTTL(2));
    var _ = client.put(Requests.put(left, "1").setLease(other.getID()));
    var _ = watchers.begin(Requests.watchOf(client.prefix()));
    var renewals = client.renewals();

    long deadline = System.nanoTime() + client.patience().toNanos();
    while (client.get(left).isPresent() && System.nanoTime() < deadline) {
      renewals.send(renewal(kept.getID()));
      assertThat(renewals.next().getTTL()).isEqualTo(kept.getTTL());
    }
    renewals.send(renewal(other.getID()));

    assertThat(watchers.events(1).getFirst().getKv().getKey()).isEqualTo(left);
    assertThat(client.get(renewed)).isPresent();
    assertThat(renewals.next().getTTL()).isZero();
  }
}
