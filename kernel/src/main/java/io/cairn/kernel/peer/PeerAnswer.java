// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.peer;

import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.Reason;
import java.util.List;

/** What the leader's kernel says to a {@link PeerRequest}. */
public sealed interface PeerAnswer {
  /**
   * The lease lives for that long from now on.
   *
   * @param ttlSeconds 0 if there is no such lease
   */
  record KeptAlive(long ttlSeconds) implements PeerAnswer {}

  /**
   * The lease has that long to live.
   *
   * @param ttlSeconds -1 if there is no such lease
   */
  record TimeToLive(long ttlSeconds, long grantedTtlSeconds, List<Bytes> keys)
      implements PeerAnswer {
    /** Copies the list. */
    public TimeToLive {
      keys = List.copyOf(keys);
    }
  }

  /**
   * The learner has its vote.
   *
   * @param index whoever has applied that entry knows of it
   */
  record Promoted(long index) implements PeerAnswer {}

  /** No, and asking again would not help. */
  record Refused(Reason reason) implements PeerAnswer {}

  /** Not now, or not here: this member does not lead, or cannot tell yet. */
  record NotNow() implements PeerAnswer {}
}
