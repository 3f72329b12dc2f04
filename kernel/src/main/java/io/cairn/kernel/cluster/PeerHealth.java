// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.cluster;

import io.cairn.spi.environment.ThreadSafe;

/** What this member knows about its connections to the others. Never blocks. */
@ThreadSafe
public interface PeerHealth {
  /** The answer of {@link #connectedNanos} for a member without a connection. */
  long DISCONNECTED = -1;

  /** A member without others. */
  PeerHealth ALONE =
      new PeerHealth() {
        @Override
        public long connectedNanos(long member) {
          return DISCONNECTED;
        }

        @Override
        public boolean isInSync(long learner) {
          return false;
        }
      };

  /** How long the connection to another member has been up, or {@link #DISCONNECTED}. */
  long connectedNanos(long member);

  /** Whether a learner has nine tenths of the leader's log; asked on the leader only. */
  boolean isInSync(long learner);
}
