// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.protocol;

import static io.cairn.conformancetests.protocol.Requests.op;
import static io.cairn.conformancetests.protocol.Requests.txn;
import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.apiprotos.etcdserverpb.AlarmRequest;
import io.cairn.apiprotos.etcdserverpb.HashKVRequest;
import io.cairn.apiprotos.etcdserverpb.LeaseGrantRequest;
import io.cairn.apiprotos.etcdserverpb.LeaseLeasesRequest;
import io.cairn.apiprotos.etcdserverpb.MemberListRequest;
import io.cairn.apiprotos.etcdserverpb.ResponseHeader;
import io.cairn.apiprotos.etcdserverpb.StatusRequest;
import io.cairn.conformancetests.report.TestsRule;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What headers tell of the member that answers. */
@ProtocolRules
final class HeaderRules {
  /** One answer of each kind that has a whole header. */
  private static List<ResponseHeader> headers(Client client) {
    List<ResponseHeader> headers = new ArrayList<>();
    headers.add(client.put(client.key("a"), "1").getHeader());
    headers.add(client.all().getHeader());
    headers.add(client.txn(txn(op(Requests.put(client.key("b"), "1")))).getHeader());
    headers.add(client.txn(txn(op(Requests.range(client.key("b"))))).getHeader());
    headers.add(client.delete(Requests.delete(client.key("a"))).getHeader());
    var granted = client.grant(LeaseGrantRequest.newBuilder().setTTL(300));
    headers.add(granted.getHeader());
    headers.add(client.timeToLive(granted.getID()).getHeader());
    headers.add(
        client.endpoint().lease().leaseLeases(LeaseLeasesRequest.getDefaultInstance()).getHeader());
    headers.add(client.watchers().create(Requests.watch(client.key("a"))).getHeader());
    var maintenance = client.endpoint().maintenance();
    headers.add(maintenance.hashKV(HashKVRequest.getDefaultInstance()).getHeader());
    headers.add(maintenance.status(StatusRequest.getDefaultInstance()).getHeader());
    return headers;
  }

  @Test
  @TestsRule("HEADER-1")
  @Says("every header tells the cluster, the member that answers, and a term")
  void headersTellWhoAnswers(Client client) {
    ResponseHeader self =
        client.endpoint().cluster().memberList(MemberListRequest.getDefaultInstance()).getHeader();

    for (ResponseHeader header : headers(client)) {
      assertThat(header.getClusterId()).as("cluster in %s", header).isEqualTo(self.getClusterId());
      assertThat(header.getMemberId()).as("member in %s", header).isEqualTo(self.getMemberId());
      assertThat(header.getRaftTerm()).as("term in %s", header).isPositive();
    }
    assertThat(self.getClusterId()).isNotZero();
    assertThat(self.getMemberId()).isNotZero();
  }

  @Test
  @TestsRule("HEADER-2")
  @Says("revisions and terms in the headers of a member never go back")
  void headersNeverGoBack(Client client) {
    List<ResponseHeader> headers = headers(client);

    assertThat(headers).extracting(ResponseHeader::getRevision).isSorted();
    assertThat(headers).extracting(ResponseHeader::getRaftTerm).isSorted();
    assertThat(headers.getFirst().getRevision()).isGreaterThan(1);
  }

  @Test
  @TestsRule("HEADER-4")
  @Says("answers about alarms have such a header, too")
  void answersAboutAlarmsHaveHeaders(Client client) {
    ResponseHeader before = client.all().getHeader();

    ResponseHeader header =
        client.endpoint().maintenance().alarm(AlarmRequest.getDefaultInstance()).getHeader();

    assertThat(header.getClusterId()).isEqualTo(before.getClusterId());
    assertThat(header.getMemberId()).isEqualTo(before.getMemberId());
    assertThat(header.getRevision()).isGreaterThanOrEqualTo(before.getRevision());
  }

  @Test
  @TestsRule("HEADER-3")
  @Says("members are of one cluster")
  void membersAreOfOneCluster(Client client) {
    ResponseHeader here = client.all().getHeader();
    ResponseHeader there = client.elsewhere().all().getHeader();

    assertThat(there.getClusterId()).isEqualTo(here.getClusterId());
    assertThat(there.getMemberId() == here.getMemberId()).isEqualTo(client.members() == 1);
  }
}
