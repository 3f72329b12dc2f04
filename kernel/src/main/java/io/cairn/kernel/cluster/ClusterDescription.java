// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.cluster;

import io.cairn.kernel.command.FeatureLevel;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.Member;
import io.cairn.spi.store.WireCursor;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a member tells about its cluster to anybody who asks at its peer URL, above all to a member
 * that is about to join and does not know the ids yet.
 *
 * <p>A protobuf message with 1 the layout's version, 2 cluster id, 3 member (repeated: 1 id, 2
 * {@link MemberFormat}), 4 former member's id (repeated), 5 the version that the cluster has agreed
 * on, 6 the id of the member that tells, 7 the feature level. Unknown fields are passed over.
 *
 * @param clusterId the cluster
 * @param memberId who tells
 * @param membership its registry, as far as it has come
 */
public record ClusterDescription(long clusterId, long memberId, Membership membership) {
  private static final int LAYOUT = 1;
  private static final int TAG_LAYOUT = 0x08;
  private static final int TAG_CLUSTER = 0x10;
  private static final int TAG_MEMBER = 0x1a;
  private static final int TAG_REMOVED = 0x20;
  private static final int TAG_VERSION = 0x2a;
  private static final int TAG_TELLER = 0x30;
  private static final int TAG_LEVEL = 0x38;
  private static final int TAG_ID = 0x08;
  private static final int TAG_ATTRIBUTES = 0x12;

  /** The member with exactly these peer URLs, in any order. */
  public Optional<Member> findByPeerUrls(List<String> peerUrls) {
    List<String> wanted = peerUrls.stream().sorted().toList();
    return membership.members().stream()
        .filter(member -> member.peerUrls().stream().sorted().toList().equals(wanted))
        .findFirst();
  }

  /** As it travels. */
  public Bytes encode() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    MemberFormat.writeVarint(out, TAG_LAYOUT, LAYOUT);
    MemberFormat.writeVarint(out, TAG_CLUSTER, clusterId);
    for (Member member : membership.members()) {
      ByteArrayOutputStream one = new ByteArrayOutputStream();
      MemberFormat.writeVarint(one, TAG_ID, member.id());
      MemberFormat.writeBytes(one, TAG_ATTRIBUTES, MemberFormat.encode(member));
      MemberFormat.writeBytes(out, TAG_MEMBER, Bytes.of(one.toByteArray()));
    }
    membership.removed().forEach(id -> MemberFormat.writeVarint(out, TAG_REMOVED, id));
    MemberFormat.writeBytes(out, TAG_VERSION, Bytes.utf8(membership.clusterVersion()));
    MemberFormat.writeVarint(out, TAG_TELLER, memberId);
    MemberFormat.writeVarint(out, TAG_LEVEL, membership.level());
    return Bytes.of(out.toByteArray());
  }

  /** Fails with {@link IllegalArgumentException} on what is no description that can be read. */
  public static ClusterDescription decode(Bytes message) {
    long layout = 0;
    long clusterId = 0;
    long memberId = 0;
    String version = "";
    int level = FeatureLevel.OLDEST;
    List<Member> members = new ArrayList<>();
    List<Long> removed = new ArrayList<>();
    WireCursor in = new WireCursor(message);
    while (in.hasMore()) {
      int tag = in.tag();
      switch (tag) {
        case TAG_LAYOUT -> layout = in.varint();
        case TAG_CLUSTER -> clusterId = in.varint();
        case TAG_MEMBER -> members.add(member(new WireCursor(in.bytes())));
        case TAG_REMOVED -> removed.add(in.varint());
        case TAG_VERSION -> version = in.bytes().toUtf8();
        case TAG_TELLER -> memberId = in.varint();
        case TAG_LEVEL -> level = Math.toIntExact(in.varint());
        default -> in.skip(tag);
      }
    }
    if (layout != LAYOUT) {
      throw new IllegalArgumentException(
          "a description of a cluster in layout " + layout + "; this version reads " + LAYOUT);
    }
    return new ClusterDescription(
        clusterId, memberId, new Membership(members, removed, version, "", List.of(), level));
  }

  private static Member member(WireCursor in) {
    long id = 0;
    Bytes attributes = Bytes.EMPTY;
    while (in.hasMore()) {
      int tag = in.tag();
      switch (tag) {
        case TAG_ID -> id = in.varint();
        case TAG_ATTRIBUTES -> attributes = in.bytes();
        default -> in.skip(tag);
      }
    }
    return MemberFormat.decode(id, attributes);
  }
}
