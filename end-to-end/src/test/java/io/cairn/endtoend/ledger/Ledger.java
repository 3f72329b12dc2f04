// SPDX-License-Identifier: Apache-2.0
package io.cairn.endtoend.ledger;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What clients were promised. Every value that is ever written is noted before it is sent, and is
 * written once; so the history of a member shows what was lost, applied twice, torn or made up.
 *
 * <p>Real time counts, too: an answer holds at least the highest revision of all answers that came
 * before its question was asked. That is checked at once, by {@link #read} and {@link #written}.
 */
public final class Ledger {
  private static final int VIOLATIONS_MAX = 20;

  private final Set<String> sent = ConcurrentHashMap.newKeySet();
  private final Queue<Promise> promises = new ConcurrentLinkedQueue<>();
  private final Queue<Sight> sights = new ConcurrentLinkedQueue<>();
  private final Queue<String> violations = new ConcurrentLinkedQueue<>();
  private final AtomicLong revisionSeen = new AtomicLong();
  private final Map<String, AtomicLong> revisionsOfKeys = new ConcurrentHashMap<>();
  private final Map<String, AtomicLong> unknown = new ConcurrentHashMap<>();

  /**
   * What a client did to a key.
   *
   * @param value empty for a deletion
   */
  public record Write(String key, Optional<String> value) {
    /** A value that nobody else writes, ever. */
    public static Write put(String key, String value) {
      return new Write(key, Optional.of(value));
    }

    /** The end of a key. */
    public static Write delete(String key) {
      return new Write(key, Optional.empty());
    }
  }

  /** An acknowledged request: all of {@code writes}, and nothing else, happened at a revision. */
  private record Promise(long revision, List<Write> writes) {}

  /** A linearizable read: at {@code revision} the key had that value, last changed then. */
  private record Sight(long revision, String key, Optional<String> value, long changedAt) {}

  /** What holds when a request begins; its answer must not be older. */
  public record Floor(long revision, long ofKey) {}

  /** To be called before a request that concerns {@code key} is sent. */
  public Floor floor(String key) {
    return new Floor(revisionSeen.get(), ofKey(key).get());
  }

  /** Notes values that are about to be sent. */
  public void sending(List<Write> writes) {
    for (Write write : writes) {
      String value = write.value().orElse("");
      if (value.startsWith(LedgerClients.VALUE_PREFIX) && !sent.add(value)) {
        throw new IllegalArgumentException("'" + value + "' is not a new value");
      }
    }
  }

  /** Notes that all of {@code writes} were acknowledged with {@code revision}. */
  public void written(Floor floor, long revision, List<Write> writes) {
    promises.add(new Promise(revision, writes));
    if (revision <= floor.revision()) {
      violation(
          writes + " got revision " + revision + ", but " + floor.revision() + " existed before");
    }
    raise(revisionSeen, revision);
    writes.forEach(write -> raise(ofKey(write.key()), revision));
  }

  /**
   * Notes what a linearizable read has found, of a key that is never deleted.
   *
   * @param revision that of the answer
   * @param changedAt when the key was changed, 0 if it was not there
   */
  public void read(Floor floor, String key, long revision, Optional<String> value, long changedAt) {
    sights.add(new Sight(revision, key, value, changedAt));
    if (revision < floor.revision()) {
      violation(
          "stale read of '"
              + key
              + "' at "
              + revision
              + ", but "
              + floor.revision()
              + " was known");
    }
    if (changedAt < floor.ofKey()) {
      violation(
          "stale read of '"
              + key
              + "': changed at "
              + changedAt
              + ", but "
              + floor.ofKey()
              + " was known");
    }
    raise(revisionSeen, revision);
    raise(ofKey(key), changedAt);
  }

  /** Notes a request of which nobody knows whether it happened, and what was said instead. */
  public void unknown(String reason) {
    unknown.computeIfAbsent(reason, _ -> new AtomicLong()).incrementAndGet();
  }

  /** Notes something that must not be. */
  public void violation(String what) {
    if (violations.size() < VIOLATIONS_MAX) {
      violations.add(what);
    }
  }

  /** The highest revision that any answer has shown. */
  public long revisionSeen() {
    return revisionSeen.get();
  }

  /** How many requests were acknowledged. */
  public int acknowledged() {
    return promises.size();
  }

  /** One line about how much was asked. */
  public String summary() {
    return promises.size()
        + " writes acknowledged, "
        + sights.size()
        + " linearizable reads, "
        + unknown.values().stream().mapToLong(AtomicLong::get).sum()
        + " requests with unknown outcome: "
        + unknown;
  }

  /** What was seen to be wrong while requests were answered. */
  public List<String> violations() {
    return List.copyOf(violations);
  }

  /** What is wrong in {@code history}, which goes at least as far as any promise. */
  public List<String> violationsIn(History history) {
    List<String> wrong = new ArrayList<>();
    checkPromises(history, wrong);
    checkValues(history, wrong);
    checkVersions(history, wrong);
    checkSights(history, wrong);
    return wrong.subList(0, Math.min(wrong.size(), VIOLATIONS_MAX));
  }

  private void checkPromises(History history, List<String> wrong) {
    Map<Long, Promise> byRevision = new HashMap<>();
    for (Promise promise : promises) {
      List<Write> found =
          history.revisions().getOrDefault(promise.revision(), List.of()).stream()
              .map(change -> new Write(change.key(), change.value()))
              .toList();
      if (!found.equals(promise.writes())) {
        wrong.add(
            "acknowledged at "
                + promise.revision()
                + ": "
                + promise.writes()
                + ", stored: "
                + found);
      }
      Promise other = byRevision.put(promise.revision(), promise);
      if (other != null) {
        wrong.add("two writes got one revision: " + other + " and " + promise);
      }
    }
  }

  /** Every value was sent, and is there at most once. */
  private void checkValues(History history, List<String> wrong) {
    Set<String> stored = new HashSet<>();
    history
        .revisions()
        .forEach((revision, changes) -> {
          for (Change change : changes) {
            String value = change.value().orElse("");
            if (value.startsWith(LedgerClients.VALUE_PREFIX)) {
              if (!sent.contains(value)) {
                wrong.add("never sent: " + change);
              }
              if (!stored.add(value)) {
                wrong.add("applied twice: " + change);
              }
            }
          }
        });
  }

  /** Versions and creations follow from what happened before. */
  private static void checkVersions(History history, List<String> wrong) {
    Map<String, Change> last = new HashMap<>();
    history
        .revisions()
        .forEach((revision, changes) -> {
          for (Change change : changes) {
            Change before = last.put(change.key(), change);
            boolean fresh = before == null || before.value().isEmpty();
            long version = change.value().isEmpty() ? 0 : fresh ? 1 : before.version() + 1;
            if (change.version() != version) {
              wrong.add("version should be " + version + ": " + change);
            }
            if (change.key().startsWith(LedgerClients.COUNTER_PREFIX)
                && !change.value().equals(Optional.of(Long.toString(version)))) {
              wrong.add("a counter that was not raised by one: " + change);
            }
            if (version == 1 && change.createRevision() != revision) {
              wrong.add("created at another revision: " + change);
            }
          }
        });
  }

  private void checkSights(History history, List<String> wrong) {
    for (Sight sight : sights) {
      Optional<Change> change = history.changeAt(sight.key(), sight.revision());
      Optional<String> value = change.flatMap(Change::value);
      long changedAt = value.isPresent() ? change.get().revision() : 0;
      if (!value.equals(sight.value()) || changedAt != sight.changedAt()) {
        wrong.add("read " + sight + ", but it was " + change);
      }
    }
  }

  private AtomicLong ofKey(String key) {
    return revisionsOfKeys.computeIfAbsent(key, _ -> new AtomicLong());
  }

  private static void raise(AtomicLong highest, long value) {
    highest.accumulateAndGet(value, Math::max);
  }
}
