// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.protocol;

import static io.cairn.conformancetests.protocol.Refusals.LEASE_NOT_FOUND;
import static io.cairn.conformancetests.protocol.Refusals.assertRefused;
import static io.cairn.conformancetests.protocol.Requests.op;
import static io.cairn.conformancetests.protocol.Requests.txn;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.cairn.apiprotos.etcdserverpb.LeaseGrantRequest;
import io.cairn.apiprotos.etcdserverpb.LeaseGrantResponse;
import io.cairn.apiprotos.etcdserverpb.LeaseKeepAliveRequest;
import io.cairn.apiprotos.etcdserverpb.LeaseKeepAliveResponse;
import io.cairn.apiprotos.etcdserverpb.LeaseLeasesRequest;
import io.cairn.apiprotos.etcdserverpb.LeaseRevokeRequest;
import io.cairn.apiprotos.etcdserverpb.LeaseRevokeResponse;
import io.cairn.apiprotos.etcdserverpb.LeaseStatus;
import io.cairn.apiprotos.etcdserverpb.LeaseTimeToLiveRequest;
import io.cairn.apiprotos.etcdserverpb.LeaseTimeToLiveResponse;
import io.cairn.conformancetests.report.Demand;
import io.cairn.conformancetests.report.TestsRule;
import io.grpc.Status;
import io.grpc.Status.Code;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Leases: granting, revoking, renewing, asking. */
@ProtocolRules
final class LeaseRules {
  private static final long UNKNOWN = 0x0bad_1ea5_e000L;
  private static final long TTL_MAX = 9_000_000_000L;

  private static LeaseKeepAliveRequest renewal(long id) {
    return LeaseKeepAliveRequest.newBuilder().setID(id).build();
  }

  @Test
  @WholeStore
  @TestsRule("LEASE-1")
  @Says("a lease gets a positive id of its own, and takes no revision")
  void leaseGetsAnId(Client client) {
    long before = client.revision();

    LeaseGrantResponse first = client.grant(LeaseGrantRequest.newBuilder().setTTL(300));
    LeaseGrantResponse second = client.grant(LeaseGrantRequest.newBuilder().setTTL(300));

    assertThat(first.getID()).isPositive();
    assertThat(second.getID()).isPositive().isNotEqualTo(first.getID());
    assertThat(first.getTTL()).isEqualTo(300);
    assertThat(first.getError()).isEmpty();
    assertThat(first.getHeader().getRevision()).isEqualTo(before);
    assertThat(client.revision()).isEqualTo(before);
  }

  @Test
  @TestsRule("LEASE-2")
  @Says("an id may be chosen, also a negative one, if it is not in use")
  void idMayBeChosen(Client client) throws Exception {
    long id = -(System.nanoTime() | 1);

    LeaseGrantResponse granted = client.grant(LeaseGrantRequest.newBuilder().setTTL(300).setID(id));

    assertThat(granted.getID()).isEqualTo(id);
    assertRefused(
        Code.FAILED_PRECONDITION,
        "etcdserver: lease already exists",
        () -> client.grant(LeaseGrantRequest.newBuilder().setTTL(300).setID(id)));
  }

  @Test
  @TestsRule("LEASE-3")
  @Says("a time to live has a maximum, and a minimum to which it is raised")
  void timeToLiveIsBounded(Client client) throws Exception {
    assertRefused(
        Code.OUT_OF_RANGE,
        "etcdserver: too large lease TTL",
        () -> client.grant(LeaseGrantRequest.newBuilder().setTTL(TTL_MAX + 1)));
    assertThat(client.grant(LeaseGrantRequest.newBuilder().setTTL(TTL_MAX)).getTTL())
        .isEqualTo(TTL_MAX);
    for (long ttl : new long[] {1, 0, -10}) {
      assertThat(client.grant(LeaseGrantRequest.newBuilder().setTTL(ttl)).getTTL())
          .as("granted for %d", ttl)
          .isPositive();
    }
  }

  @Test
  @WholeStore
  @TestsRule("LEASE-4")
  @Says("revoking deletes all keys of the lease in one revision, which the header tells")
  void revokingDeletesTheKeys(Client client) {
    List<ByteString> keys = Requests.keys(client.prefix(), 5);
    long lease = client.lease(600);
    keys.subList(0, 4).forEach(key -> client.put(Requests.put(key, "1").setLease(lease)));
    var _ = client.put(keys.get(4), "1");
    long before = client.revision();

    LeaseRevokeResponse response =
        client.endpoint().lease().leaseRevoke(LeaseRevokeRequest.newBuilder().setID(lease).build());

    assertThat(response.getHeader().getRevision()).isEqualTo(before + 1);
    assertThat(RangeRules.keysIn(client.all())).containsExactly(keys.get(4));
    assertThat(client.timeToLive(lease).getTTL()).isEqualTo(-1);
  }

  @Test
  @WholeStore
  @TestsRule("LEASE-5")
  @Says("revoking a lease without keys takes no revision")
  void revokingWithoutKeysTakesNoRevision(Client client) {
    long lease = client.lease(600);
    long before = client.revision();

    client.revoke(lease);

    assertThat(client.revision()).isEqualTo(before);
  }

