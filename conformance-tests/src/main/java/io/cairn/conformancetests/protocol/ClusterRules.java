// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.protocol;

import static io.cairn.conformancetests.protocol.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.apiprotos.etcdserverpb.Member;
import io.cairn.apiprotos.etcdserverpb.MemberAddRequest;
import io.cairn.apiprotos.etcdserverpb.MemberListRequest;
import io.cairn.apiprotos.etcdserverpb.MemberListResponse;
import io.cairn.apiprotos.etcdserverpb.MemberPromoteRequest;
import io.cairn.apiprotos.etcdserverpb.MemberRemoveRequest;
import io.cairn.apiprotos.etcdserverpb.MemberUpdateRequest;
import io.cairn.conformancetests.report.TestsRule;
import io.grpc.Status.Code;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Cluster: who is in it. What would change the members is only tried where it is refused. */
@ProtocolRules
final class ClusterRules {
  private static final long STRANGER = 0x5712_a46e_12L;

  private static MemberListResponse members(Client client) {
    return client
        .endpoint()
        .cluster()
        .memberList(MemberListRequest.newBuilder().setLinearizable(true).build());
  }

  @Test
  @TestsRule("CLUSTER-1")
  @Says("the list has every member once, by id, with names and URLs, and the one that answers")
  void listHasEveryMember(Client client) {
    MemberListResponse response = members(client);

    List<Member> members = response.getMembersList();
    assertThat(members).hasSizeGreaterThanOrEqualTo(client.members());
    assertThat(members).extracting(Member::getID).doesNotHaveDuplicates();
    assertThat(members)
        .extracting(Member::getID)
        .isSortedAccordingTo(Long::compareUnsigned)
        .contains(response.getHeader().getMemberId());
    assertThat(members)
        .allSatisfy(member -> {
          assertThat(member.getName()).isNotEmpty();
          assertThat(member.getPeerURLsList()).isNotEmpty();
          assertThat(member.getClientURLsList()).isNotEmpty();
        });
  }

  @Test
  @TestsRule("CLUSTER-2")
  @Says("every member knows the same members")
  void everyMemberKnowsTheSame(Client client) {
    assertThat(members(client.elsewhere()).getMembersList())
        .isEqualTo(members(client).getMembersList());
  }

  @Test
  @TestsRule("CLUSTER-3")
  @Says("headers of this service tell no revision")
  void headersTellNoRevision(Client client) {
    var header = members(client).getHeader();

    assertThat(header.getRevision()).isZero();
    assertThat(header.getRaftTerm()).isPositive();
    assertThat(header.getClusterId()).isNotZero();
  }

  @Test
  @TestsRule("CLUSTER-4")
  @Says("members without good URLs are not added")
  void badUrlsAreRefused(Client client) throws Exception {
    for (List<String> urls :
        List.of(
            List.<String>of(),
            List.of("not a url"),
            List.of("http://127.0.0.1"),
            List.of("ftp://127.0.0.1:2380"),
            List.of("http://127.0.0.1:2380/path"))) {
      assertRefused(
          Code.INVALID_ARGUMENT,
          "etcdserver: given member URLs are invalid",
          () ->
              client
                  .endpoint()
                  .cluster()
                  .memberAdd(MemberAddRequest.newBuilder().addAllPeerURLs(urls).build()));
    }
  }

  @Test
  @TestsRule("CLUSTER-5")
  @Says("strangers cannot be removed, changed or promoted")
  void strangersAreNotFound(Client client) throws Exception {
    String text = "etcdserver: member not found";
    var cluster = client.endpoint().cluster();

    assertRefused(
        Code.NOT_FOUND,
        text,
        () ->
            cluster.memberUpdate(
                MemberUpdateRequest.newBuilder()
                    .setID(STRANGER)
                    .addPeerURLs("http://127.0.0.1:1")
                    .build()));
    assertRefused(
        Code.NOT_FOUND,
        text,
        () -> cluster.memberPromote(MemberPromoteRequest.newBuilder().setID(STRANGER).build()));
    assertRefused(
        Code.NOT_FOUND,
        text,
        () -> cluster.memberRemove(MemberRemoveRequest.newBuilder().setID(STRANGER).build()));
  }

  @Test
  @TestsRule("CLUSTER-6")
  @Says("a voter cannot be promoted")
  void voterCannotBePromoted(Client client) throws Exception {
    long self = members(client).getHeader().getMemberId();

    assertRefused(
        Code.FAILED_PRECONDITION,
        "etcdserver: can only promote a learner member",
        () ->
            client
                .endpoint()
                .cluster()
                .memberPromote(MemberPromoteRequest.newBuilder().setID(self).build()));
  }
}
