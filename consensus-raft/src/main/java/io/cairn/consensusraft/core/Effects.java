// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.core;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a step wants done, in the order of the components. The lists belong to the receiver.
 *
 * @param persist what to make durable, or null for nothing
 * @param send messages to other members
 * @param apply committed entries, durable here, for the state machine
 * @param reads read requests that may be answered
 * @param dropped what was handed in and will not be done
 * @param role what this member is now
 * @param pages entries that a follower needs and memory no longer holds
 * @param snapshots members that need the state as a whole
 */
public record Effects(
    @Nullable Persist persist,
    List<Outgoing> send,
    List<Entry> apply,
    List<ReadReady> reads,
    List<Dropped> dropped,
    RoleView role,
    List<Page> pages,
    List<Long> snapshots) {

  /**
   * What to write, in this order, and then to sync.
   *
   * @param token comes back as {@link Input.Persisted}
   * @param hardState the state as of this step
   * @param snapshot the state that replaces all of the log, or null
   * @param truncateFrom entries from here on that were persisted earlier are void; 0 for none
   * @param entries to be written behind what remains
   */
  public record Persist(
      long token,
      HardState hardState,
      @Nullable SnapshotPoint snapshot,
      long truncateFrom,
      List<Entry> entries) {}

  /**
   * A message to send.
   *
   * @param after the token that must be durable before it leaves; 0 for none
   */
  public record Outgoing(Message message, long after) {}

  /** The reader may read once {@code index} is applied. */
  public record ReadReady(Object origin, long index) {}

  /**
   * What {@code origin} stands for will not be done.
   *
   * @param index where its entry was, or 0 if nothing was appended
   * @param term the term of that entry, or 0
   */
  public record Dropped(Object origin, DropReason reason, long index, long term) {}

  /** Why something was dropped. */
  public enum DropReason {
    /** This member does not lead, or not in the expected term. Nothing was appended. */
    NOT_LEADER,
    /** Leadership is being handed over, or will be. Nothing was appended. */
    TRANSFERRING,
    /** Too much is waiting already. Nothing was appended. */
    OVERLOADED,
    /** Another membership change is not applied yet. Nothing was appended. */
    CHANGE_PENDING,
    /** The new leader has not committed an entry of its own term yet. Nothing was appended. */
    TERM_START_PENDING,
    /**
     * Another entry stands in its place. It will never be applied once that one, or any other, is
     * committed there; until then a leader that still has it may bring it back.
     */
    DISPLACED,
    /** The log around it was replaced by a snapshot. It may or may not have been applied. */
    UNKNOWN,
    /** The leader changed while a read waited. */
    LEADER_CHANGED
  }

  /** What a member can be. */
  public enum RoleKind {
    /** Follows, or waits for a leader. */
    FOLLOWER,
    /** Asks whether a campaign would succeed. */
    PRE_CANDIDATE,
    /** Campaigns. */
    CANDIDATE,
    /** Leads. */
    LEADER
  }

  /**
   * What this member is.
   *
   * @param leader the leader it knows of, or 0
   * @param ready whether it leads and has committed an entry of its own term
   * @param commit the commit index
   */
  public record RoleView(RoleKind kind, long leader, long term, boolean ready, long commit) {}

  /** Entries from {@code from} on, at most {@code bytesMax} of them, are needed for {@code to}. */
  public record Page(long to, long from, int bytesMax) {}

  /** Whether nothing at all is to be done. */
  public boolean isEmpty() {
    return persist == null
        && send.isEmpty()
        && apply.isEmpty()
        && reads.isEmpty()
        && dropped.isEmpty()
        && pages.isEmpty()
        && snapshots.isEmpty();
  }
}
