// SPDX-License-Identifier: Apache-2.0
package io.cairn.apigrpc.wire;

import io.cairn.apiprotos.etcdserverpb.Member;
import io.cairn.apiprotos.etcdserverpb.MemberAddRequest;
import io.cairn.apiprotos.etcdserverpb.MemberAddResponse;
import io.cairn.apiprotos.etcdserverpb.MemberListRequest;
import io.cairn.apiprotos.etcdserverpb.MemberListResponse;
import io.cairn.apiprotos.etcdserverpb.MemberPromoteRequest;
import io.cairn.apiprotos.etcdserverpb.MemberRemoveRequest;
import io.cairn.apiprotos.etcdserverpb.MemberUpdateRequest;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.ClusterService.Added;
import io.cairn.spi.store.ClusterService.Members;

/** Reads and writes the messages of etcd's Cluster service. */
public final class ClusterMessages {

  private ClusterMessages() {}

  /** Reads a {@code MemberAddRequest}. */
  public static MemberAddRequest add(Bytes message) {
    return GeneratedMessages.parse(MemberAddRequest.parser(), message);
  }

  /** Reads a {@code MemberRemoveRequest}: the member's id. */
  public static Long remove(Bytes message) {
    return GeneratedMessages.parse(MemberRemoveRequest.parser(), message).getID();
  }

  /** Reads a {@code MemberUpdateRequest}. */
  public static MemberUpdateRequest update(Bytes message) {
    return GeneratedMessages.parse(MemberUpdateRequest.parser(), message);
  }

  /** Reads a {@code MemberPromoteRequest}: the member's id. */
  public static Long promote(Bytes message) {
    return GeneratedMessages.parse(MemberPromoteRequest.parser(), message).getID();
  }

  /** Reads a {@code MemberListRequest}: whether the list must be up to date. */
  public static Boolean list(Bytes message) {
    return GeneratedMessages.parse(MemberListRequest.parser(), message).getLinearizable();
  }

  /** Writes a {@code MemberAddResponse}. */
  public static Reply added(Added result) {
    MemberAddResponse.Builder response =
        MemberAddResponse.newBuilder()
            .setHeader(GeneratedMessages.header(result.header()))
            .setMember(member(result.member()));
    result.members().forEach(member -> response.addMembers(member(member)));
    return GeneratedMessages.reply(response.build());
  }

  /** Writes a response with all members; those to list, remove, update and promote are alike. */
  public static Reply members(Members result) {
    MemberListResponse.Builder response =
        MemberListResponse.newBuilder().setHeader(GeneratedMessages.header(result.header()));
    result.members().forEach(member -> response.addMembers(member(member)));
    return GeneratedMessages.reply(response.build());
  }

  private static Member member(io.cairn.spi.store.Member member) {
    return Member.newBuilder()
        .setID(member.id())
        .setName(member.name())
        .addAllPeerURLs(member.peerUrls())
        .addAllClientURLs(member.clientUrls())
        .setIsLearner(member.learner())
        .build();
  }
}
