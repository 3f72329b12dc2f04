// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.cluster;

import io.cairn.spi.consensus.ConfigurationChange;
import io.cairn.spi.consensus.ConfigurationChange.Kind;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.Member;
import io.cairn.spi.store.WireCursor;
import java.io.ByteArrayOutputStream;
import java.util.List;

/**
 * What a configuration entry says to the registry.
 *
 * <p>The context of an entry is a protobuf message with 1 member ({@link MemberFormat}), 2 the
 * bound on learners. The bound travels with the entry because members may be configured differently
 * and must still decide alike.
 *
 * @param kind what happens
 * @param member to whom; beyond the id only what the change brings: everything for a new member,
 *     the peer URLs for an update
 * @param learnersMax how many learners there may be after the change
 */
public record MemberChange(Kind kind, Member member, int learnersMax) {
  private static final int TAG_MEMBER = 0x0a;
  private static final int TAG_LEARNERS_MAX = 0x10;

  /**
   * A member of a cluster that begins; every initial member has such an entry at the log's start.
   */
  public static MemberChange ofInitialMember(long id, String name, List<String> peerUrls) {
    return new MemberChange(Kind.ADD_VOTER, new Member(id, name, peerUrls, List.of(), false), 0);
  }

  static MemberChange add(long id, List<String> peerUrls, boolean learner, int learnersMax) {
    return new MemberChange(
        learner ? Kind.ADD_LEARNER : Kind.ADD_VOTER,
        new Member(id, "", peerUrls, List.of(), learner),
        learnersMax);
  }

  static MemberChange remove(long id) {
    return new MemberChange(Kind.REMOVE, bare(id, List.of()), 0);
  }

  static MemberChange update(long id, List<String> peerUrls) {
    return new MemberChange(Kind.UPDATE, bare(id, peerUrls), 0);
  }

  static MemberChange promote(long id) {
    return new MemberChange(Kind.PROMOTE, bare(id, List.of()), 0);
  }

  /** As consensus carries it. */
  public ConfigurationChange encode() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    MemberFormat.writeBytes(out, TAG_MEMBER, MemberFormat.encode(member));
    if (learnersMax != 0) {
      MemberFormat.writeVarint(out, TAG_LEARNERS_MAX, learnersMax);
    }
    return new ConfigurationChange(kind, member.id(), Bytes.of(out.toByteArray()));
  }

  /** Fails with {@link IllegalArgumentException} on a context that no change was encoded to. */
  static MemberChange decode(ConfigurationChange change) {
    Member member = bare(change.member(), List.of());
    int learnersMax = 0;
    WireCursor in = new WireCursor(change.context());
    while (in.hasMore()) {
      int tag = in.tag();
      switch (tag) {
        case TAG_MEMBER -> member = MemberFormat.decode(change.member(), in.bytes());
        case TAG_LEARNERS_MAX -> learnersMax = Math.toIntExact(in.varint());
        default -> in.skip(tag);
      }
    }
    return new MemberChange(change.kind(), member, learnersMax);
  }

  private static Member bare(long id, List<String> peerUrls) {
    return new Member(id, "", peerUrls, List.of(), false);
  }
}
