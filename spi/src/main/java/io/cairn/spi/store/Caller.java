// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.store;

import io.cairn.spi.environment.ThreadSafe;
import org.jspecify.annotations.Nullable;

/**
 * Who makes a request, and under which conditions.
 *
 * @param token the token that came with the request, without a leading {@code Bearer }, or null
 * @param certificateName the common name of the verified client certificate, or null
 * @param requireLeader whether the request is to fail while this member knows no leader
 * @param viaGateway whether it came through the JSON gateway, which has no certificate of its own
 * @param call the call's life, for giving up work that nobody waits for, and the room for its
 *     answer
 */
public record Caller(
    @Nullable String token,
    @Nullable String certificateName,
    boolean requireLeader,
    boolean viaGateway,
    Call call) {

  /** A call's life, and the room for its answer. Any thread may ask. */
  @ThreadSafe
  public interface Call {
    /** A call that never ends early. */
    Call ENDLESS =
        new Call() {
          @Override
          public boolean ended() {
            return false;
          }

          @Override
          public void onEnd(Runnable action) {
            // Never ends, so the action never runs.
          }

          @Override
          public AnswerRoom room() {
            return AnswerRoom.UNBOUNDED;
          }
        };

    /** Whether the caller has gone, or its deadline has passed. */
    boolean ended();

    /**
     * Runs {@code action} once when the call has ended for whatever reason, at once if it already
     * has. The action must be short; it runs on any thread.
     */
    void onEnd(Runnable action);

    /** The room for its answer, which ends with the call. */
    AnswerRoom room();
  }

  /** A caller inside the process, without credentials. */
  public static final Caller LOCAL = new Caller(null, null, false, false, Call.ENDLESS);
}
