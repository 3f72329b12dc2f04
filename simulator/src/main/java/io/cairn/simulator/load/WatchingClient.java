// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.load;

import io.cairn.simulator.cluster.SimulatedCluster;
import io.cairn.simulator.cluster.SimulatedMember;
import io.cairn.simulator.environment.EventQueue;
import io.cairn.simulator.environment.MemberLife;
import io.cairn.simulator.history.Watching;
import io.cairn.simulator.history.Watching.Told;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.environment.Rng;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.Caller;
import io.cairn.spi.store.EventFormat;
import io.cairn.spi.store.KeyRange;
import io.cairn.spi.store.KeyValueFormat;
import io.cairn.spi.store.StoreException;
import io.cairn.spi.store.WatchMessage;
import io.cairn.spi.store.WatchRequest;
import io.cairn.spi.store.WatchStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A client that watches a range, sometimes slowly, and goes on where it was, at any member, when
 * its stream ends.
 */
@OnLane("simulation")
public final class WatchingClient {
  private static final long MILLI = 1_000_000;

  private final SimulatedCluster cluster;
  private final EventQueue queue;
  private final Recorder recorder;
  private final Rng rng;
  private final int number;
  private final KeyRange range;
  private final Watching.Flags flags;
  private final int slowness;
  private boolean stopped;

  /** The first revision that has not been told yet, 0 before anything is known. */
  private long next;

  // One stream.
  private @Nullable WatchStream stream;
  private @Nullable MemberLife life;
  private long member;
  private long startRevision;
  private long createdRevision = -1;
  private List<Told> told = new ArrayList<>();
  private boolean pulling;
  private boolean inFragment;

  /** A client that has not begun. */
  public WatchingClient(SimulatedCluster cluster, Recorder recorder, Rng rng, int number) {
    this.cluster = cluster;
    this.queue = cluster.queue();
    this.recorder = recorder;
    this.rng = rng;
    this.number = number;
    this.range =
        switch (rng.below(4)) {
          case 0 -> KeyRange.ALL;
          case 1 -> KeyRange.single(Bytes.utf8("k" + (char) ('a' + rng.below(4))));
          default -> KeyRange.prefix(Bytes.utf8("k"));
        };
    this.flags = new Watching.Flags(rng.below(6) == 0, rng.below(6) == 0, rng.below(2) == 0);
    this.slowness = rng.below(3) == 0 ? 200 : 1;
  }

  /** Begins to watch. */
  public void start() {
    queue.after(rng.below(2000) * MILLI, "watcher begins", this::open);
  }

  /** Goes on without pauses, so that it can catch up. */
  public boolean hasReached(long revision) {
    return next > revision;
  }

  /** Ends it and writes it down. */
  public void stop() {
    stopped = true;
    end();
  }

  /** What it has been told since its stream began, for the last checks. */
  public Watching current() {
    return new Watching(
        number,
        member,
        range,
        startRevision,
        flags,
        Math.max(0, createdRevision),
        List.copyOf(told));
  }

  private void later() {
    if (!stopped) {
      queue.after((20 + rng.below(100)) * MILLI, "watcher returns", this::open);
    }
  }

  private void open() {
    List<SimulatedMember> up = new ArrayList<>();
    for (SimulatedMember candidate : cluster.members().values()) {
      if (candidate.isUp()) {
        up.add(candidate);
      }
    }
    if (stopped || up.isEmpty()) {
      later();
      return;
    }
    SimulatedMember chosen = up.get(rng.below(up.size()));
    if (rng.below(4) == 0) {
      // A client that wants to be told everything that there still is.
      next = Math.max(1, chosen.kernel().published().state().compactionFloor());
      cluster.reached().count("watches from the oldest revision");
    }
    MemberLife ofChosen = chosen.life();
    life = ofChosen;
    member = chosen.id();
    startRevision = next;
    createdRevision = -1;
    told = new ArrayList<>();
    inFragment = false;
    // May happen later, if the member is paused; the client waits for it.
    chosen.call(0, () -> create(chosen, ofChosen));
    watchConnection(ofChosen);
  }

