// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.snapshot;

import static io.cairn.spi.environment.EventLog.field;

import io.cairn.consensusraft.wire.SnapshotCodec.Frame;
import io.cairn.consensusraft.wire.SnapshotMessage;
import io.cairn.spi.consensus.AppliedPoint;
import io.cairn.spi.consensus.SnapshotSink;
import io.cairn.spi.consensus.StateMachine;
import io.cairn.spi.environment.EventLog;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.environment.TimeSource;
import io.cairn.spi.store.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * The state on its way in, of which there is one at most; a leader of a later term takes the place
 * of an earlier one. Once all of it is here it is the raft lane's to decide, and nobody's to end.
 */
@OnLane("snapshot")
final class StateReceiver {
  private static final long IDLE_NANOS = 60_000_000_000L;

  private final Post post;
  private final StateMachine machine;
  private final SnapshotOutcomes outcomes;
  private final TimeSource time;
  private final EventLog events;

  private @Nullable Receiving receiving;

  StateReceiver(
      Post post,
      StateMachine machine,
      SnapshotOutcomes outcomes,
      SnapshotExchange.Surroundings surroundings) {
    this.post = post;
    this.machine = machine;
    this.outcomes = outcomes;
    this.time = surroundings.time();
    this.events = surroundings.events();
  }

  void onBegin(Frame frame, SnapshotMessage.Begin begin) {
    Receiving current = receiving;
    if (current != null && current.transfer == begin.transfer()) {
      // Said again: the answer was lost, or is on its way.
      post.say(frame.from(), new SnapshotMessage.Ready(begin.transfer(), current.resumeFrom));
      return;
    }
    if (current != null && (current.handedOver || begin.term() < current.term)) {
      post.say(
          frame.from(),
          new SnapshotMessage.Cancelled(begin.transfer(), "another one is coming in"));
      return;
    }
    end("another transfer begins");
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
    post.say(frame.from(), new SnapshotMessage.Ready(begin.transfer(), resumeFrom));
  }

  void onPart(Frame frame, SnapshotMessage.Part part) {
    Receiving current = expect(frame);
    if (current == null) {
      return;
    }
    if (part.sequence() == current.next) {
      try {
        current.sink.accept(part.content());
      } catch (RuntimeException e) {
        end("the receiver failed: " + e.getMessage());
        refuse(frame.from(), part.transfer(), e);
        return;
      }
      current.next++;
    }
    current.lastNewsNanos = time.nanos();
    post.say(current.from, new SnapshotMessage.Taken(current.transfer, current.next));
  }

  void onEnd(Frame frame, SnapshotMessage.End end) {
    Receiving current = expect(frame);
    if (current == null || end.sequence() > current.next) {
      return;
    }
    current.lastNewsNanos = time.nanos();
    post.say(current.from, new SnapshotMessage.Taken(current.transfer, end.sequence() + 1));
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
      end("the receiver failed");
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

  /**
   * What was handed over has been decided on.
   *
   * @param reached whether this member is as far as that state now
   */
  void finish(Arrival arrival, boolean reached) {
    Receiving current = receiving;
    if (current != null && current.transfer == arrival.transfer()) {
      receiving = null;
    }
    events.info(
        reached ? "received a snapshot" : "received a snapshot of an earlier leader in vain",
        field("from", Long.toHexString(arrival.from())),
        field("index", arrival.point().index()));
    post.say(
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
    post.say(frame.from(), new SnapshotMessage.Cancelled(transfer, "nothing is known of it"));
    return null;
  }

  private void refuse(long from, long transfer, RuntimeException cause) {
    events.warn(
        "cannot receive a snapshot",
        field("from", Long.toHexString(from)),
        field("error", String.valueOf(cause)));
    post.say(from, new SnapshotMessage.Cancelled(transfer, "the receiver failed: " + cause));
  }

  /** Ends the transfer, if there is one that can still be ended. */
  void end(String why) {
    Receiving current = receiving;
    if (current != null && !current.handedOver) {
      receiving = null;
      current.sink.close();
      events.info("gave up receiving a snapshot", field("why", why));
    }
  }

  /** The sender has ended a transfer. */
  void onCancelled(long from, SnapshotMessage.Cancelled cancelled) {
    Receiving current = receiving;
    if (current != null && current.from == from && current.transfer == cancelled.transfer()) {
      end(cancelled.why());
    }
  }

  /**
   * Gives up a sender of whom nothing comes.
   *
   * @return whether there is still something to look after
   */
  boolean check(long now) {
    Receiving current = receiving;
    if (current != null && now - current.lastNewsNanos > IDLE_NANOS) {
      end("nothing has come for a minute");
    }
    return receiving != null;
  }
}
