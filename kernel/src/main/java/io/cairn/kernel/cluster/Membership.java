// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.cluster;

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
 */
public record Membership(
    List<Member> members, List<Long> removed, String clusterVersion, String downgradeTarget) {
  /** Before the first member. */
  public static final Membership EMPTY = new Membership(List.of(), List.of(), "", "");

  /** Sorts both lists. */
  public Membership {
    members =
        members.stream().sorted(Comparator.comparing(Member::id, Long::compareUnsigned)).toList();
    removed = removed.stream().sorted(Long::compareUnsigned).toList();
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
        downgradeTarget);
  }

  Membership withRemoved(long id) {
    return new Membership(
        members.stream().filter(member -> member.id() != id).toList(),
        Stream.concat(removed.stream(), Stream.of(id)).toList(),
        clusterVersion,
        downgradeTarget);
  }

  Membership withClusterVersion(String version) {
    return new Membership(members, removed, version, downgradeTarget);
  }

  Membership withDowngradeTarget(String target) {
    return new Membership(members, removed, clusterVersion, target);
  }
}
