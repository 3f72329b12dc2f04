// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.snapshot;

import io.cairn.consensusraft.wire.SnapshotCodec;
import io.cairn.spi.consensus.SnapshotSink;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.store.Bytes;

/** A state on its way in. */
@OnLane("snapshot")
final class Receiving {
  final long from;
  final long incarnation;
  final long transfer;
  final long term;
  final SnapshotSink sink;

  /** What the sender was told to go on from. */
  final Bytes resumeFrom;

  /** The part that is taken next. */
  long next;

  /** All is here; the raft lane has it now. */
  boolean handedOver;

  long lastNewsNanos;

  Receiving(SnapshotCodec.Frame begin, long term, SnapshotSink sink, Bytes resumeFrom, long now) {
    this.from = begin.from();
    this.incarnation = begin.incarnation();
    this.transfer = begin.message().transfer();
    this.term = term;
    this.sink = sink;
    this.resumeFrom = resumeFrom;
    this.lastNewsNanos = now;
  }
}
