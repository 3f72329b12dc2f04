// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.consensus;

import io.cairn.spi.consensus.DropReason;
import io.cairn.spi.consensus.Proposal;
import io.cairn.spi.store.Bytes;
import java.util.ArrayList;
import java.util.List;

/** A proposal that remembers everything it is told. */
final class Command implements Proposal {
  private final String text;
  private final long proposer;
  private final Bytes payload;
  private final List<DropReason> drops = new ArrayList<>();
  private final List<Long> returns = new ArrayList<>();

  /**
   * Not made before.
   *
   * @param text what is replicated, of no other command
   */
  Command(String text, long proposer) {
    this.text = text;
    this.proposer = proposer;
    this.payload = Bytes.utf8(text);
  }

  String text() {
    return text;
  }

  /** Which member it was proposed to. */
  long proposer() {
    return proposer;
  }

  @Override
  public Bytes payload() {
    return payload;
  }

  @Override
  public synchronized void dropped(DropReason reason) {
    drops.add(reason);
  }

  /** It came back in the entry of this index. */
  synchronized void returned(long index) {
    returns.add(index);
  }

  synchronized boolean isApplied() {
    return !returns.isEmpty();
  }

  /** Where it was applied. */
  synchronized long index() {
    return returns.getFirst();
  }

  synchronized boolean isAnswered() {
    return answers() > 0;
  }

  /** How often its proposer was told what became of it. */
  synchronized int answers() {
    return returns.size() + drops.size();
  }

  /** Whether it was dropped, for a reason that says that it will never be applied (C4). */
  synchronized boolean isDroppedForGood() {
    return drops.stream().anyMatch(reason -> reason != DropReason.TIMED_OUT);
  }

  synchronized List<DropReason> drops() {
    return List.copyOf(drops);
  }

  @Override
  public String toString() {
    return "%s (of %d; came back at %s, dropped as %s)".formatted(text, proposer, returns, drops);
  }
}
