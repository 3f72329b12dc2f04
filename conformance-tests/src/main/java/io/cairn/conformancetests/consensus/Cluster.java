// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.consensus;

import io.cairn.spi.consensus.Configuration;
import io.cairn.spi.consensus.ConfigurationChange;
import io.cairn.spi.store.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Members 1 to n of a cluster that begins with the test, in a world of their own. */
final class Cluster {
  static final int HEARTBEAT_MILLIS = 100;
  static final int ELECTION_MILLIS = 1_000;
  static final int REQUEST_MILLIS = 5_000;
  static final int WAITING_MAX = 200;
  static final int WAITING_BYTES_MAX = 1 << 20;

  /** Ample for several failed elections in a row. */
  static final int PATIENCE_MILLIS = 60_000;

  private final ConsensusFixture fixture;
  private final World world;
  private final VirtualNetwork network;
  private final Ledger ledger = new Ledger();
  private final List<Member> members = new ArrayList<>();
  private int commands;

  Cluster(ConsensusFixture fixture, long seed, int size) {
    this.fixture = fixture;
    this.world = new World(seed);
    this.network = new VirtualNetwork(world);
    List<ConfigurationChange> founders = new ArrayList<>();
    for (long id = 1; id <= size; id++) {
      founders.add(new ConfigurationChange(ConfigurationChange.Kind.ADD_VOTER, id, Bytes.EMPTY));
    }
    for (long id = 1; id <= size; id++) {
      members.add(new Member(this, id, founders));
    }
    members.forEach(Member::start);
  }

  ConsensusFixture fixture() {
    return fixture;
  }

  World world() {
    return world;
  }

  VirtualNetwork network() {
    return network;
  }

  Ledger ledger() {
    return ledger;
  }

  List<Member> members() {
    return members;
  }

  /** The only member of a cluster of one. */
  Member alone() {
    return members.getFirst();
  }

  /** A text that no other command has. */
  String newText() {
    return "c" + commands++;
  }

  List<Member> running() {
    return members.stream().filter(Member::isRunning).toList();
  }

  /** A member that leads and that most members follow, after waiting for one. */
  Member leader() {
    if (!world.runUntil(() -> findLeader().isPresent(), PATIENCE_MILLIS)) {
      throw new AssertionError("no member leads after %d ms".formatted(PATIENCE_MILLIS));
    }
    return findLeader().orElseThrow();
  }

  private Optional<Member> findLeader() {
    return running().stream()
        .filter(member -> member.consensus().status().leadership().self())
        .filter(member -> followersOf(member) * 2 > members.size())
        .findAny();
  }

  private long followersOf(Member leader) {
    return running().stream()
        .filter(member -> {
          var seen = member.consensus().status().leadership();
          var own = leader.consensus().status().leadership();
          return seen.leader() == leader.id() && seen.term() == own.term();
        })
        .count();
  }

  /** A running member that does not lead. */
  Member follower() {
    Member leader = leader();
    return running().stream().filter(member -> member != leader).findFirst().orElseThrow();
  }

  /** Waits until all running members have applied the same; whether they have. */
  boolean converges() {
    return world.runUntil(
        () ->
            running().stream().map(member -> member.machine().point()).distinct().count() == 1
                && ledger.allAnswered(),
        PATIENCE_MILLIS);
  }

  /** The configuration that a member has in effect. */
  static Configuration configurationOf(Member member) {
    return member.consensus().status().configuration();
  }
}
