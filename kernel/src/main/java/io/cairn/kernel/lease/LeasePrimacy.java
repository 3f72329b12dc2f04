// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.lease;

import io.cairn.kernel.state.Published;
import io.cairn.kernel.state.State;
import io.cairn.spi.consensus.Leadership;
import io.cairn.spi.environment.OnLane;

/**
 * Decides when this member begins and ceases to keep the deadlines.
 *
 * <p>Leading is not enough: entries of earlier terms may still have to be applied, revokes of the
 * leader before among them, and a keep-alive answered meanwhile would be a promise already broken.
 * An applied entry of the own term shows that all of them are behind. A revoke of an earlier term
 * that comes into the log later is of no effect, because it carries its term.
 */
@OnLane("apply")
final class LeasePrimacy {
  private final LeaseBook book;
  private final LeaseClock clock;
  private final Published published;
  private final long extensionMillis;
  // The term that this member leads and has applied nothing of; 0 if there is none.
  private long awaitedTerm;

  LeasePrimacy(LeaseBook book, LeaseClock clock, Published published, long extensionMillis) {
    this.book = book;
    this.clock = clock;
    this.published = published;
    this.extensionMillis = extensionMillis;
  }

  void leadership(Leadership leadership) {
    if (!leadership.self()) {
      awaitedTerm = 0;
      if (clock.term() != 0) {
        clock.demote();
      }
    } else if (clock.term() != leadership.term()) {
      clock.demote();
      awaitedTerm = leadership.term();
      published(published.state());
    }
  }

  void published(State state) {
    if (awaitedTerm != 0 && state.appliedTerm() >= awaitedTerm) {
      clock.promote(awaitedTerm, book.listLeases(), extensionMillis);
      awaitedTerm = 0;
    }
  }
}
