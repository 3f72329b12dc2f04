// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.core;

import io.cairn.consensusraft.core.Configuration;
import io.cairn.consensusraft.core.Configuration.Member;

/**
 * Membership changes as text: {@code +n4} adds a voter or promotes a learner, {@code ~n4} adds a
 * learner, {@code -n4} removes, {@code =n4#2} binds a member to an incarnation. What is not
 * possible changes nothing, as on a real state machine.
 */
final class CoreChange {
  private CoreChange() {}

  static Configuration apply(Configuration before, String change, CoreCluster cluster) {
    String[] parts = change.substring(1).split("#", -1);
    long id = cluster.idOf(parts[0]);
    Member present = before.find(id);
    long incarnation = present == null ? 0 : present.incarnation();
    return switch (change.charAt(0)) {
      case '+' -> before.with(new Member(id, false, incarnation));
      case '~' -> present == null ? before.with(new Member(id, true, 0)) : before;
      case '-' -> before.voterCount() == 1 && before.isVoter(id) ? before : before.without(id);
      case '=' ->
          present == null
              ? before
              : before.with(new Member(id, present.learner(), Long.parseLong(parts[1])));
      default -> throw new IllegalArgumentException("no such change: " + change);
    };
  }
}
