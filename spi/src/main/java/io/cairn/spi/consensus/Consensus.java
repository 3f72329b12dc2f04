// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.consensus;

import io.cairn.spi.environment.ThreadSafe;
import java.util.concurrent.CompletionStage;

/**
 * Agrees with the other members on one order of commands (C1-C15).
 *
 * <p><b>Threads.</b> Any. <b>Blocking.</b> Only {@link #start} and {@link #stop}. <b>Ownership.</b>
 * A proposal and its payload belong to the engine until they come back. <b>Failure.</b> Stages fail
 * with {@link ConsensusException}; a broken medium ends the process (C11).
 */
@ThreadSafe
public interface Consensus {
  /** {@link #tryReadIndex} has no answer at once. */
  long NO_INDEX = -1;

  /**
   * Recovers the log and begins to take part. Entries already committed may be applied before the
   * call returns.
   *
   * @throws ConsensusException if the log cannot be opened; the message names file, offset and cure
   */
  void start(StateMachine machine);

  /** Proposes a command (C3-C6). */
  void propose(Proposal proposal);

  /**
   * Proposes a change of the configuration, which must differ from the present one in one member.
   */
  void proposeChange(ConfigurationChange change, Proposal proposal);

  /**
   * Asks for an index that is safe to read at (C7). Callers that wait at the same time share a
   * round. The stage completes on a lane of the engine, or fails with {@link ConsensusException}
   * when the leader changes or the request timeout passes.
   */
  CompletionStage<Long> readIndex();

  /** The same without waiting, or {@link #NO_INDEX}; a sole voter answers at once. */
  long tryReadIndex();

  /** Hands leadership to {@code member}; completes when that member is known to lead. */
  CompletionStage<Void> transferLeadership(long member);

  /** Where the engine stands. A consistent snapshot, possibly a moment old. */
  ConsensusStatus status();

  /**
   * The highest index that a member is known to hold durably; 0 if unknown or if this member does
   * not lead.
   */
  long acknowledgedIndex(long member);

  /** Stops taking part and closes the log (C12). */
  void stop();
}
