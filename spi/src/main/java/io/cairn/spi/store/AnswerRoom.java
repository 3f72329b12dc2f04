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
 * <p><b>Threads.</b> Any. <b>Blocking.</b> Nothing blocks. <b>Failure.</b> As each method says.
 */
@ThreadSafe
public interface AnswerRoom {
  /** Without bounds, for callers to whom their answers belong. */
  AnswerRoom UNBOUNDED =
      new AnswerRoom() {
        @Override
        public CompletionStage<Void> await() {
          return CompletableFuture.completedStage(null);
        }

        @Override
        public boolean take(long bytes) {
          return true;
        }

        @Override
        public void giveBack(long bytes) {
          // Nobody counts.
        }
      };

  /**
   * Completes when there is any room, perhaps at once, on any thread. To be called before anything
   * is gathered. Fails with {@link Reason.ResponsesExhausted} if too many wait already, and with
   * {@link Reason.CallCanceled} if the call ends first.
   */
  CompletionStage<Void> await();

  /**
   * Takes {@code bytes} more. A call that is the only one to hold any may have more than others.
   *
   * @return false if there is no room for them, and nothing was taken: the answer is to be given
   *     up, and the caller told {@link Reason.ResponsesExhausted}
   */
  boolean take(long bytes);

  /** Gives back, before the call ends, {@code bytes} of what was taken. */
  void giveBack(long bytes);
}
