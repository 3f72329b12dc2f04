// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.watch;

import io.cairn.spi.environment.OnLane;
import io.cairn.spi.store.Bytes;

/**
 * Walks over events in revision order, wherever they are kept. Stands on an event, or beyond the
 * last.
 */
@OnLane("owner")
interface EventCursor extends AutoCloseable {
  /** Whether it stands on an event. */
  boolean isOn();

  /** Goes to the next event. */
  void advance();

  /** The event's revision. */
  long main();

  /** The event's place within its revision. */
  int sub();

  boolean isDeletion();

  /** Whether the event is a put that creates its key. */
  boolean isCreation();

  Bytes key();

  /** The key-value of the event. */
  Bytes keyValue();

  /** The event, as a run of one. */
  Bytes event();

  @Override
  void close();
}
