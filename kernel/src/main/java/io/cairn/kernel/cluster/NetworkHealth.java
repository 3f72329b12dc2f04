// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.cluster;

import io.cairn.spi.consensus.Consensus;
import io.cairn.spi.environment.ThreadSafe;
import io.cairn.spi.network.PeerNetwork;

/** What network and consensus know about the other members. */
@ThreadSafe
public final class NetworkHealth implements PeerHealth {
  private final PeerNetwork network;
  private final Consensus consensus;

  /** Asks the two. */
  public NetworkHealth(PeerNetwork network, Consensus consensus) {
    this.network = network;
    this.consensus = consensus;
  }

  @Override
  public long connectedNanos(long member) {
    long nanos = network.connectedNanos(member);
    return nanos == PeerNetwork.DISCONNECTED ? DISCONNECTED : nanos;
  }

  /**
   * etcd compares with the end of the leader's log; here it is the end of what is committed, which
   * does not run away from a learner while the leader is busy.
   */
  @Override
  public boolean isInSync(long learner) {
    long held = consensus.acknowledgedIndex(learner);
    return held > 0 && held / 9.0 >= consensus.status().committedIndex() / 10.0;
  }
}
