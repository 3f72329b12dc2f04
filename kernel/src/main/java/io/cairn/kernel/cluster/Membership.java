// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.cluster;

import io.cairn.kernel.command.FeatureLevel;
import io.cairn.spi.consensus.Configuration;
import io.cairn.spi.store.Member;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The registry of members as of one entry.
 *
 * @param members all members, ascending by unsigned id
 * @param removed the ids of former members, likewise; they never come back
 * @param clusterVersion the version that the members have agreed on, empty before that
 * @param downgradeTarget the version that the cluster prepares to go back to, empty normally
 * @param releases what the members have announced that they understand, ascending by member
 * @param level the {@link FeatureLevel} of the cluster
 */
public record Membership(
    List<Member> members,
    List<Long> removed,
    String clusterVersion,
    String downgradeTarget,
    List<Release> releases,
    int level) {
  /**
   * What a member runs.
   *
   * @param version the version of etcd's API
   * @param level the newest {@link FeatureLevel} that it knows
   */
  public record Release(long member, String version, int level) {}

  /** Before the first member. */
  public static final Membership EMPTY = new Membership(List.of(), List.of(), "", "");

  /** Sorts both lists. */
  public Membership {
    members =
        members.stream().sorted(Comparator.comparing(Member::id, Long::compareUnsigned)).toList();
    removed = removed.stream().sorted(Long::compareUnsigned).toList();
    releases =
        releases.stream()
            .sorted(Comparator.comparing(Release::member, Long::compareUnsigned))
            .toList();
  }

  /** A cluster at its first level, of which no member has announced anything. */
  public Membership(
      List<Member> members, List<Long> removed, String clusterVersion, String downgradeTarget) {
    this(members, removed, clusterVersion, downgradeTarget, List.of(), FeatureLevel.OLDEST);
  }

  /**
   * The newest level that all members have announced to know; the present one while some have
   * announced nothing.
   */
  int commonLevel() {
    return releases.size() < members.size()
        ? level
        : releases.stream().mapToInt(Release::level).min().orElse(level);
  }

  /** The member with that id. */
  public Optional<Member> findMember(long id) {
    return members.stream().filter(member -> member.id() == id).findFirst();
  }

  /** Whether a member with that id was removed. */
  public boolean isRemoved(long id) {
    return removed.contains(id);
  }

  /** The members that vote. */
  public List<Member> voters() {
    return members.stream().filter(member -> !member.learner()).toList();
  }

  /** The members that only follow. */
  public List<Member> learners() {
    return members.stream().filter(Member::learner).toList();
  }

  /** Who takes part in agreement. */
  public Configuration configuration() {
    return new Configuration(
        voters().stream().map(Member::id).toList(), learners().stream().map(Member::id).toList());
  }

  /** Whether any of {@code peerUrls} belongs to a member other than {@code id}. */
  boolean isTaken(List<String> peerUrls, long id) {
    return members.stream()
        .filter(member -> member.id() != id)
        .flatMap(member -> member.peerUrls().stream())
        .anyMatch(peerUrls::contains);
  }

  Membership with(Member changed) {
    Stream<Member> others = members.stream().filter(member -> member.id() != changed.id());
    return new Membership(
        Stream.concat(others, Stream.of(changed)).toList(),
        removed,
        clusterVersion,
        downgradeTarget,
        releases,
        level);
  }

  Membership with(Release announced) {
    Stream<Release> others = releases.stream().filter(r -> r.member() != announced.member());
    return new Membership(
        members,
        removed,
        clusterVersion,
        downgradeTarget,
        Stream.concat(others, Stream.of(announced)).toList(),
        level);
  }

  Membership withRemoved(long id) {
    return new Membership(
        members.stream().filter(member -> member.id() != id).toList(),
        Stream.concat(removed.stream(), Stream.of(id)).toList(),
        clusterVersion,
        downgradeTarget,
        releases.stream().filter(release -> release.member() != id).toList(),
        level);
  }

  Membership withClusterVersion(String version) {
    return new Membership(members, removed, version, downgradeTarget, releases, level);
  }

  Membership withDowngradeTarget(String target) {
    return new Membership(members, removed, clusterVersion, target, releases, level);
  }

  Membership withLevel(int raised) {
    return new Membership(members, removed, clusterVersion, downgradeTarget, releases, raised);
  }
}
