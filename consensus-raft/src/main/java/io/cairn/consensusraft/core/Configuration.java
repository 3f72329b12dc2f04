// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.core;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Who takes part: voters and learners, ascending by id. */
public final class Configuration {

  /** Nobody; what a member of a cluster that was never founded knows. */
  public static final Configuration EMPTY = new Configuration(List.of());

  private final List<Member> members;
  private final long[] voters;

  private Configuration(List<Member> sorted) {
    this.members = sorted;
    this.voters = sorted.stream().filter(m -> !m.learner).mapToLong(Member::id).toArray();
  }

  /**
   * A member.
   *
   * @param id its id, not 0
   * @param learner whether it only listens
   * @param incarnation the life of its directory that the cluster has bound it to, or 0 while
   *     unbound; messages of another life count for nothing
   */
  public record Member(long id, boolean learner, long incarnation) {}

  /** A configuration of unbound voters. */
  public static Configuration ofVoters(long... ids) {
    Configuration configuration = EMPTY;
    for (long id : ids) {
      configuration = configuration.with(new Member(id, false, 0));
    }
    return configuration;
  }

  /** This configuration with {@code member}, instead of any with the same id. */
  public Configuration with(Member member) {
    List<Member> result = new ArrayList<>(without(member.id).members);
    int at = 0;
    while (at < result.size() && Long.compareUnsigned(result.get(at).id, member.id) < 0) {
      at++;
    }
    result.add(at, member);
    return new Configuration(List.copyOf(result));
  }

  /** This configuration without the member of that id, if there is one. */
  public Configuration without(long id) {
    return new Configuration(members.stream().filter(m -> m.id != id).toList());
  }

  /** All members, ascending by id. */
  public List<Member> members() {
    return members;
  }

  /** The member of that id. */
  public @Nullable Member find(long id) {
    for (Member member : members) {
      if (member.id == id) {
        return member;
      }
    }
    return null;
  }

  /** Whether the member votes. */
  public boolean isVoter(long id) {
    for (long voter : voters) {
      if (voter == id) {
        return true;
      }
    }
    return false;
  }

  /** Whether {@code id} is the only voter, so that it needs nobody to decide. */
  public boolean isSoleVoter(long id) {
    return voters.length == 1 && voters[0] == id;
  }

  /** Whether {@code id} is the only member, so that there is nobody to send to. */
  public boolean isAlone(long id) {
    return members.size() == 1 && members.getFirst().id == id;
  }

  /** How many voters there are. */
  public int voterCount() {
    return voters.length;
  }

  /** How many voters decide. */
  public int quorum() {
    return voters.length / 2 + 1;
  }

  /** The id of the voter at a position from 0 to {@link #voterCount}. */
  public long voter(int position) {
    return voters[position];
  }

  /** Whether messages of this sender and incarnation may count. */
  boolean admits(long id, long incarnation) {
    Member member = find(id);
    return member == null || member.incarnation == 0 || member.incarnation == incarnation;
  }

  /** How many members changed their right to vote between this and {@code other}. */
  int votersChanged(Configuration other) {
    int changed = 0;
    for (long voter : voters) {
      changed += other.isVoter(voter) ? 0 : 1;
    }
    for (long voter : other.voters) {
      changed += isVoter(voter) ? 0 : 1;
    }
    return changed;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Configuration that && members.equals(that.members);
  }

  @Override
  public int hashCode() {
    return Objects.hash(members, Arrays.hashCode(voters));
  }

  @Override
  public String toString() {
    return members.toString();
  }
}
