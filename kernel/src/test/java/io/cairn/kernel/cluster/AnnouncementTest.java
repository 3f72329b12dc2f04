// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.kernel.command.Command;
import io.cairn.kernel.request.Proposer;
import io.cairn.kernel.virtual.VirtualTime;
import io.cairn.spi.auth.Identity;
import io.cairn.spi.consensus.ConfigurationChange;
import io.cairn.spi.environment.EventLog;
import io.cairn.spi.store.AnswerRoom;
import io.cairn.spi.store.Reason;
import io.cairn.spi.store.StoreException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a member says while it waits for its cluster, and once it has found it. */
final class AnnouncementTest implements Proposer, EventLog {
  private final VirtualTime time = new VirtualTime();
  private final List<String> lines = new ArrayList<>();
  private int proposals;
  private @Nullable Reason refusal = new Reason.DeadlineExceeded();

  private final Announcement announcement =
      new Announcement(
          new Command.MemberAttributes(
              0xa1, "m1", List.of("http://127.0.0.1:2379", "http://c:2379"), "3.7.1", 1),
          this,
          time,
          time.lane("background"),
          this,
          () -> List.of("m2=http://127.0.0.1:22380"));

  @Test
  void memberWithoutAMajoritySaysWhomItDoesNotReachAndTriesAgain() {
    CompletableFuture<Void> published = announcement.start();
    time.run();

    assertThat(lines)
        .containsExactly(
            "failed to publish local member to cluster through raft"
                + " local-member-id=a1"
                + " local-member-attributes={Name:m1 ClientURLs:[http://127.0.0.1:2379"
                + " http://c:2379]}"
                + " error=no majority of the voting members has taken it in time; it will be tried"
                + " again"
                + " unreachable-members=[m2=http://127.0.0.1:22380]");
    refusal = null;
    time.passMillis(1_000);
    assertThat(proposals).isEqualTo(2);
    assertThat(published).isCompleted();
    assertThat(lines.getLast())
        .isEqualTo(
            "published local member to cluster through raft local-member-id=a1"
                + " local-member-attributes={Name:m1 ClientURLs:[http://127.0.0.1:2379"
                + " http://c:2379]}");
  }

  @Test
  void memberThatStopsDoesNotTryAgain() {
    refusal = new Reason.Stopped();

    CompletableFuture<Void> published = announcement.start();
    time.passMillis(10_000);

    assertThat(published).isCompletedExceptionally();
    assertThat(proposals).isEqualTo(1);
  }

  @Override
  public <R> CompletableFuture<R> propose(Command<R> command, Identity identity, AnswerRoom room) {
    proposals++;
    Reason why = refusal;
    if (why != null) {
      return CompletableFuture.failedFuture(new StoreException(why));
    }
    CompletableFuture<R> answer = new CompletableFuture<>();
    answer.complete(null);
    return answer;
  }

  @Override
  public <R> CompletableFuture<R> proposeChange(ConfigurationChange change, Class<R> answer) {
    throw new UnsupportedOperationException("announcing changes no configuration");
  }

  @Override
  public boolean writes(Level level) {
    return true;
  }

  @Override
  public void log(Level level, String message, Field... fields) {
    StringBuilder line = new StringBuilder(message);
    Arrays.stream(fields)
        .forEach(field -> line.append(" ").append(field.name()).append("=").append(field.value()));
    lines.add(line.toString());
  }
}
