// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.runtime;

import io.cairn.consensusraft.core.Configuration;
import io.cairn.consensusraft.core.Effects;
import io.cairn.consensusraft.core.Effects.Outgoing;
import io.cairn.consensusraft.core.Effects.RoleKind;
import io.cairn.consensusraft.core.Effects.RoleView;
import io.cairn.consensusraft.core.Message;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.environment.TimeSource;
import java.util.List;

/**
 * How long a leader may answer reads without asking again (dissertation 6.4.1).
 *
 * <p>When a round of reads is confirmed, a quorum has heard from this leader after the round's
 * first reader came. None of them votes for another before an election timeout has passed ({@link
 * #mayVote}), so nobody else leads until then. What could break that:
 *
 * <ul>
 *   <li>clocks that do not run at the same rate, and ticks that come early: the lease is two ticks
 *       and a tenth shorter than the election timeout;
 *   <li>a handover, in which members vote at once: after one was begun there are no leases any more
 *       in that term, since the message may arrive at any time;
 *   <li>a member that does not know from whom it heard any more, because it has started again, or
 *       because a message of a later term, however late it came, has made it forget the leader of
 *       the earlier one: for votes it counts when this member heard from whomever last;
 *   <li>two changes of the membership, after which a quorum need not contain any of those who were
 *       heard: each ends the lease.
 * </ul>
 *
 * <p>Hence all members have to have them on, or none.
 */
@OnLane("raft")
final class LeaderLease {
  private final boolean on;
  private final long confirmedNanos;
  private final long leaseNanos;
  private final TimeSource time;
  private Configuration members = Configuration.EMPTY;
  private long term;
  private long spoiledTerm;

  /** Until then this member may have confirmed somebody's lease. */
  private long promisedUntil;

  // Written by the raft lane, read by any thread: stands for itself. 0 while there is none.
  private volatile long until;

  private LeaderLease(boolean on, long electionNanos, long tickNanos, TimeSource time) {
    this.confirmedNanos = electionNanos - 2 * tickNanos;
    this.leaseNanos = confirmedNanos / 10 * 9;
    this.on = on && leaseNanos > 0;
    this.time = time;
    this.promisedUntil = time.nanos() + electionNanos;
  }

  /** The lease of a member that starts now. */
  static LeaderLease of(boolean on, long electionNanos, long tickNanos, TimeSource time) {
    return new LeaderLease(on, electionNanos, tickNanos, time);
  }

  boolean isOn() {
    return on;
  }

  /** Whether it holds; any thread. */
  boolean holds() {
    long end = until;
    return end != 0 && end - time.nanos() > 0;
  }

  /** Takes note of a step, before anything of it leaves. */
  void stepped(RoleView role, Configuration configuration, List<Outgoing> messages) {
    if (!on) {
      return;
    }
    if (role.kind() != RoleKind.LEADER || role.term() != term || !configuration.equals(members)) {
      until = 0;
      term = role.term();
      members = configuration;
    }
    for (Outgoing outgoing : messages) {
      if (outgoing.message() instanceof Message.TimeoutNow) {
        spoiledTerm = term;
        until = 0;
      } else if (outgoing.message() instanceof Message.HeartbeatResponse) {
        promise(time.nanos() + confirmedNanos);
      }
    }
  }

  /** A round of which the first reader came at {@code openedNanos} is confirmed. */
  void confirmed(Effects effects, long openedNanos) {
    if (on && effects.role().ready() && spoiledTerm != term) {
      long end = openedNanos + leaseNanos;
      long now = until;
      until = now == 0 || end - now > 0 ? end : now;
    }
  }

  /**
   * Whether this member may answer a request for its vote. If a leader asked for the campaign, its
   * own lease is spoiled; and a leader of a later term has the votes of a majority already.
   */
  boolean mayVote(Message message) {
    return !on
        || !(message instanceof Message.VoteRequest request)
        || request.forced()
        || time.nanos() - promisedUntil >= 0;
  }

  private void promise(long end) {
    if (end - promisedUntil > 0) {
      promisedUntil = end;
    }
  }
}
