// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.consensus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.cairn.conformancetests.report.TestsRule;
import io.cairn.spi.consensus.Consensus;
import io.cairn.spi.consensus.DropReason;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/**
 * C1 to C7: what becomes of proposals and reads, of one member and of three. All of it happens in
 * virtual time.
 */
abstract class ProposalRules {
  /** Of the order in which lanes run and messages arrive; the random histories have others. */
  private static final long SEED = 7;

  private static final int MANY_CHARACTERS = 200;

  /** How the suite gets members. */
  protected abstract ConsensusFixture fixture();

  final Cluster clusterOf(int size) {
    return new Cluster(fixture(), SEED, size);
  }

  static List<Command> propose(Member member, int count) {
    List<Command> commands = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      commands.add(member.propose());
    }
    return commands;
  }

  /** So many bytes that a log that is cut by files has several of them. */
  static void proposeMuch(Member member, int count) {
    for (int i = 0; i < count; i++) {
      member.propose(MANY_CHARACTERS);
    }
  }

  static List<String> texts(List<Command> commands) {
    return commands.stream().map(Command::text).toList();
  }

  @Nested
  @TestsRule(ConsensusRules.C1)
  @DisplayName("C1 entries are applied in order, without gaps, when they are durable")
  class Order {
    @Test
    void entriesComeInTheOrderOfTheirProposals() {
      Cluster cluster = clusterOf(1);

      List<Command> commands = propose(cluster.alone(), 50);
      boolean converged = cluster.converges();

      assertThat(converged).isTrue();
      assertThat(cluster.alone().machine().applied()).isEqualTo(texts(commands));
      assertThat(cluster.ledger().breaches(ConsensusRules.C1)).isEmpty();
    }

    /** Whoever hears that it was applied may rely on it, whatever happens next. */
    @Test
    void aPowerCutTakesNothingBackThatWasApplied() {
      Cluster cluster = clusterOf(1);
      Member member = cluster.alone();
      List<VirtualDisk> images = new ArrayList<>();
      member.machine().whenApplied(entry -> images.add(member.disk().afterPowerCut()));
      for (int i = 0; i < 10; i++) {
        propose(member, 2);
        cluster.world().runMillis(10);
      }

      for (int i = 0; i < images.size(); i++) {
        List<String> then = cluster.ledger().texts().subList(0, i + 1);
        member.startFrom(images.get(i));
        cluster.world().runUntil(() -> member.machine().applied().size() >= then.size(), 10_000);

        assertThat(member.machine().applied())
            .as("image %d", i)
            .startsWith(then.toArray(String[]::new));
      }
      assertThat(images).hasSize(20);
    }

    @Test
    void replayBeginsBehindTheAppliedPoint() {
      Cluster cluster = clusterOf(1);
      Member member = cluster.alone();
      propose(member, 10);
      cluster.world().runMillis(100);
      member.machine().barrier();
      long before = member.machine().point().index();
      propose(member, 10);
      cluster.world().runMillis(100);
      member.kill();

      member.start();
      member.propose();
      boolean converged = cluster.converges();

      assertThat(converged).isTrue();
      assertThat(member.machine().applied()).isEqualTo(cluster.ledger().texts()).hasSize(21);
      assertThat(before).isPositive();
      assertThat(cluster.ledger().breaches(ConsensusRules.C1)).isEmpty();
    }

    @Test
    void threeMembersApplyInOrderToo() {
      Cluster cluster = clusterOf(3);

      propose(cluster.leader(), 50);
      propose(cluster.follower(), 50);
      boolean converged = cluster.converges();

      assertThat(converged).isTrue();
      assertThat(cluster.leader().machine().applied()).hasSize(100);
      assertThat(cluster.ledger().breaches(ConsensusRules.C1)).isEmpty();
    }
  }

  @Nested
  @TestsRule(ConsensusRules.C2)
  @DisplayName("C2 all members apply the same entry at the same index")
  class Agreement {
    @Test
    void membersThatAllProposeApplyTheSame() {
      Cluster cluster = clusterOf(3);
      cluster.leader();

      for (int round = 0; round < 20; round++) {
        cluster.members().forEach(member -> propose(member, 3));
        cluster.world().runMillis(5);
      }
      boolean converged = cluster.converges();

      assertThat(cluster.ledger().breaches(ConsensusRules.C2)).isEmpty();
      assertThat(converged).isTrue();
      assertThat(cluster.ledger().texts()).hasSize(180);
      assertThat(cluster.members())
          .extracting(member -> member.machine().applied())
          .containsOnly(cluster.ledger().texts());
    }

    @Test
    void aLeaderThatWasCutOffComesBackToWhatTheOthersDecided() {
      Cluster cluster = clusterOf(3);
      Member deposed = cluster.leader();
      cluster.network().isolate(deposed.id());
      propose(deposed, 20);
      Member other = otherThan(cluster, deposed);
      cluster.world().runUntil(() -> isFollowed(other, deposed), Cluster.PATIENCE_MILLIS);
      propose(other, 20);
      cluster.world().runMillis(1_000);

      cluster.network().heal();
      boolean converged = cluster.converges();

      assertThat(cluster.ledger().breaches(ConsensusRules.C2)).isEmpty();
      assertThat(converged).isTrue();
    }
  }

  @Nested
  @TestsRule(ConsensusRules.C3)
  @DisplayName("C3 a proposal comes back once, on its member alone, or is dropped once")
  class Answers {
    @Test
    void theObjectComesBackWhereItWasProposed() {
      Cluster cluster = clusterOf(3);
      List<Command> commands = new ArrayList<>();
      cluster.leader();

      cluster.members().forEach(member -> commands.addAll(propose(member, 10)));
      boolean converged = cluster.converges();

      assertThat(converged).isTrue();
      assertThat(cluster.ledger().breaches(ConsensusRules.C3)).isEmpty();
      assertThat(commands).allMatch(Command::isApplied);
      assertThat(cluster.ledger().notAnsweredOnce()).isEmpty();
    }

    @Test
    void messagesThatAreLostDoNotMakeItEnterTheLogTwice() {
      Cluster cluster = clusterOf(3);
      Member follower = cluster.follower();
      cluster.network().lose(25);

      for (int i = 0; i < 40; i++) {
        follower.propose();
        cluster.world().runMillis(50);
      }
      cluster.network().heal();
      boolean converged = cluster.converges();

      assertThat(cluster.ledger().repeated()).isEmpty();
      assertThat(cluster.ledger().notAnsweredOnce()).isEmpty();
      assertThat(converged).isTrue();
    }

    @Test
    void everyProposalIsAnsweredWhenTheLeaderDies() {
      Cluster cluster = clusterOf(3);
      Member follower = cluster.follower();
      List<Command> commands = propose(follower, 20);

      cluster.leader().kill();
      commands.addAll(propose(follower, 20));
      cluster.world().runUntil(cluster.ledger()::allAnswered, Cluster.PATIENCE_MILLIS);

      assertThat(commands).allMatch(command -> command.answers() == 1);
      assertThat(cluster.ledger().repeated()).isEmpty();
    }
  }

  @Nested
  @TestsRule(ConsensusRules.C4)
  @DisplayName("C4 what is dropped for good is never applied")
  class Drops {
    @Test
    void whatALeaderWithoutFollowersTookIsNeverApplied() {
      Cluster cluster = clusterOf(3);
      Member deposed = cluster.leader();
      cluster.network().isolate(deposed.id());
      for (int i = 0; i < 60; i++) {
        deposed.propose();
        cluster.world().runMillis(100);
      }
      Member other = otherThan(cluster, deposed);
      propose(other, 5);

      cluster.network().heal();
      boolean converged = cluster.converges();
      cluster.world().runMillis(2L * Cluster.REQUEST_MILLIS);

      assertThat(cluster.ledger().appliedThoughDropped()).isEmpty();
      assertThat(converged).isTrue();
    }

    /** Whatever is in the log of a member without a quorum may be committed later. */
    @Test
    void whatIsDroppedWithoutAQuorumDoesNotComeBackWithIt() {
      Cluster cluster = clusterOf(3);
      Member leader = cluster.leader();
      cluster.members().stream().filter(member -> member != leader).forEach(Member::kill);
      List<Command> commands = propose(leader, 10);
      cluster.world().runMillis(2L * Cluster.REQUEST_MILLIS);

      // Of two members both are needed, so that what either has in its log decides.
      cluster.members().stream()
          .filter(member -> !member.isRunning())
          .findFirst()
          .ifPresent(Member::start);
      cluster.leader().propose();
      boolean converged = cluster.converges();

      assertThat(commands).allMatch(command -> command.answers() == 1);
      assertThat(cluster.ledger().appliedThoughDropped()).isEmpty();
      assertThat(converged).isTrue();
    }
  }

  @Nested
  @TestsRule(ConsensusRules.C5)
  @DisplayName("C5 a proposal waits for a leader until the request timeout")
  class Waiting {
    @Test
    void itWaitsAndIsAppliedWhenThereIsALeader() {
      Cluster cluster = clusterOf(3);
      Member follower = cluster.follower();
      cluster.network().isolate(follower.id());
      cluster.world().runUntil(() -> knowsNoLeader(follower), Cluster.PATIENCE_MILLIS);
      assumeThat(knowsNoLeader(follower)).as("notices that it is alone").isTrue();

      Command command = follower.propose();
      cluster.world().runMillis(500);
      boolean answeredAtOnce = command.isAnswered();
      cluster.network().heal();
      cluster.world().runUntil(command::isAnswered, Cluster.REQUEST_MILLIS);

      assertThat(answeredAtOnce).as("an answer while there is no leader").isFalse();
      assertThat(command.isApplied()).as(command.toString()).isTrue();
    }

    @Test
    void itIsDroppedWhenThereIsNoneInTime() {
      Cluster cluster = clusterOf(3);
      Member follower = cluster.follower();
      cluster.network().isolate(follower.id());
      cluster.world().runUntil(() -> knowsNoLeader(follower), Cluster.PATIENCE_MILLIS);

      Command command = follower.propose();
      cluster.world().runMillis(Cluster.REQUEST_MILLIS + 2L * Cluster.ELECTION_MILLIS);

      assertThat(command.drops()).isSubsetOf(DropReason.NO_LEADER, DropReason.TIMED_OUT).hasSize(1);
    }
  }

  @Nested
  @TestsRule(ConsensusRules.C6)
  @DisplayName("C6 what waits is bounded")
  class Bounds {
    @Test
    void beyondTheNumberProposalsAreOverloaded() {
      Cluster cluster = clusterOf(1);

      List<Command> commands = propose(cluster.alone(), 2 * Cluster.WAITING_MAX);
      List<Command> dropped = commands.stream().filter(Command::isAnswered).toList();
      boolean converged = cluster.converges();
      Command later = cluster.alone().propose();
      cluster.world().runMillis(100);

      assertThat(dropped).hasSizeGreaterThanOrEqualTo(Cluster.WAITING_MAX);
      assertThat(dropped)
          .allMatch(command -> command.drops().equals(List.of(DropReason.OVERLOADED)));
      assertThat(cluster.ledger().appliedThoughDropped()).isEmpty();
      assertThat(converged).isTrue();
      assertThat(later.isApplied()).as("there is room again").isTrue();
    }

    @Test
    void beyondTheBytesToo() {
      Cluster cluster = clusterOf(1);
      List<Command> commands = new ArrayList<>();
      for (int i = 0; i < 128; i++) {
        commands.add(cluster.alone().propose(Cluster.WAITING_BYTES_MAX / 64));
      }
      List<Command> dropped = commands.stream().filter(Command::isAnswered).toList();

      assertThat(dropped).hasSize(64);
      assertThat(dropped)
          .allMatch(command -> command.drops().equals(List.of(DropReason.OVERLOADED)));
    }
  }

  @Nested
  @TestsRule(ConsensusRules.C7)
  @DisplayName("C7 a read shows everything that was acknowledged before")
  class Reads {
    @Test
    void theOnlyMemberAnswersAtOnce() {
      Cluster cluster = clusterOf(1);
      Command command = cluster.alone().propose();
      cluster.world().runMillis(100);

      CompletableFuture<Long> read = cluster.alone().read();
      cluster.world().runMillis(100);

      assertThat(read).isCompletedWithValueMatching(index -> index >= command.index());
      assertThat(cluster.alone().consensus().tryReadIndex())
          .isGreaterThanOrEqualTo(command.index());
    }

    @Test
    void everyMemberKnowsWhatAnyMemberHasAcknowledged() {
      Cluster cluster = clusterOf(3);
      cluster.leader();

      for (int round = 0; round < 30; round++) {
        Member writer = cluster.members().get(round % 3);
        Member reader = cluster.members().get((round + 1 + round / 3 % 2) % 3);
        Command command = writer.propose();
        cluster.world().runUntil(command::isAnswered, Cluster.REQUEST_MILLIS);
        assumeThat(command.isApplied()).as(command.toString()).isTrue();
        long atOnce = reader.consensus().tryReadIndex();
        CompletableFuture<Long> read = reader.read();
        cluster.world().runUntil(read::isDone, Cluster.REQUEST_MILLIS);

        assertThat(read).isCompletedWithValueMatching(index -> index >= command.index());
        assertThat(atOnce).matches(index -> isFresh(index, command));
      }
    }

    @Test
    void aLeaderThatWasDeposedAnswersNothingStale() {
      Cluster cluster = clusterOf(3);
      Member deposed = cluster.leader();
      Member other = otherThan(cluster, deposed);
      cluster.network().isolate(deposed.id());
      CompletableFuture<Long> early = deposed.read();
      cluster.world().runUntil(() -> isFollowed(other, deposed), Cluster.PATIENCE_MILLIS);
      Command command = other.propose();
      cluster.world().runUntil(command::isAnswered, Cluster.REQUEST_MILLIS);

      long atOnce = deposed.consensus().tryReadIndex();
      CompletableFuture<Long> read = deposed.read();
      cluster.world().runMillis(500);
      boolean answeredAlone = read.isDone() && !read.isCompletedExceptionally();
      cluster.network().heal();
      cluster.world().runMillis(2L * Cluster.REQUEST_MILLIS);

      assertThat(command.isApplied()).isTrue();
      assertThat(atOnce).matches(index -> isFresh(index, command));
      assertThat(answeredAlone).as("without hearing of anybody").isFalse();
      assertThat(read).isDone();
      assertThat(early).isDone();
      assertThat(read.isCompletedExceptionally() || read.join() >= command.index()).isTrue();
    }

    private static boolean isFresh(long index, Command command) {
      return index == Consensus.NO_INDEX || index >= command.index();
    }
  }

  static Member otherThan(Cluster cluster, Member member) {
    return cluster.running().stream().filter(each -> each != member).findFirst().orElseThrow();
  }

  /** Whether a member knows a leader, and another than {@code former}. */
  static boolean isFollowed(Member member, Member former) {
    long leader = member.consensus().status().leadership().leader();
    return leader != 0 && leader != former.id();
  }

  static boolean knowsNoLeader(Member member) {
    return member.consensus().status().leadership().leader() == 0;
  }
}
