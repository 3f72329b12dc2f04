// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.runtime;

import io.cairn.consensusraft.wire.FrameCodec;
import io.cairn.consensusraft.wire.PeerMessage;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.network.PeerNetwork;
import io.cairn.spi.network.PeerNetwork.Channel;
import java.util.ArrayList;
import java.util.List;

/**
 * The way to the other members on the channel of consensus. What is sent to one member within a
 * step shares a frame.
 */
@OnLane("raft")
final class Peers {
  // Appends are about as large at most; what is larger is a single large entry.
  private static final int FRAME_BYTES = 1 << 20;

  private final PeerNetwork network;
  private final FrameCodec.Sender self;

  /** Frames that are being written, one per receiver; few. */
  private final List<Open> open = new ArrayList<>();

  private record Open(long to, FrameCodec.Writer writer) {}

  Peers(PeerNetwork network, FrameCodec.Sender self) {
    this.network = network;
    this.self = self;
  }

  /** Sends a message with the next {@link #flush}, or loses it. */
  void send(long to, PeerMessage message) {
    FrameCodec.Writer writer = writerTo(to);
    writer.add(message);
    if (writer.size() >= FRAME_BYTES) {
      open.removeIf(frame -> frame.writer == writer);
      network.send(to, Channel.CONSENSUS, writer.finish());
    }
  }

  /** Lets everything go. */
  void flush() {
    if (open.isEmpty()) {
      return;
    }
    for (Open frame : open) {
      network.send(frame.to, Channel.CONSENSUS, frame.writer.finish());
    }
    open.clear();
  }

  private FrameCodec.Writer writerTo(long to) {
    for (Open frame : open) {
      if (frame.to == to) {
        return frame.writer;
      }
    }
    FrameCodec.Writer writer = new FrameCodec.Writer(self, to);
    open.add(new Open(to, writer));
    return writer;
  }
}
