// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.kernel.command.Command;
import io.cairn.kernel.options.KernelOptions;
import io.cairn.kernel.request.Proposer;
import io.cairn.kernel.request.Standing;
import io.cairn.kernel.virtual.VirtualTime;
import io.cairn.spi.auth.Identity;
import io.cairn.spi.consensus.ConfigurationChange;
import io.cairn.spi.consensus.Leadership;
import io.cairn.spi.environment.EventLog;
import io.cairn.spi.storage.Mutation;
import io.cairn.spi.store.AnswerRoom;
import io.cairn.spi.store.Reason;
import io.cairn.spi.store.StoreException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A leader and a registry of a release that knows level 3. */
final class VersionAgreementTest implements Proposer {
  private final VirtualTime time = new VirtualTime();
  private final Standing standing = new Standing(KernelOptions.defaults(1, 1));
  private final MemberBook members = new MemberBook(3);
  private final List<Mutation> mutations = new ArrayList<>();
  private final List<Command<?>> proposed = new ArrayList<>();
  private boolean refuses;

  private final VersionAgreement agreement =
      new VersionAgreement(members, standing, this, time, time.lane("background"), silent());

  @BeforeEach
  void threeMembersOfWhichTheFirstLeads() {
    for (long id = 1; id <= 3; id++) {
      var _ =
          members.apply(
              MemberChange.ofInitialMember(id, "m" + id, List.of("http://127.0.0." + id + ":1"))
                  .encode(),
              mutations);
    }
    agreement.start();
    standing.leadership(new Leadership(2, 1, true));
    time.run();
  }

  @Test
  void clusterBeginsAtTheFirstLevelWithTheVersionOfItsLeader() {
    assertThat(proposed).containsExactly(new Command.ClusterVersion("3.7.0"));
    assertThat(members.membership().level()).isEqualTo(1);
  }

  @Test
  void levelRisesToWhatAllMembersKnowAndNotBefore() {
    announce(1, 3);
    announce(2, 3);
    assertThat(members.membership().level()).isEqualTo(1);

    announce(3, 2);

    assertThat(members.membership().level()).isEqualTo(2);
    announce(3, 3);
    assertThat(members.membership().level()).isEqualTo(3);
  }

  @Test
  void memberThatHoldsTheOthersBackMayLeave() {
    announce(1, 2);
    announce(2, 2);

    var _ = members.apply(MemberChange.remove(3).encode(), mutations);
    time.run();

    assertThat(members.membership().level()).isEqualTo(2);
  }

  @Test
  void levelNeverFalls() {
    announce(1, 2);
    announce(2, 2);
    announce(3, 2);
    announce(3, 1);

    assertThat(members.membership().level()).isEqualTo(2);
  }

  @Test
  void followerProposesNothingAndTheNextLeaderDoes() {
    standing.leadership(new Leadership(3, 2, false));
    announce(1, 2);
    announce(2, 2);
    announce(3, 2);
    assertThat(members.membership().level()).isEqualTo(1);

    standing.leadership(new Leadership(4, 1, true));
    time.run();

    assertThat(members.membership().level()).isEqualTo(2);
  }

  @Test
  void refusedProposalIsRepeated() {
    refuses = true;
    announce(1, 2);
    announce(2, 2);
    announce(3, 2);
    assertThat(members.membership().level()).isEqualTo(1);

    refuses = false;
    time.passMillis(500);

    assertThat(members.membership().level()).isEqualTo(2);
  }

  @Test
  void releaseThatDoesNotKnowTheLevelStops() {
    assertThatThrownBy(() -> members.raiseLevel(4, mutations))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("feature level 4")
        .hasMessageContaining("up to 3");
  }

  private void announce(long id, int level) {
    members.publish(
        new Command.MemberAttributes(id, "m" + id, List.of(), "3.7.1", level), mutations);
    time.run();
  }

  @Override
  public <R> CompletableFuture<R> propose(Command<R> command, Identity identity, AnswerRoom room) {
    proposed.add(command);
    if (refuses) {
      return CompletableFuture.failedFuture(new StoreException(new Reason.ProposalDropped()));
    }
    CompletableFuture<R> answer = new CompletableFuture<>();
    time.lane("apply")
        .execute(() -> {
          switch (command) {
            case Command.ClusterVersion(String version) ->
                members.agreeOnVersion(version, mutations);
            case Command.RaiseLevel(int level) -> members.raiseLevel(level, mutations);
            default -> throw new AssertionError("not about versions: " + command);
          }
          answer.complete(null);
        });
    return answer;
  }

  @Override
  public <R> CompletableFuture<R> proposeChange(ConfigurationChange change, Class<R> answer) {
    throw new AssertionError("versions change no configuration");
  }

  private static EventLog silent() {
    return new EventLog() {
      @Override
      public boolean writes(Level level) {
        return false;
      }

      @Override
      public void log(Level level, String message, Field... fields) {
        // Nobody reads it.
      }
    };
  }
}
