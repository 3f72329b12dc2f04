// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.request;

import io.cairn.kernel.command.Command;
import io.cairn.spi.auth.Identity;
import io.cairn.spi.store.AnswerRoom;
import io.cairn.spi.store.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * A command under way. Applying it on the member that proposed it decodes nothing: the command is
 * still here.
 */
public final class PendingCommand<R> extends PendingAnswer<R> {
  private final Command<R> command;
  private final Identity identity;
  private final AnswerRoom room;

  PendingCommand(
      Command<R> command,
      Identity identity,
      AnswerRoom room,
      Bytes payload,
      @Nullable Suspicion suspicion) {
    super(payload, suspicion);
    this.command = command;
    this.identity = identity;
    this.room = room;
  }

  /** What is to be done. */
  public Command<R> command() {
    return command;
  }

  /** On whose behalf. */
  public Identity identity() {
    return identity;
  }

  /** For what the answer reads from the store. */
  public AnswerRoom room() {
    return room;
  }
}
