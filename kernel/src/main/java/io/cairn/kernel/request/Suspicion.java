// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.request;

import io.cairn.spi.consensus.Configuration;
import io.cairn.spi.consensus.Consensus;
import io.cairn.spi.consensus.Leadership;
import io.cairn.spi.environment.ThreadSafe;
import io.cairn.spi.environment.TimeSource;
import io.cairn.spi.network.PeerNetwork;
import io.cairn.spi.store.Reason.TimedOut;

/**
 * Says what may lie behind a proposal that was not applied in time: a leader that failed, or a
 * connection that broke, since about when it was made. Proposals do not carry that moment; it is
 * taken to be a request timeout ago.
 */
@ThreadSafe
public final class Suspicion {
  private final Standing standing;
  private final Consensus consensus;
  private final PeerNetwork network;
  private final TimeSource time;
  private final long windowNanos;
  // Written by the apply lane, read by whoever has a proposal that timed out; each alone counts.
  private volatile long leaderSinceNanos;

  /** Watches who leads from now on. */
  public Suspicion(
      Standing standing,
      Consensus consensus,
      PeerNetwork network,
      TimeSource time,
      int requestTimeoutMillis) {
    this.standing = standing;
    this.consensus = consensus;
    this.network = network;
    this.time = time;
    this.windowNanos = requestTimeoutMillis * 1_000_000L;
    this.leaderSinceNanos = time.nanos() - 2 * windowNanos;
    standing.listen(this::leadership);
  }

  private void leadership(Leadership leadership) {
    if (leadership.leader() != 0) {
      leaderSinceNanos = time.nanos();
    }
  }

  /** What is suspected now. */
  TimedOut.Cause cause() {
    Leadership leadership = standing.leadership();
    if (leadership.leader() == 0) {
      return TimedOut.Cause.NONE;
    }
    if (time.nanos() - leaderSinceNanos <= windowNanos) {
      return TimedOut.Cause.LEADER_FAILURE;
    }
    boolean connected =
        leadership.self() ? isConnectedToQuorum() : isConnected(leadership.leader());
    return connected ? TimedOut.Cause.NONE : TimedOut.Cause.CONNECTION_LOST;
  }

  private boolean isConnectedToQuorum() {
    Configuration configuration = consensus.status().configuration();
    long connected =
        configuration.voters().stream()
            .filter(voter -> voter == standing.memberId() || isConnected(voter))
            .count();
    return connected > configuration.voters().size() / 2;
  }

  private boolean isConnected(long member) {
    return network.connectedNanos(member) >= windowNanos;
  }
}
