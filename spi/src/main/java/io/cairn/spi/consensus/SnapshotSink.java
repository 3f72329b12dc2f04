// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.consensus;

import io.cairn.spi.environment.OnLane;
import io.cairn.spi.store.Bytes;

/**
 * A state on its way in, built beside the one that serves (C13-C15).
 *
 * <p><b>Threads.</b> One lane of the engine, except {@link #install}. <b>Blocking.</b> All may wait
 * for storage. <b>Failure.</b> Whatever is thrown, {@link #install} excepted, ends the transfer and
 * not the member.
 */
@OnLane("snapshot")
public interface SnapshotSink extends AutoCloseable {
  /**
   * How far an earlier transfer has come, for {@link StateMachine#sendSnapshot} of whichever member
   * sends now; empty for nothing.
   */
  Bytes resumeFrom();

  /**
   * Takes the next part.
   *
   * @throws RuntimeException if it is damaged or does not follow the one before
   */
  void accept(Bytes part);

  /**
   * All parts have arrived: checks the whole and makes it durable, still beside the present state.
   *
   * @return where it stands; the same as the sender's {@link SnapshotSource#point}
   */
  AppliedPoint complete();

  /**
   * Makes it the state. Called on the apply lane after {@link #complete}, when the engine's log has
   * durably recorded the point (C15); what it throws ends the process.
   */
  @OnLane("apply")
  void install();

  /** Gives up. What has arrived may be kept for {@link #resumeFrom}; not called after install. */
  @Override
  void close();
}
