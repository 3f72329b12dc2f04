// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.runtime;

import static io.cairn.spi.environment.EventLog.field;

import io.cairn.consensusraft.wire.FrameCodec;
import io.cairn.consensusraft.wire.MalformedException;
import io.cairn.spi.environment.EventLog;
import io.cairn.spi.environment.ThreadSafe;
import io.cairn.spi.network.PeerNetwork;
import io.cairn.spi.store.Bytes;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Takes in what other members say.
 *
 * <p><b>Bound.</b> What one member has said and the raft lane has not taken yet is at most {@link
 * #WAITING_BYTES_MAX} and one frame; what comes beyond is lost, as on a network. That is more than
 * a leader has under way to a follower, so nobody who behaves is ever cut short.
 */
@ThreadSafe
final class Reception implements PeerNetwork.Receiver, PeerNetwork.Gate {
  static final long WAITING_BYTES_MAX = 32 << 20;

  // What a frame costs beside its bytes, so that many small ones are bounded as well.
  private static final int FRAME_OVERHEAD = 512;

  private final long self;
  private final Inbox inbox;

  // Written once, when the member starts; until then nobody is listened to.
  private volatile @Nullable PeerRecords records;

  private final EventLog events;

  // Counted up by the network's lanes and down by the raft lane. Members only: the network lets
  // nobody else in.
  private final ConcurrentHashMap<Long, AtomicLong> waitingBytes = new ConcurrentHashMap<>();

  Reception(long self, Inbox inbox, EventLog events) {
    this.self = self;
    this.inbox = inbox;
    this.events = events;
  }

  /** From now on those are listened to whom {@code known} admits. */
  void begin(PeerRecords known) {
    records = known;
  }

  /** Decides about connections; everybody may connect before it is known who is who. */
  @Override
  public @Nullable String refuses(long member, long incarnation, long boot) {
    PeerRecords known = records;
    return known == null ? null : known.refuses(member, incarnation, boot);
  }

  /** A connection with this life of a member stands. */
  void met(long member, long incarnation, long boot) {
    PeerRecords known = records;
    if (known != null) {
      known.met(member, incarnation, boot);
    }
  }

  @Override
  public void received(long from, Bytes bytes) {
    PeerRecords known = records;
    if (known == null) {
      return;
    }
    AtomicLong waiting = waitingBytes.computeIfAbsent(from, _ -> new AtomicLong());
    if (waiting.get() > WAITING_BYTES_MAX) {
      return;
    }
    FrameCodec.Frame frame;
    try {
      frame = FrameCodec.decode(bytes);
    } catch (MalformedException e) {
      events.warn(
          "a member sent something that cannot be read",
          field("remote-peer-id", Long.toHexString(from)),
          field("error", String.valueOf(e.getMessage())));
      return;
    }
    if (frame.sender().id() != from || frame.to() != self || !known.admits(frame.sender())) {
      return; // Not for this member, or not from that one, or from a life of it that does not
      // count.
    }
    long weight = (long) bytes.length() + FRAME_OVERHEAD;
    waiting.addAndGet(weight);
    inbox.report(new Requests.Received(frame, weight));
  }

  /** The raft lane has taken what was received. */
  @SuppressWarnings("NullAway") // Whoever has sent a frame has a counter.
  void taken(Requests.Received received) {
    waitingBytes.get(received.frame().sender().id()).addAndGet(-received.weight());
  }
}
