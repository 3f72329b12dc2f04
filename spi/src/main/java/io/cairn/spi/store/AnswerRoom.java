// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.store;

import io.cairn.spi.environment.ThreadSafe;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The room that one call's answer has in memory, out of what all answers together may take.
 *
 * <p>It belongs to the transport, which knows when an answer has gone; a store takes from it what
 * it gathers for long answers. What was taken is given back when the call ends, at the latest.
 *
 * <p>Who finds no room while it gathers, and can begin anew, lets go of what it has and waits in
 * line ({@link #await}), or gives its answer in parts ({@link #awaitTurn}, {@link
 * LongRangeResult}). Nobody waits for room while it has some, so nobody waits for ever.
 *
 * <p><b>Threads.</b> Any. <b>Blocking.</b> Nothing blocks. <b>Failure.</b> As each method says.
 */
@ThreadSafe
public interface AnswerRoom {
  /** Without bounds, for callers to whom their answers belong. */
  AnswerRoom UNBOUNDED =
      new AnswerRoom() {
        @Override
        public boolean take(long bytes) {
          return true;
        }

        @Override
        public boolean takeInLine(long bytes) {
          return true;
        }

        @Override
        public void giveBack(long bytes) {
          // Nobody counts.
        }

        @Override
        public CompletionStage<Void> await(long bytesMin) {
          return CompletableFuture.completedStage(null);
        }

        @Override
        public CompletionStage<Void> awaitTurn() {
          return CompletableFuture.completedStage(null);
        }
      };

  /**
   * Takes {@code bytes} more, for what can be gathered now or never, such as the answer of a write.
   * A call that is the only one to hold any may have more than others.
   *
   * @return false if there is no room for them, and nothing was taken
   */
  boolean take(long bytes);

  /**
   * Takes {@code bytes} more, for what could be gathered later as well: not before those who {@link
   * #await}, and no more than all may have together.
   *
   * @return false if there is no room for them, and nothing was taken
   */
  boolean takeInLine(long bytes);

  /** Gives back, before the call ends, {@code bytes} of what was taken. */
  void giveBack(long bytes);

  /**
   * Gives everything back and completes, on any thread, when there is room for an answer of which
   * {@code bytesMin} bytes are known, and probably for more; it is kept for {@link #takeInLine}.
   * Fails with {@link Reason.ResponsesExhausted} if so much is never given, if too many wait
   * already, or if those who have room make no use of it; with {@link Reason.CallCanceled} if the
   * call ends first.
   */
  CompletionStage<Void> await(long bytesMin);

  /**
   * Gives everything back and completes, on any thread, when the call may give its answer in parts,
   * of which it may hold two at a time without taking room for them. Fails with {@link
   * Reason.ResponsesExhausted} if too many wait already, and with {@link Reason.CallCanceled} if
   * the call ends first.
   */
  CompletionStage<Void> awaitTurn();
}