  private void create(SimulatedMember chosen, MemberLife of) {
    if (life != of || stream != null || stopped) {
      return;
    }
    try {
      WatchStream opened = chosen.kernel().watch().open(Caller.LOCAL, () -> wake(of));
      stream = opened;
      opened.create(
          new WatchRequest(
              range.key(),
              range.end(),
              startRevision,
              rng.below(2) == 0,
              flags.noPut(),
              flags.noDelete(),
              flags.prevKv(),
              0,
              rng.below(2) == 0));
      wake(of);
    } catch (StoreException refused) {
      end();
      later();
    }
  }

  private void watchConnection(MemberLife of) {
    queue.after(
        150 * MILLI,
        "watcher connection",
        () -> {
          if (life == of && !stopped) {
            if (!of.isAlive()) {
              cluster.reached().count("watches resumed");
              end();
              later();
            } else {
              if (rng.below(200) == 0) {
                pull(of, WatchStream::requestProgress);
              }
              watchConnection(of);
            }
          }
        });
  }

  private void wake(MemberLife of) {
    if (life == of && !pulling) {
      pulling = true;
      queue.after(
          (50_000 + rng.below(200_000)) * (long) slowness,
          "watcher pulls",
          () -> {
            if (life == of) {
              pulling = false;
              pull(of, this::take);
            }
          });
    }
  }

  private interface OnStream {
    void accept(WatchStream open);
  }

  @SuppressWarnings("ReferenceEquality") // This very stream, not one that was opened since.
  private void pull(MemberLife of, OnStream what) {
    WatchStream open = stream;
    if (life == of && open != null && of.isAlive()) {
      of.enter(() -> {
        if (stream == open) {
          what.accept(open);
        }
      });
    }
  }

  /** Takes one message, and the next one later: a slow client is slow for each. */
  private void take(WatchStream open) {
    MemberLife of = life;
    WatchMessage message;
    try {
      message = open.next();
    } catch (StoreException ended) {
      end();
      later();
      return;
    }
    if (message == null || of == null) {
      return;
    }
    queue.fold(message.header().revision());
    switch (message) {
      case WatchMessage.Created created -> {
        createdRevision = created.header().revision();
        if (next == 0) {
          next = createdRevision + 1;
        }
      }
      case WatchMessage.Refused _ -> {
        end();
        later();
        return;
      }
      case WatchMessage.Canceled canceled -> {
        if (canceled.compactRevision() > 0) {
          told.add(new Told.Compacted(canceled.compactRevision()));
          next = canceled.compactRevision();
          cluster.reached().count("watches cancelled by compaction");
        }
        end();
        later();
        return;
      }
      case WatchMessage.Events events -> takeEvents(events);
      case WatchMessage.Progress progress -> {
        told.add(new Told.Progress(progress.header().revision()));
        next = Math.max(next, progress.header().revision() + 1);
      }
    }
    wake(of);
  }

  private void takeEvents(WatchMessage.Events message) {
    List<Watching.Event> events = new ArrayList<>();
    for (Bytes run : message.runs()) {
      EventFormat.forEach(
          run,
          (deletion, kv, previous) ->
              events.add(new Watching.Event(deletion, kv.compact(), previous.compact())));
    }
    told.add(new Told.Events(message.header().revision(), events, message.fragment()));
    inFragment = message.fragment();
    if (!events.isEmpty()) {
      long last = KeyValueFormat.decode(events.getLast().keyValue()).modRevision();
      // Of a revision that goes on in the next message nothing counts until it is whole.
      next = Math.max(next, inFragment ? last : last + 1);
    }
  }

  private void end() {
    if (createdRevision >= 0) {
      recorder.watched(current());
    }
    WatchStream ended = stream;
    MemberLife of = life;
    if (ended != null && of != null && of.isAlive()) {
      of.enter(ended::close);
    }
    createdRevision = -1;
    stream = null;
    life = null;
    pulling = false; // What was to come was for this stream.
  }
}
