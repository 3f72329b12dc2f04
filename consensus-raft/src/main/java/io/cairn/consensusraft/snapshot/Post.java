// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.snapshot;

import io.cairn.consensusraft.wire.SnapshotCodec;
import io.cairn.consensusraft.wire.SnapshotCodec.Frame;
import io.cairn.consensusraft.wire.SnapshotMessage;
import io.cairn.spi.network.PeerNetwork;
import io.cairn.spi.network.PeerNetwork.Channel;
import io.cairn.spi.store.Bytes;

/** Says things to other members in this one's name. */
record Post(long self, long incarnation, PeerNetwork network) {
  /** Says something that need not be said again. */
  void say(long to, SnapshotMessage message) {
    send(to, encode(to, message));
  }

  /** Sends, for the first time or again, what {@link #encode} has made. */
  void send(long to, Bytes frame) {
    network.send(to, Channel.SNAPSHOT, frame);
  }

  Bytes encode(long to, SnapshotMessage message) {
    return SnapshotCodec.encode(new Frame(self, to, incarnation, message));
  }

  boolean isConnected(long member) {
    return network.connectedNanos(member) != PeerNetwork.DISCONNECTED;
  }
}
