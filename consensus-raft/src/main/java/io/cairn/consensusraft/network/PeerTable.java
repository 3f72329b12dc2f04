// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.network;

import io.cairn.spi.environment.ThreadSafe;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import org.jspecify.annotations.Nullable;

/**
 * The other members: those of which this member has been told, those who have come by themselves
 * and are welcome (strangers), and those that have left.
 */
@ThreadSafe
final class PeerTable {
  private static final int STRANGERS_MAX = 16;

  private final Set<Long> forgotten = new ConcurrentSkipListSet<>();

  /** Guarded by this. */
  private final Set<Long> strangers = new TreeSet<>();

  // Replaced under the lock, never changed: senders look a member up without one.
  private volatile Peer[] peers = {};

  /** The member, if there is one. */
  @Nullable Peer find(long id) {
    for (Peer peer : peers) {
      if (peer.id() == id) {
        return peer;
      }
    }
    return null;
  }

  /** All members. */
  Peer[] all() {
    return peers.clone();
  }

  /** Whether the member has left. */
  boolean isForgotten(long id) {
    return forgotten.contains(id);
  }

  /** The member, which is known from now on. */
  synchronized Peer know(long id, PeerEnvironment environment) {
    forgotten.remove(id);
    strangers.remove(id);
    Peer known = find(id);
    return known == null ? add(id, environment) : known;
  }

  /** The member, which has come by itself if it is not known; null if too many have. */
  synchronized @Nullable Peer meet(long id, PeerEnvironment environment) {
    Peer known = find(id);
    if (known != null) {
      return known;
    }
    if (strangers.size() >= STRANGERS_MAX) {
      return null;
    }
    strangers.add(id);
    return add(id, environment);
  }

  /** Takes the member out for good; it is still to be closed. */
  synchronized @Nullable Peer forget(long id) {
    forgotten.add(id);
    strangers.remove(id);
    return remove(id);
  }

  /** A member is not heard any more: strangers that have gone are of no interest. */
  private void unheard(Peer peer) {
    boolean isGone;
    synchronized (this) {
      isGone = strangers.remove(peer.id());
      if (isGone) {
        var _ = remove(peer.id());
      }
    }
    if (isGone) {
      peer.close(null);
    }
  }

  private Peer add(long id, PeerEnvironment environment) {
    Peer peer = new Peer(id, environment, this::unheard);
    Peer[] more = Arrays.copyOf(peers, peers.length + 1);
    more[peers.length] = peer;
    peers = more;
    return peer;
  }

  private @Nullable Peer remove(long id) {
    Peer found = find(id);
    peers = Arrays.stream(peers).filter(peer -> peer.id() != id).toArray(Peer[]::new);
    return found;
  }
}
