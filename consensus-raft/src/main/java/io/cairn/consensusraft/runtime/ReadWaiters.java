// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.runtime;

import io.cairn.spi.consensus.ConsensusException;
import io.cairn.spi.environment.OnLane;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Callers that wait for an index to read at. All that were drained together are one question to the
 * core.
 */
@OnLane("raft")
final class ReadWaiters {
  /** Callers that share one question. */
  static final class Group {
    private final List<CompletableFuture<Long>> answers = new ArrayList<>();
    private final long openedNanos;
    private final long deadline;
    private boolean done;

    Group(long openedNanos, long deadline) {
      this.openedNanos = openedNanos;
      this.deadline = deadline;
    }

    /** When its first reader came, at the latest. */
    long openedNanos() {
      return openedNanos;
    }

    void add(CompletableFuture<Long> answer) {
      answers.add(answer);
    }

    boolean isEmpty() {
      return answers.isEmpty();
    }
  }

  private final Deque<Group> groups = new ArrayDeque<>();
  private @Nullable Group open;

  /** The group that is open, or a new one that fails in time if it was not answered. */
  Group openAt(long now, long timeoutNanos) {
    Group group = open;
    if (group == null) {
      group = new Group(now, now + timeoutNanos);
      groups.addLast(group);
      open = group;
    }
    return group;
  }

  /** Nobody can join any more. */
  void close() {
    open = null;
  }

  void answer(Group group, long index) {
    if (!group.done) {
      group.done = true;
      group.answers.forEach(answer -> answer.complete(index));
    }
    forgetDone();
  }

  void fail(Group group, ConsensusException.Kind kind, String message) {
    if (!group.done) {
      group.done = true;
      group.answers.forEach(
          answer -> answer.completeExceptionally(new ConsensusException(kind, message)));
    }
    forgetDone();
  }

  void expire(long now) {
    while (!groups.isEmpty() && groups.getFirst().deadline - now <= 0) {
      fail(
          groups.getFirst(),
          ConsensusException.Kind.TIMED_OUT,
          "no read index within the request timeout");
    }
  }

  void failAll(ConsensusException.Kind kind, String message) {
    while (!groups.isEmpty()) {
      fail(groups.getFirst(), kind, message);
    }
  }

  private void forgetDone() {
    while (!groups.isEmpty() && groups.getFirst().done) {
      groups.removeFirst();
    }
  }
}
