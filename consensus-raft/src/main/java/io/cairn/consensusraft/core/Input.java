// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.core;

import io.cairn.spi.store.Bytes;
import java.util.List;

/** What can happen to a core. Inputs that arrive together are stepped as one list. */
public sealed interface Input {

  /** One unit of time has passed. */
  record Tick() implements Input {}

  /** A message has arrived. */
  record Receive(Message message) implements Input {}

  /**
   * Commands to be appended, if this member leads.
   *
   * @param expectedTerm the only term in which they may be appended, or 0 for any
   * @param payloads the commands
   * @param origins what comes back with each entry when it is applied, or when it is dropped; as
   *     many as there are payloads
   */
  record Propose(long expectedTerm, List<Bytes> payloads, List<?> origins) implements Input {}

  /**
   * A membership change to be appended, if this member leads and no other change is unapplied.
   *
   * @param leaves whether this member itself loses its vote by it
   */
  record ProposeChange(long expectedTerm, Bytes payload, Object origin, boolean leaves)
      implements Input {}

  /**
   * A member is to be bound to a life of its directory, if this member leads. Nobody's vote is
   * changed by that, so it waits for no other change; if it gets lost, it is up to the shell to
   * hand it in again.
   */
  record Bind(Bytes payload) implements Input {}

  /** Somebody wants to read what is true now; {@code origin} comes back with the index. */
  record ReadIndex(Object origin) implements Input {}

  /** Leadership is to pass to a voter. */
  record Transfer(long to) implements Input {}

  /** Everything persisted with this token and those before it is durable. */
  record Persisted(long token) implements Input {}

  /** All entries up to this index have been applied. */
  record Applied(long index) implements Input {}

  /**
   * The configuration entry at this index, and all before it, have been applied.
   *
   * @param configuration what is in force from now on: the old one if the change was refused
   */
  record ConfigurationApplied(long index, Configuration configuration) implements Input {}

  /** The receiver has installed a snapshot at this index; or the transfer failed, and it is 0. */
  record SnapshotDone(long to, long index) implements Input {}

  /** Messages to this member were lost, or its connection. */
  record Unreachable(long peer) implements Input {}

  /**
   * Older entries read back for a follower.
   *
   * @param prevIndex the index before the first of them
   * @param prevTerm the term there
   */
  record Paged(long to, long prevIndex, long prevTerm, List<Entry> entries) implements Input {}

  /** Stable storage no longer holds the entries up to this index, whose term it still knows. */
  record LogCut(long index) implements Input {}
}