  @Test
  @TestsRule("LEASE-6")
  @Says("revoking an unknown lease is refused")
  void revokingAnUnknownLeaseIsRefused(Client client) throws Exception {
    assertRefused(
        Code.NOT_FOUND,
        LEASE_NOT_FOUND,
        () ->
            client
                .endpoint()
                .lease()
                .leaseRevoke(LeaseRevokeRequest.newBuilder().setID(UNKNOWN).build()));
  }

  @Test
  @TestsRule("LEASE-7")
  @Says("each renewal is answered in turn, one of an unknown lease with 0")
  void renewalsAreAnsweredInTurn(Client client) {
    long first = client.lease(300);
    long second = client.lease(400);
    var renewals = client.renewals();

    for (long id : new long[] {first, UNKNOWN, second, first}) {
      renewals.send(renewal(id));
    }

    for (long[] expected : new long[][] {{first, 300}, {UNKNOWN, 0}, {second, 400}, {first, 300}}) {
      LeaseKeepAliveResponse response = renewals.next();
      assertThat(response.getID()).isEqualTo(expected[0]);
      assertThat(response.getTTL()).isEqualTo(expected[1]);
      assertThat(response.getHeader().getRevision()).isPositive();
    }
  }

  @Test
  @TestsRule("LEASE-8")
  @Says("a stream of renewals ends well when the client ends it")
  void renewalsEndWell(Client client) {
    var renewals = client.renewals();
    renewals.send(renewal(client.lease(300)));
    assertThat(renewals.next().getTTL()).isEqualTo(300);

    renewals.halfClose();

    assertThat(renewals.end().getCode()).isEqualTo(Status.Code.OK);
  }

  @Test
  @TestsRule("LEASE-9")
  @Says("a lease tells its time and, if asked, its keys")
  void leaseTellsItsTimeAndKeys(Client client) {
    List<ByteString> keys = Requests.keys(client.prefix(), 3);
    long lease = client.lease(600);
    keys.forEach(key -> client.put(Requests.put(key, "1").setLease(lease)));

    LeaseTimeToLiveResponse asked = client.timeToLive(lease);
    LeaseTimeToLiveResponse notAsked =
        client
            .endpoint()
            .lease()
            .leaseTimeToLive(LeaseTimeToLiveRequest.newBuilder().setID(lease).build());

    assertThat(asked.getID()).isEqualTo(lease);
    assertThat(asked.getGrantedTTL()).isEqualTo(600);
    assertThat(asked.getTTL()).isBetween(500L, 600L);
    assertThat(asked.getKeysList()).containsExactlyInAnyOrderElementsOf(keys);
    assertThat(notAsked.getKeysList()).isEmpty();
  }

  @Test
  @TestsRule("LEASE-10")
  @Says("asked for an unknown lease, a server says -1")
  void unknownLeaseIsNoError(Client client) {
    LeaseTimeToLiveResponse response = client.timeToLive(UNKNOWN);

    assertThat(response.getID()).isEqualTo(UNKNOWN);
    assertThat(response.getTTL()).isEqualTo(-1);
    assertThat(response.getGrantedTTL()).isZero();
    assertThat(response.getKeysList()).isEmpty();
  }

  @Test
  @TestsRule("LEASE-11")
  @Says("the list has every lease until it is revoked")
  void listHasEveryLease(Client client) {
    long first = client.lease(600);
    long second = client.lease(700);

    List<Long> both = leases(client);
    client.revoke(first);
    List<Long> left = leases(client);

    assertThat(both).contains(first, second).doesNotHaveDuplicates();
    assertThat(left).contains(second).doesNotContain(first);
  }

  private static List<Long> leases(Client client) {
    return client
        .endpoint()
        .lease()
        .leaseLeases(LeaseLeasesRequest.getDefaultInstance())
        .getLeasesList()
        .stream()
        .map(LeaseStatus::getID)
        .toList();
  }

  @Test
  @TestsRule("LEASE-12")
  @Says("keys put in transactions hang on their leases, too")
  void keysOfTransactionsHangOnLeases(Client client) {
    long lease = client.lease(600);
    var _ =
        client.txn(
            txn(
                op(Requests.put(client.key("a"), "1").setLease(lease)),
                op(txn(op(Requests.put(client.key("b"), "1").setLease(lease))))));

    assertThat(client.get(client.key("b")).orElseThrow().getLease()).isEqualTo(lease);
    client.revoke(lease);

    assertThat(client.all().getKvsList()).isEmpty();
  }

  @Test
  @TestsRule("LEASE-13")
  @Says("leases are renewed and asked for through every member")
  void leasesAreKnownEverywhere(Client client) {
    long lease = client.lease(300);
    Client other = client.elsewhere();
    var renewals = other.renewals();

    renewals.send(renewal(lease));

    assertThat(renewals.next().getTTL()).isEqualTo(300);
    assertThat(other.timeToLive(lease).getGrantedTTL()).isEqualTo(300);
  }

  @Test
  @TestsRule("LEASE-14")
  @Says(
      value = "a time to live of 1 is raised to 2 with the usual election timeout",
      demand = Demand.MAY)
  void usualMinimumIsTwo(Client client) {
    assertThat(client.grant(LeaseGrantRequest.newBuilder().setTTL(1)).getTTL()).isEqualTo(2);
  }
}
