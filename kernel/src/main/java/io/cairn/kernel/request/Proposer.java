// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.request;

import io.cairn.kernel.command.Command;
import io.cairn.spi.auth.Identity;
import io.cairn.spi.consensus.ConfigurationChange;
import io.cairn.spi.environment.ThreadSafe;
import io.cairn.spi.store.AnswerRoom;
import java.util.concurrent.CompletableFuture;

/** The way into the log. Never blocks; stages complete on the apply lane or a lane of consensus. */
@ThreadSafe
public interface Proposer {
  /**
   * Proposes {@code command}: refuses when too much waits to be applied or the command is too
   * large, then hands it to consensus.
   *
   * @param room for what the answer reads from the store; where there is none, {@link
   *     io.cairn.spi.store.Reason.AnswerTooLarge} tells that the command was carried out
   * @return completes with the outcome of applying it here, or fails with {@link
   *     io.cairn.spi.store.StoreException}
   */
  <R> CompletableFuture<R> propose(Command<R> command, Identity identity, AnswerRoom room);

  /** The same for commands whose answers are small. */
  default <R> CompletableFuture<R> propose(Command<R> command, Identity identity) {
    return propose(command, identity, AnswerRoom.UNBOUNDED);
  }

  /**
   * The same for whoever needs no identity: internal commands, and everybody while access is open.
   */
  default <R> CompletableFuture<R> propose(Command<R> command) {
    return propose(command, Identity.ANONYMOUS);
  }

  /** Proposes a change of the configuration; the answer is what the member registry makes of it. */
  <R> CompletableFuture<R> proposeChange(ConfigurationChange change, Class<R> answer);
}
