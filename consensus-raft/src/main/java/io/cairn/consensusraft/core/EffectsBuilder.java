// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.core;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Collects what one step wants done. */
final class EffectsBuilder {
  // Marks a message that waits for everything this step persists; its token is known at the end.
  private static final long AFTER_THIS_STEP = -1;

  private final List<Effects.Outgoing> send = new ArrayList<>(4);
  private final List<Entry> apply = new ArrayList<>();
  private final List<Effects.ReadReady> reads = new ArrayList<>(2);
  private final List<Effects.Dropped> dropped = new ArrayList<>(0);
  private final List<Effects.Page> pages = new ArrayList<>(0);
  private final List<Long> snapshots = new ArrayList<>(0);
  private boolean hardStateChanged;
  private @Nullable SnapshotPoint snapshot;

  void send(Message message) {
    send.add(new Effects.Outgoing(message, 0));
  }

  /** Sends once everything this member has ever claimed, this step included, is durable. */
  void sendDurably(Message message) {
    send.add(new Effects.Outgoing(message, AFTER_THIS_STEP));
  }

  void apply(Entry entry) {
    apply.add(entry);
  }

  void read(Object origin, long index) {
    reads.add(new Effects.ReadReady(origin, index));
  }

  void drop(@Nullable Object origin, Effects.DropReason reason) {
    if (origin != null) {
      dropped.add(new Effects.Dropped(origin, reason, 0, 0));
    }
  }

  void dropEntry(Entry entry, Effects.DropReason reason) {
    Object origin = entry.origin();
    if (origin != null) {
      dropped.add(new Effects.Dropped(origin, reason, entry.index(), entry.term()));
    }
  }

  void page(long to, long from, int bytesMax) {
    pages.add(new Effects.Page(to, from, bytesMax));
  }

  void sendSnapshot(long to) {
    snapshots.add(to);
  }

  void hardStateChanged() {
    hardStateChanged = true;
  }

  void installSnapshot(SnapshotPoint point) {
    snapshot = point;
  }

  Effects build(CoreState state) {
    Effects.Persist persist = null;
    if (hardStateChanged || snapshot != null || state.log.hasUnpersisted()) {
      long truncatedFrom = state.log.takeTruncatedFrom();
      List<Entry> entries = state.log.takeUnpersisted();
      long token = state.durability.issue(state.log.last());
      persist =
          new Effects.Persist(
              token,
              new HardState(state.term, state.vote, state.commit),
              snapshot,
              truncatedFrom,
              entries);
    }
    return new Effects(
        persist, outgoing(state), apply, reads, dropped, state.view(), pages, snapshots);
  }

  private List<Effects.Outgoing> outgoing(CoreState state) {
    long token = state.durability.lastToken();
    List<Effects.Outgoing> result = new ArrayList<>(send.size());
    for (Effects.Outgoing outgoing : send) {
      if (outgoing.after() != AFTER_THIS_STEP) {
        result.add(outgoing);
      } else if (outgoing.message().header().term() >= state.term) {
        result.add(new Effects.Outgoing(outgoing.message(), token));
      }
      // Else the term has changed within this step. The claim is of no use to its receiver, and
      // what
      // it claims may have been replaced before it was ever persisted: it is not made.
    }
    return result;
  }
}
