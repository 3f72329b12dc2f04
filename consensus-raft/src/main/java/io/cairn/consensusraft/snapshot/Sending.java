// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.snapshot;

import io.cairn.spi.consensus.SnapshotSource;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.store.Bytes;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A state on its way out. */
@OnLane("snapshot")
final class Sending {
  private record Unanswered(long sequence, Bytes frame) {}

  final long member;
  final long transfer;
  final long term;

  /** What the parts come from, once the receiver has said where to begin. */
  @Nullable SnapshotSource source;

  /** Parts that were sent and not yet taken; the end is the last of them. */
  private final Deque<Unanswered> unanswered = new ArrayDeque<>();

  /** The last thing that was said, to be said again when nothing is unanswered. */
  private Bytes last;

  long nextSequence;
  boolean ended;

  /** Whether producing the next part is under way already. */
  boolean pumping;

  /** When the receiver last took something, or was last asked again. */
  long lastNewsNanos;

  long lastSentNanos;

  Sending(long member, long transfer, long term, Bytes begin, long now) {
    this.member = member;
    this.transfer = transfer;
    this.term = term;
    this.last = begin;
    this.lastNewsNanos = now;
    this.lastSentNanos = now;
  }

  /** Notes what is sent next. */
  void sent(Bytes frame, long now) {
    unanswered.addLast(new Unanswered(nextSequence++, frame));
    last = frame;
    lastSentNanos = now;
  }

  /** Everything before {@code next} was taken. */
  void taken(long next, long now) {
    lastNewsNanos = now;
    while (!unanswered.isEmpty() && unanswered.getFirst().sequence < next) {
      unanswered.removeFirst();
    }
  }

  int unansweredCount() {
    return unanswered.size();
  }

  /** What to send again when no answer comes. */
  Iterable<Bytes> again() {
    return unanswered.isEmpty()
        ? List.of(last)
        : unanswered.stream().map(Unanswered::frame).toList();
  }
}
