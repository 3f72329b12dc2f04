// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.consensus;

import io.cairn.spi.environment.OnLane;
import io.cairn.spi.store.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * A state on its way out to another member, part by part (C13, C14).
 *
 * <p><b>Threads.</b> One lane of the engine. <b>Blocking.</b> {@link #next} may read from storage.
 * <b>Failure.</b> Whatever is thrown ends the transfer, not the member.
 */
@OnLane("snapshot")
public interface SnapshotSource extends AutoCloseable {
  /**
   * The next part, of about a mebibyte at most, or null after the last. The state machine goes on
   * applying meanwhile: parts follow it, and only the last ones fix the point.
   */
  @Nullable Bytes next();

  /**
   * Whether the state grows about as fast as it is sent, so that an engine which takes its time may
   * never come to the end. What was true once stays true.
   */
  boolean fallsBehind();

  /**
   * Where the state stands that the parts make up.
   *
   * @throws IllegalStateException before {@link #next} has returned null
   */
  AppliedPoint point();

  /** Lets go of what it holds; also before the end. */
  @Override
  void close();
}
