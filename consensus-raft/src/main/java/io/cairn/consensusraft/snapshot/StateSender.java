// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.snapshot;

import static io.cairn.spi.environment.EventLog.field;

import io.cairn.consensusraft.wire.SnapshotMessage;
import io.cairn.spi.consensus.SnapshotSource;
import io.cairn.spi.consensus.StateMachine;
import io.cairn.spi.environment.EventLog;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.environment.Rng;
import io.cairn.spi.environment.Scheduler;
import io.cairn.spi.environment.TimeSource;
import io.cairn.spi.store.Bytes;
import java.util.Iterator;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The states on their way out: at most {@link #SENDING_MAX}, each with at most {@link
 * #UNANSWERED_MAX} parts under way, together at the pace of {@link Pace}; a state that would grow
 * faster than that is sent as fast as it can be.
 *
 * <p>A transfer begins with the receiver saying where to go on from; then each answer makes room
 * for further parts. What is not answered is said again, and a receiver that has vanished is given
 * up; whoever leads is told and decides whether to begin again.
 */
@OnLane("snapshot")
final class StateSender {
  static final int SENDING_MAX = 2;
  static final int UNANSWERED_MAX = 16;

  private static final long SECOND = 1_000_000_000;
  private static final long AGAIN_NANOS = 2 * SECOND;
  private static final long GIVE_UP_NANOS = 20 * SECOND;
  private static final long PAUSE_NANOS = SECOND;

  private final Post post;
  private final StateMachine machine;
  private final SnapshotOutcomes outcomes;
  private final Scheduler scheduler;
  private final LateLane lane;
  private final TimeSource time;
  private final Rng rng;
  private final EventLog events;
  private final Pace pace;

  private final TreeMap<Long, Sending> sendings = new TreeMap<>();

  /**
   * Sends nothing yet.
   *
   * @param bytesPerSecondMax 0 for no limit
   */
  StateSender(
      Post post,
      StateMachine machine,
      SnapshotOutcomes outcomes,
      SnapshotExchange.Surroundings surroundings,
      LateLane lane,
      long bytesPerSecondMax) {
    this.post = post;
    this.machine = machine;
    this.outcomes = outcomes;
    this.scheduler = surroundings.scheduler();
    this.lane = lane;
    this.time = surroundings.time();
    this.rng = surroundings.rng();
    this.events = surroundings.events();
    this.pace = new Pace(bytesPerSecondMax, time.nanos());
  }

  /** Begins to send to a member, as the leader of {@code term}. */
  void begin(long member, long term) {
    Sending earlier = sendings.get(member);
    if (earlier != null && earlier.term == term) {
      return;
    }
    if (earlier != null) {
      end(earlier, "another transfer begins", 0);
    }
    if (sendings.size() >= SENDING_MAX) {
      failLater(member);
      return;
    }
    long transfer = rng.next();
    Bytes begin = post.encode(member, new SnapshotMessage.Begin(transfer, term));
    sendings.put(member, new Sending(member, transfer, term, begin, time.nanos()));
    events.info("sending a snapshot", field("to", Long.toHexString(member)), field("term", term));
    post.send(member, begin);
  }

  void onReady(long from, SnapshotMessage.Ready ready) {
    Sending sending = find(from, ready.transfer());
    if (sending == null || sending.source != null) {
      return;
    }
    sending.lastNewsNanos = time.nanos();
    try {
      sending.source = machine.sendSnapshot(ready.resumeFrom());
    } catch (RuntimeException e) {
      fail(sending, e);
      return;
    }
    pace.begin(time.nanos());
    pump(sending);
  }

  void onTaken(long from, SnapshotMessage.Taken taken) {
    Sending sending = find(from, taken.transfer());
    if (sending != null) {
      sending.taken(taken.next(), time.nanos());
      pump(sending);
    }
  }

  void onDone(long from, SnapshotMessage.Done done) {
    Sending sending = find(from, done.transfer());
    if (sending != null) {
      events.info(
          "sent a snapshot",
          field("to", Long.toHexString(from)),
          field("index", done.index()),
          field("parts", sending.nextSequence));
      forget(sending);
      outcomes.sent(from, done.index());
    }
  }

  /** Produces the next part, and then gives others their turn before the one after it. */
  private void pump(Sending sending) {
    if (sending.pumping
        || sending.ended
        || sending.source == null
        || sending.unansweredCount() >= UNANSWERED_MAX) {
      return;
    }
    sending.pumping = true;
    long wait = pace.waitNanos(time.nanos());
    if (wait > 0 && !sending.source.fallsBehind()) {
      scheduler.after(wait, lane.get(), () -> produce(sending));
    } else {
      lane.get().execute(() -> produce(sending));
    }
  }

  private void produce(Sending sending) {
    sending.pumping = false;
    SnapshotSource source = sending.source;
    if (source == null || sendings.get(sending.member) != sending) {
      return;
    }
    long begun = time.nanos();
    Bytes frame;
    try {
      Bytes part = source.next();
      if (part == null) {
        sending.ended = true;
        frame =
            post.encode(
                sending.member,
                new SnapshotMessage.End(
                    sending.transfer, sending.nextSequence, outcomes.describe(source.point())));
      } else {
        frame =
            post.encode(
                sending.member,
                new SnapshotMessage.Part(sending.transfer, sending.nextSequence, part));
      }
    } catch (RuntimeException e) {
      fail(sending, e);
      return;
    }
    long now = time.nanos();
    if (!source.fallsBehind()) {
      // What goes out without rests must not be made up for by the rests of another transfer.
      pace.sent(frame.length(), begun, now);
    }
    sending.sent(frame, now);
    post.send(sending.member, frame);
    pump(sending);
  }

  private void fail(Sending sending, RuntimeException cause) {
    events.warn(
        "cannot send a snapshot",
        field("to", Long.toHexString(sending.member)),
        field("error", String.valueOf(cause)));
    end(sending, "the sender failed", PAUSE_NANOS);
  }

  private @Nullable Sending find(long member, long transfer) {
    Sending sending = sendings.get(member);
    return sending != null && sending.transfer == transfer ? sending : null;
  }

  /** Ends all transfers. */
  void endAll(String why) {
    for (Sending sending : sendings.values().toArray(new Sending[0])) {
      end(sending, why, 0);
    }
  }

  private void end(Sending sending, String why, long pauseNanos) {
    forget(sending);
    post.say(sending.member, new SnapshotMessage.Cancelled(sending.transfer, why));
    if (pauseNanos > 0) {
      failLater(sending.member);
    } else {
      outcomes.sent(sending.member, 0);
    }
  }

  private void forget(Sending sending) {
    sendings.remove(sending.member);
    SnapshotSource source = sending.source;
    if (source != null) {
      source.close();
    }
  }

  /** The leader tries again when it hears of a failure, which should not be at once. */
  private void failLater(long member) {
    scheduler.after(PAUSE_NANOS, lane.get(), () -> outcomes.sent(member, 0));
  }

  /** The receiver, or a leader that receives instead, has ended a transfer. */
  void onCancelled(long from, SnapshotMessage.Cancelled cancelled) {
    Sending sending = find(from, cancelled.transfer());
    if (sending != null) {
      events.warn(
          "a snapshot was refused",
          field("by", Long.toHexString(from)),
          field("why", cancelled.why()));
      forget(sending);
      failLater(from);
    }
  }

  /**
   * Says again what has not been answered, and gives up who does not answer.
   *
   * @return whether there is still something to look after
   */
  boolean check(long now) {
    for (Iterator<Sending> i = sendings.values().iterator(); i.hasNext(); ) {
      Sending sending = i.next();
      boolean reachable = post.isConnected(sending.member);
      // Who is connected may be busy with the whole for long.
      if (now - sending.lastNewsNanos > GIVE_UP_NANOS && !(reachable && isWorking(sending))) {
        i.remove();
        end(sending, "no answer", 0);
      } else if (now - Math.max(sending.lastNewsNanos, sending.lastSentNanos) > AGAIN_NANOS) {
        sending.lastSentNanos = now;
        sending.again().forEach(frame -> post.send(sending.member, frame));
      }
    }
    return !sendings.isEmpty();
  }

  /** Whether the receiver has everything and builds the state, or opens one to begin with. */
  private static boolean isWorking(Sending sending) {
    return sending.ended || sending.source != null;
  }
}
