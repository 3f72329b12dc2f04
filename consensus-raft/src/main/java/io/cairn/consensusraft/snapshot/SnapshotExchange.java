// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.snapshot;

import static io.cairn.spi.environment.EventLog.field;

import io.cairn.consensusraft.wire.MalformedException;
import io.cairn.consensusraft.wire.SnapshotCodec;
import io.cairn.consensusraft.wire.SnapshotCodec.Frame;
import io.cairn.consensusraft.wire.SnapshotMessage;
import io.cairn.spi.consensus.AppliedPoint;
import io.cairn.spi.consensus.SnapshotSink;
import io.cairn.spi.consensus.SnapshotSource;
import io.cairn.spi.consensus.StateMachine;
import io.cairn.spi.environment.EventLog;
import io.cairn.spi.environment.PeerNetwork;
import io.cairn.spi.environment.PeerNetwork.Channel;
import io.cairn.spi.environment.Rng;
import io.cairn.spi.environment.Scheduler;
import io.cairn.spi.environment.ThreadSafe;
import io.cairn.spi.environment.TimeSource;
import io.cairn.spi.store.Bytes;
import java.util.Iterator;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Both ends of transfers of states (C13). Public methods may be called from any thread and return
 * at once; everything happens on one lane.
 *
 * <p><b>Bounds.</b> One state comes in at a time and {@link #SENDING_MAX} go out, each with at most
 * {@link #UNANSWERED_MAX} parts under way, which is less than the network queues.
 */
@ThreadSafe
public final class SnapshotExchange {
  static final int SENDING_MAX = 2;
  static final int UNANSWERED_MAX = 4;

  private static final long SECOND = 1_000_000_000;
  private static final long CHECK_NANOS = SECOND / 2;
  private static final long AGAIN_NANOS = 2 * SECOND;
  private static final long GIVE_UP_NANOS = 20 * SECOND;
  private static final long IDLE_NANOS = 60 * SECOND;
  private static final long PAUSE_NANOS = SECOND;
  private static final long WAITING_BYTES_MAX = 32 << 20;

  private final Member self;
  private final StateMachine machine;
  private final SnapshotOutcomes outcomes;
  private final PeerNetwork network;
  private final Scheduler scheduler;
  private final LateLane lane;
  private final TimeSource time;
  private final Rng rng;
  private final EventLog events;

  // All below belongs to the lane.
  private final TreeMap<Long, Sending> sendings = new TreeMap<>();
  private @Nullable Receiving receiving;
  private long paceNanos;
  private boolean checking;
  private boolean closed;

  // Counted up by the network's lanes, down by this one: bytes received and not yet looked at.
  private final AtomicLong waitingBytes = new AtomicLong();

  /**
   * Who this is.
   *
   * @param bytesPerSecondMax how fast states are sent, 0 for no limit
   */
  public record Member(long id, long incarnation, long bytesPerSecondMax) {}

  /** Where and when things happen. */
  public record Surroundings(
      PeerNetwork network, Scheduler scheduler, TimeSource time, Rng rng, EventLog events) {}

  /** An exchange without transfers. */
  public SnapshotExchange(
      Member self, StateMachine machine, SnapshotOutcomes outcomes, Surroundings surroundings) {
    this.self = self;
    this.machine = machine;
    this.outcomes = outcomes;
    this.network = surroundings.network;
    this.scheduler = surroundings.scheduler;
    this.lane = new LateLane(scheduler, "snapshot");
    this.time = surroundings.time;
    this.rng = surroundings.rng;
    this.events = surroundings.events;
  }

  /** Sends the state to a member, as the leader of {@code term}. */
  public void send(long member, long term) {
    lane.get().execute(() -> beginSending(member, term));
  }

  /** This member does not lead any more. */
  public void stopSending() {
    if (!lane.isMade()) {
      return;
    }
    lane.get().execute(() -> endSendings("the sender does not lead any more"));
  }

  /** A state that has arrived is installed. */
  public void installed(Arrival arrival) {
    lane.get().execute(() -> finish(arrival, true));
  }

  /**
   * A state that has arrived is not needed.
   *
   * @param reached whether that is because this member has come as far by itself
   */
  public void ignored(Arrival arrival, boolean reached) {
    lane.get()
        .execute(() -> {
          arrival.sink().close();
          finish(arrival, reached);
        });
  }

  /** A message has arrived. */
  public void received(long from, Bytes bytes) {
    if (waitingBytes.get() > WAITING_BYTES_MAX) {
      return;
    }
    waitingBytes.addAndGet(bytes.length());
    lane.get()
        .execute(() -> {
          waitingBytes.addAndGet(-bytes.length());
          take(from, bytes);
        });
  }

  /** Ends all transfers; {@code then} runs on the lane, after all calls to the state machine. */
  public void close(Runnable then) {
    if (!lane.isMade()) {
      then.run();
      return;
    }
    lane.get()
        .execute(() -> {
          if (!closed) {
            endSendings("the sender stops");
            endReceiving("the receiver stops");
            closed = true;
          }
          then.run();
        });
  }

  private void take(long from, Bytes bytes) {
    if (closed) {
      return;
    }
    Frame frame;
    try {
      frame = SnapshotCodec.decode(bytes);
    } catch (MalformedException e) {
      // As good as lost: it will be sent again.
      events.warn(
          "a member sent a part of a snapshot that cannot be read",
          field("remote-peer-id", Long.toHexString(from)),
          field("error", String.valueOf(e.getMessage())));
      return;
    }
    if (frame.from() != from || frame.to() != self.id) {
      return;
    }
    switch (frame.message()) {
      case SnapshotMessage.Begin begin -> onBegin(frame, begin);
      case SnapshotMessage.Part part -> onPart(frame, part);
      case SnapshotMessage.End end -> onEnd(frame, end);
      case SnapshotMessage.Ready ready -> onReady(from, ready);
      case SnapshotMessage.Taken taken -> onTaken(from, taken);
      case SnapshotMessage.Done done -> onDone(from, done);
      case SnapshotMessage.Cancelled cancelled -> onCancelled(from, cancelled);
    }
  }

  // Sending.

  private void beginSending(long member, long term) {
    Sending earlier = sendings.get(member);
    if (closed || (earlier != null && earlier.term == term)) {
      return;
    }
    if (earlier != null) {
      endSending(earlier, "another transfer begins", 0);
    }
    if (sendings.size() >= SENDING_MAX) {
      failLater(member);
      return;
    }
    long transfer = rng.next();
    Bytes begin = encode(member, new SnapshotMessage.Begin(transfer, term));
    sendings.put(member, new Sending(member, transfer, term, begin, time.nanos()));
    events.info("sending a snapshot", field("to", Long.toHexString(member)), field("term", term));
    network.send(member, Channel.SNAPSHOT, begin);
    keepChecking();
  }

  private void onReady(long from, SnapshotMessage.Ready ready) {
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
    pump(sending);
  }

  private void onTaken(long from, SnapshotMessage.Taken taken) {
    Sending sending = find(from, taken.transfer());
    if (sending != null) {
      sending.taken(taken.next(), time.nanos());
      pump(sending);
    }
  }

  private void onDone(long from, SnapshotMessage.Done done) {
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
    long now = time.nanos();
    if (self.bytesPerSecondMax > 0 && paceNanos - now > 0) {
      scheduler.after(paceNanos - now, lane.get(), () -> produce(sending));
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
    Bytes frame;
    try {
      Bytes part = source.next();
      if (part == null) {
        sending.ended = true;
        frame =
            encode(
                sending.member,
                new SnapshotMessage.End(
                    sending.transfer, sending.nextSequence, outcomes.describe(source.point())));
      } else {
        frame =
            encode(
                sending.member,
                new SnapshotMessage.Part(sending.transfer, sending.nextSequence, part));
      }
    } catch (RuntimeException e) {
      fail(sending, e);
      return;
    }
    long now = time.nanos();
    if (self.bytesPerSecondMax > 0) {
      long cost = (long) (frame.length() * (double) SECOND / self.bytesPerSecondMax);
      paceNanos = (paceNanos - now > 0 ? paceNanos : now) + cost;
    }
    sending.sent(frame, now);
    network.send(sending.member, Channel.SNAPSHOT, frame);
    pump(sending);
  }

  private void fail(Sending sending, RuntimeException cause) {
    events.warn(
        "cannot send a snapshot",
        field("to", Long.toHexString(sending.member)),
        field("error", String.valueOf(cause)));
    endSending(sending, "the sender failed", PAUSE_NANOS);
  }

  private @Nullable Sending find(long member, long transfer) {
    Sending sending = sendings.get(member);
    return sending != null && sending.transfer == transfer ? sending : null;
  }

  private void endSendings(String why) {
    for (Sending sending : sendings.values().toArray(new Sending[0])) {
      endSending(sending, why, 0);
    }
  }

  private void endSending(Sending sending, String why, long pauseNanos) {
    forget(sending);
    say(sending.member, new SnapshotMessage.Cancelled(sending.transfer, why));
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

  // Receiving.

  private void onBegin(Frame frame, SnapshotMessage.Begin begin) {
    Receiving current = receiving;
    if (current != null && current.transfer == begin.transfer()) {
      // Said again: the answer was lost, or is on its way.
      say(frame.from(), new SnapshotMessage.Ready(begin.transfer(), current.resumeFrom));
      return;
    }
    if (current != null && (current.handedOver || begin.term() < current.term)) {
      say(
          frame.from(),
          new SnapshotMessage.Cancelled(begin.transfer(), "another one is coming in"));
      return;
    }
    endReceiving("another transfer begins");
    SnapshotSink sink;
    Bytes resumeFrom;
    try {
      sink = machine.receiveSnapshot();
      resumeFrom = sink.resumeFrom();
    } catch (RuntimeException e) {
      refuse(frame.from(), begin.transfer(), e);
      return;
    }
    receiving = new Receiving(frame, begin.term(), sink, resumeFrom, time.nanos());
    events.info("receiving a snapshot", field("from", Long.toHexString(frame.from())));
    say(frame.from(), new SnapshotMessage.Ready(begin.transfer(), resumeFrom));
    keepChecking();
  }

  private void onPart(Frame frame, SnapshotMessage.Part part) {
    Receiving current = expect(frame);
    if (current == null) {
      return;
    }
    if (part.sequence() == current.next) {
      try {
        current.sink.accept(part.content());
      } catch (RuntimeException e) {
        endReceiving("the receiver failed: " + e.getMessage());
        refuse(frame.from(), part.transfer(), e);
        return;
      }
      current.next++;
    }
    current.lastNewsNanos = time.nanos();
    say(current.from, new SnapshotMessage.Taken(current.transfer, current.next));
  }

  private void onEnd(Frame frame, SnapshotMessage.End end) {
    Receiving current = expect(frame);
    if (current == null || end.sequence() > current.next) {
      return;
    }
    current.lastNewsNanos = time.nanos();
    say(current.from, new SnapshotMessage.Taken(current.transfer, end.sequence() + 1));
    if (current.handedOver) {
      return;
    }
    try {
      AppliedPoint point = current.sink.complete();
      if (point.index() != end.point().index() || point.term() != end.point().term()) {
        throw new IllegalStateException(
            "the state stands at " + point.index() + " instead of " + end.point().index());
      }
    } catch (RuntimeException e) {
      endReceiving("the receiver failed");
      refuse(frame.from(), end.transfer(), e);
      return;
    }
    current.handedOver = true;
    outcomes.arrived(
        new Arrival(
            current.transfer,
            current.from,
            current.incarnation,
            current.term,
            end.point(),
            current.sink));
  }

  private void finish(Arrival arrival, boolean reached) {
    Receiving current = receiving;
    if (current != null && current.transfer == arrival.transfer()) {
      receiving = null;
    }
    events.info(
        reached ? "received a snapshot" : "received a snapshot of an earlier leader in vain",
        field("from", Long.toHexString(arrival.from())),
        field("index", arrival.point().index()));
    say(
        arrival.from(),
        reached
            ? new SnapshotMessage.Done(arrival.transfer(), arrival.point().index())
            : new SnapshotMessage.Cancelled(arrival.transfer(), "it was not taken"));
  }

  private @Nullable Receiving expect(Frame frame) {
    Receiving current = receiving;
    long transfer = frame.message().transfer();
    if (current != null && current.transfer == transfer) {
      return current;
    }
    say(frame.from(), new SnapshotMessage.Cancelled(transfer, "nothing is known of it"));
    return null;
  }

  private void refuse(long from, long transfer, RuntimeException cause) {
    events.warn(
        "cannot receive a snapshot",
        field("from", Long.toHexString(from)),
        field("error", String.valueOf(cause)));
    say(from, new SnapshotMessage.Cancelled(transfer, "the receiver failed: " + cause));
  }

  private void endReceiving(String why) {
    Receiving current = receiving;
    if (current != null && !current.handedOver) {
      receiving = null;
      current.sink.close();
      events.info("gave up receiving a snapshot", field("why", why));
    }
  }

  // Both.

  private void onCancelled(long from, SnapshotMessage.Cancelled cancelled) {
    Sending sending = find(from, cancelled.transfer());
    if (sending != null) {
      events.warn(
          "a snapshot was refused",
          field("by", Long.toHexString(from)),
          field("why", cancelled.why()));
      forget(sending);
      failLater(from);
    }
    Receiving current = receiving;
    if (current != null && current.from == from && current.transfer == cancelled.transfer()) {
      endReceiving(cancelled.why());
    }
  }

  private void keepChecking() {
    if (!checking) {
      checking = true;
      scheduler.after(CHECK_NANOS, lane.get(), this::check);
    }
  }

  private void check() {
    checking = false;
    if (closed) {
      return;
    }
    long now = time.nanos();
    for (Iterator<Sending> i = sendings.values().iterator(); i.hasNext(); ) {
      Sending sending = i.next();
      boolean reachable = network.connectedNanos(sending.member) != PeerNetwork.DISCONNECTED;
      // Who is connected may be busy with the whole for long.
      if (now - sending.lastNewsNanos > GIVE_UP_NANOS && !(reachable && isWorking(sending))) {
        i.remove();
        endSending(sending, "no answer", 0);
      } else if (now - Math.max(sending.lastNewsNanos, sending.lastSentNanos) > AGAIN_NANOS) {
        sending.lastSentNanos = now;
        sending.again().forEach(frame -> network.send(sending.member, Channel.SNAPSHOT, frame));
      }
    }
    Receiving current = receiving;
    if (current != null && now - current.lastNewsNanos > IDLE_NANOS) {
      endReceiving("nothing has come for a minute");
    }
    if (!sendings.isEmpty() || receiving != null) {
      keepChecking();
    }
  }

  /** Whether the receiver has everything and builds the state, or opens one to begin with. */
  private static boolean isWorking(Sending sending) {
    return sending.ended || sending.source != null;
  }

  private void say(long to, SnapshotMessage message) {
    network.send(to, Channel.SNAPSHOT, encode(to, message));
  }

  private Bytes encode(long to, SnapshotMessage message) {
    return SnapshotCodec.encode(new Frame(self.id, to, self.incarnation, message));
  }
}
