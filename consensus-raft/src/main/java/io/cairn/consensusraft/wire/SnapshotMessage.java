// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.wire;

import io.cairn.consensusraft.core.SnapshotPoint;
import io.cairn.spi.store.Bytes;

/**
 * What travels on the channel of snapshots. Every transfer has a number that its sender drew at
 * random; begin, parts and end are numbered from 0 within it.
 */
public sealed interface SnapshotMessage {
  /** Which transfer it is about. */
  long transfer();

  /** The leader of {@code term} wants to send its state. */
  record Begin(long transfer, long term) implements SnapshotMessage {}

  /** The receiver is ready, and has from earlier transfers what {@code resumeFrom} says. */
  record Ready(long transfer, Bytes resumeFrom) implements SnapshotMessage {}

  /** A part of the state. */
  record Part(long transfer, long sequence, Bytes content) implements SnapshotMessage {}

  /** All parts before {@code next} have arrived and were taken. */
  record Taken(long transfer, long next) implements SnapshotMessage {}

  /** There are no more parts, and this is where the state stands that they make up. */
  record End(long transfer, long sequence, SnapshotPoint point) implements SnapshotMessage {}

  /** The receiver has that state, or a later one. */
  record Done(long transfer, long index) implements SnapshotMessage {}

  /** The transfer is over, from either side. */
  record Cancelled(long transfer, String why) implements SnapshotMessage {}
}
