// SPDX-License-Identifier: Apache-2.0
package io.cairn.endtoend.ledger;

import io.cairn.apiprotos.etcdserverpb.WatchResponse;
import io.cairn.endtoend.Eventually;
import io.cairn.endtoend.GrpcClient;
import io.cairn.endtoend.WatchCall;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * A watcher of everything that goes on at another member behind the last revision it has seen,
 * whenever its stream ends or has nothing to tell for a while. It must see every revision once.
 */
public final class ResumingWatcher implements AutoCloseable {
  private static final Duration SILENCE_MAX = Duration.ofSeconds(2);
  private static final long PAUSE_MILLIS = 50;
  private static final Duration END_MAX = Duration.ofSeconds(30);

  private final Supplier<List<GrpcClient>> members;
  private final Queue<String> violations = new ConcurrentLinkedQueue<>();
  private final TreeMap<Long, List<Change>> seen = new TreeMap<>(); // Guarded by itself.
  private final Thread thread;
  private int turn;
  private volatile long latest; // Written by the watcher's thread, read by who waits for it.
  private final AtomicInteger streams = new AtomicInteger();
  private volatile boolean over; // Written by who ends it, read by its thread.

  /** Begins at revision 1 with the member {@code first}, counted from 0. */
  public ResumingWatcher(Supplier<List<GrpcClient>> members, int first) {
    this.members = members;
    this.turn = first;
    this.thread = Thread.ofVirtual().start(this::run);
  }

  /** How many streams it has needed so far. */
  public int streams() {
    return streams.get();
  }

  /** Waits until it has seen {@code revision}, and ends it. */
  public void finish(long revision, Duration max) throws Exception {
    Eventually.holds(
        "a watcher that sees revision " + revision + " (it has seen " + latest + ")",
        max,
        () -> latest >= revision);
    close();
  }

  /** What is wrong with what it saw, compared with {@code history}; only after its end. */
  public List<String> violations(History history) {
    List<String> wrong = new ArrayList<>(violations);
    synchronized (seen) {
      history
          .revisions()
          .forEach((revision, changes) -> {
            List<Change> own = seen.getOrDefault(revision, List.of());
            if (!own.equals(changes) && wrong.size() < 20) {
              wrong.add("revision " + revision + " is " + changes + ", but was seen as " + own);
            }
          });
    }
    return wrong;
  }

  @Override
  public void close() {
    over = true;
    Eventually.end(List.of(thread), END_MAX);
  }

  private void run() {
    try {
      while (!over) {
        List<GrpcClient> all = members.get();
        GrpcClient member = all.get(turn++ % all.size());
        member.reconnect();
        streams.incrementAndGet();
        try (WatchCall watch = new WatchCall(member, History.everythingFrom(latest + 1))) {
          follow(watch);
        } catch (IOException e) {
          Eventually.pause(PAUSE_MILLIS); // The member is down, or has said good-bye.
        }
      }
    } catch (InterruptedException | RuntimeException e) {
      violations.add("the watcher has failed: " + e);
    }
  }

  private void follow(WatchCall watch) throws IOException, InterruptedException {
    while (!over) {
      Optional<WatchResponse> response = watch.next(SILENCE_MAX);
      if (response.isEmpty()) {
        return;
      }
      if (response.get().getCanceled()) {
        violations.add("canceled at " + latest + ": " + response.get());
        return;
      }
      add(response.get().getEventsList().stream().map(Change::of).toList());
    }
  }

  private void add(List<Change> changes) {
    if (changes.isEmpty()) {
      return;
    }
    synchronized (seen) {
      long before = latest;
      long previous = before;
      for (Change change : changes) {
        if (change.revision() <= before || change.revision() < previous) {
          violations.add("after revision " + previous + " came " + change);
        }
        seen.computeIfAbsent(change.revision(), _ -> new ArrayList<>()).add(change);
        previous = change.revision();
      }
    }
    latest = changes.getLast().revision();
  }
}
