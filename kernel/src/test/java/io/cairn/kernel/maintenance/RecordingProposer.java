// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.maintenance;

import io.cairn.kernel.command.Command;
import io.cairn.kernel.request.Proposer;
import io.cairn.spi.auth.Identity;
import io.cairn.spi.consensus.ConfigurationChange;
import io.cairn.spi.store.AnswerRoom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Notes what is proposed and lets the test answer. */
final class RecordingProposer implements Proposer {
  final List<Command<?>> commands = new ArrayList<>();
  final List<CompletableFuture<@Nullable Object>> answers = new ArrayList<>();
  boolean answersAtOnce;

  @Override
  @SuppressWarnings("unchecked") // Nobody here looks at an answer; it is null.
  public <R> CompletableFuture<R> propose(Command<R> command, Identity identity, AnswerRoom room) {
    CompletableFuture<@Nullable Object> answer = new CompletableFuture<>();
    commands.add(command);
    answers.add(answer);
    if (answersAtOnce) {
      answer.complete(null);
    }
    return (CompletableFuture<R>) (CompletableFuture<?>) answer;
  }

  @Override
  public <R> CompletableFuture<R> proposeChange(ConfigurationChange change, Class<R> answer) {
    throw new UnsupportedOperationException("nobody is to change the members");
  }
}
