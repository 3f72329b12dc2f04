// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.check;

import io.cairn.simulator.history.Watching;
import io.cairn.simulator.history.Watching.Event;
import io.cairn.simulator.history.Watching.Told;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.KeyValueFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Whether a watcher was told what happened: everything in its range from its start on, in order,
 * once, whole revisions at a time, and nothing else.
 */
@OnLane("owner")
public final class WatchCheck {
  private final StoreModel model;
  private final Watching watching;
  private final List<Violation> violations = new ArrayList<>();

  /** Everything below has been told. */
  private long next;

  /** Of a revision that goes on in the next message, what is still to come. */
  private List<Event> openFragment = List.of();

  private long openRevision;

  private WatchCheck(StoreModel model, Watching watching) {
    this.model = model;
    this.watching = watching;
    this.next =
        watching.startRevision() > 0 ? watching.startRevision() : watching.createdRevision() + 1;
  }

  /**
   * Checks one watcher.
   *
   * @param model the store after the whole log
   */
  public static List<Violation> run(StoreModel model, Watching watching) {
    return new WatchCheck(model, watching).check();
  }

  /**
   * Whether the watcher has heard everything up to {@code revision}, as every watcher must once the
   * cluster is well again. An event counts for the revisions before it only.
   */
  public static boolean hasReached(StoreModel model, Watching watching, long revision) {
    WatchCheck check = new WatchCheck(model, watching);
    check.check();
    for (long at = check.next; at <= revision; at++) {
      if (!check.expectedAt(at).isEmpty()) {
        return false;
      }
    }
    return true;
  }

  private void violated(String what) {
    violations.add(
        new Violation(
            "W",
            what
                + " (client "
                + watching.client()
                + " at "
                + watching.member()
                + " watches "
                + watching.range()
                + " from "
                + watching.startRevision()
                + ", created at "
                + watching.createdRevision()
                + ")"));
  }

  private List<Violation> check() {
    for (Told told : watching.messages()) {
      switch (told) {
        case Told.Events events -> check(events);
        case Told.Progress(long revision) -> {
          if (!openFragment.isEmpty()) {
            violated("progress at " + revision + " within revision " + openRevision);
          }
          expectNothingUpTo(revision);
          next = Math.max(next, revision + 1);
        }
        case Told.Compacted(long floor) -> {
          if (floor <= next - 1 && next > 1) {
            violated("cancelled at " + floor + " though it stood at " + next);
          }
          if (floor > model.floor()) {
            violated("cancelled at " + floor + ", the floor is " + model.floor());
          }
        }
      }
    }
    return violations;
  }

  private void check(Told.Events message) {
    int from = 0;
    List<Event> events = message.events();
    while (from < events.size()) {
      long revision = revisionOf(events.get(from));
      int to = from + 1;
      while (to < events.size() && revisionOf(events.get(to)) == revision) {
        to++;
      }
      boolean goesOn = message.fragment() && to == events.size();
      check(revision, events.subList(from, to), goesOn);
      from = to;
    }
    if (next - 1 > message.headerRevision() && openFragment.isEmpty()) {
      violated("events up to " + (next - 1) + " under revision " + message.headerRevision());
    }
  }

  private void check(long revision, List<Event> told, boolean goesOn) {
    List<Event> expected;
    if (!openFragment.isEmpty()) {
      expected = openFragment;
      if (revision != openRevision) {
        violated("revision " + openRevision + " was not finished before " + revision);
        expected = expectedAt(revision);
      }
    } else {
      if (revision < next) {
        violated("revision " + revision + " is told again, or came too early; next is " + next);
        return;
      }
      expectNothingUpTo(revision - 1);
      expected = expectedAt(revision);
    }
    openFragment = List.of();
    if (goesOn && told.size() < expected.size()) {
      if (!same(expected.subList(0, told.size()), told)) {
        violated("at " + revision + " expected " + expected + ", told " + told);
      }
      openFragment = expected.subList(told.size(), expected.size());
      openRevision = revision;
      return;
    }
    if (!same(expected, told)) {
      violated("at " + revision + " expected " + expected + ", told " + told);
    }
    next = revision + 1;
  }

  private void expectNothingUpTo(long revision) {
    for (Map.Entry<Long, List<Event>> skipped :
        model.events().subMap(next, true, Math.max(next, revision + 1), false).entrySet()) {
      if (!expectedAt(skipped.getKey()).isEmpty()) {
        violated("revision " + skipped.getKey() + " was left out");
      }
    }
  }

  private List<Event> expectedAt(long revision) {
    List<Event> expected = new ArrayList<>();
    for (Event event : model.events().getOrDefault(revision, List.of())) {
      boolean filtered = event.deletion() ? watching.flags().noDelete() : watching.flags().noPut();
      if (!filtered && watching.range().contains(KeyValueFormat.key(event.keyValue()))) {
        expected.add(event);
      }
    }
    return expected;
  }

  private boolean same(List<Event> expected, List<Event> told) {
    if (expected.size() != told.size()) {
      return false;
    }
    for (int i = 0; i < told.size(); i++) {
      Event should = expected.get(i);
      Event is = told.get(i);
      if (should.deletion() != is.deletion() || !should.keyValue().equals(is.keyValue())) {
        return false;
      }
      // A previous key-value may be missing only where compaction has taken it.
      boolean missing = is.previous().isEmpty() && !should.previous().isEmpty();
      Bytes previous = watching.flags().prevKv() ? should.previous() : Bytes.EMPTY;
      if (!is.previous().equals(previous)
          && !(missing && modOf(should.previous()) < model.floor())) {
        return false;
      }
    }
    return true;
  }

  private static long modOf(Bytes keyValue) {
    return KeyValueFormat.decode(keyValue).modRevision();
  }

  private static long revisionOf(Event event) {
    return modOf(event.keyValue());
  }
}
