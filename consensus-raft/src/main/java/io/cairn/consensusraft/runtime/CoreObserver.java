// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.runtime;

import io.cairn.consensusraft.core.Effects;
import io.cairn.consensusraft.core.RaftCore;
import io.cairn.consensusraft.core.Recovered;

/**
 * Sees what the core asks for and what becomes of it, so that simulations can hold both to what
 * they owe each other. It must not change anything, and keeps nothing of the core. Calls come from
 * the lanes named; where all of a process is one thread, they come in the order of what they tell.
 */
public interface CoreObserver {
  /** The log has been read; the core begins with this. From {@code start}. */
  void recovered(Recovered recovered);

  /** The core has been stepped, and nothing of the effects has been carried out. Lane raft. */
  void stepped(RaftCore core, Effects effects);

  /** A sync has returned that covers this persist and all before it. Lane log. */
  void synced(long token);

  /** A message leaves this member. Lane raft. */
  void leaves(Effects.Outgoing outgoing);

  /** From now on this member knows, durably, that another has been started so often. */
  void remembers(long member, long boot);
}
