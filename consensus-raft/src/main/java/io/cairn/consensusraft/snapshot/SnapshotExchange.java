// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.snapshot;

import static io.cairn.spi.environment.EventLog.field;

import io.cairn.consensusraft.wire.MalformedException;
import io.cairn.consensusraft.wire.SnapshotCodec;
import io.cairn.consensusraft.wire.SnapshotCodec.Frame;
import io.cairn.consensusraft.wire.SnapshotMessage;
import io.cairn.spi.consensus.StateMachine;
import io.cairn.spi.environment.EventLog;
import io.cairn.spi.environment.Rng;
import io.cairn.spi.environment.Scheduler;
import io.cairn.spi.environment.ThreadSafe;
import io.cairn.spi.environment.TimeSource;
import io.cairn.spi.network.PeerNetwork;
import io.cairn.spi.store.Bytes;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Both ends of transfers of states (C13). Public methods may be called from any thread and return
 * at once; everything happens on one lane.
 *
 * <p>{@link StateSender} sends, {@link StateReceiver} receives; this hands to them what comes, on
 * their lane, and lets them look after their transfers as long as there are some.
 *
 * <p><b>Bounds.</b> One state comes in at a time and {@link StateSender#SENDING_MAX} go out, each
 * with at most {@link StateSender#UNANSWERED_MAX} parts under way, which is less than the network
 * queues.
 */
@ThreadSafe
public final class SnapshotExchange {
  private static final long CHECK_NANOS = 500_000_000;
  private static final long WAITING_BYTES_MAX = 32 << 20;

  private final Member self;
  private final Scheduler scheduler;
  private final LateLane lane;
  private final TimeSource time;
  private final EventLog events;

  // All below belongs to the lane.
  private final StateSender sender;
  private final StateReceiver receiver;
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
    this.scheduler = surroundings.scheduler;
    this.lane = new LateLane(scheduler, "snapshot");
    this.time = surroundings.time;
    this.events = surroundings.events;
    Post post = new Post(self.id, self.incarnation, surroundings.network);
    this.sender =
        new StateSender(post, machine, outcomes, surroundings, lane, self.bytesPerSecondMax);
    this.receiver = new StateReceiver(post, machine, outcomes, surroundings);
  }

  /** Sends the state to a member, as the leader of {@code term}. */
  public void send(long member, long term) {
    lane.get()
        .execute(() -> {
          if (!closed) {
            sender.begin(member, term);
            keepChecking();
          }
        });
  }

  /** This member does not lead any more. */
  public void stopSending() {
    if (!lane.isMade()) {
      return;
    }
    lane.get().execute(() -> sender.endAll("the sender does not lead any more"));
  }

  /** A state that has arrived is installed. */
  public void installed(Arrival arrival) {
    lane.get().execute(() -> receiver.finish(arrival, true));
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
          receiver.finish(arrival, reached);
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
            sender.endAll("the sender stops");
            receiver.end("the receiver stops");
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
      case SnapshotMessage.Begin begin -> {
        receiver.onBegin(frame, begin);
        keepChecking();
      }
      case SnapshotMessage.Part part -> receiver.onPart(frame, part);
      case SnapshotMessage.End end -> receiver.onEnd(frame, end);
      case SnapshotMessage.Ready ready -> sender.onReady(from, ready);
      case SnapshotMessage.Taken taken -> sender.onTaken(from, taken);
      case SnapshotMessage.Done done -> sender.onDone(from, done);
      case SnapshotMessage.Cancelled cancelled -> {
        sender.onCancelled(from, cancelled);
        receiver.onCancelled(from, cancelled);
      }
    }
  }

  /** Looks after transfers as long as there are some. */
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
    boolean sends = sender.check(now);
    boolean receives = receiver.check(now);
    if (sends || receives) {
      keepChecking();
    }
  }
}
