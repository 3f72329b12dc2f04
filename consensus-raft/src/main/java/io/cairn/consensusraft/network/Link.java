// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.network;

import static io.cairn.spi.environment.EventLog.field;

import io.cairn.spi.environment.OnLane;
import io.cairn.spi.environment.Scheduler;
import io.cairn.spi.network.PeerNetwork.Channel;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The stream that carries the messages of one channel to one member, on a connection of its own.
 *
 * <table>
 * <caption>States</caption>
 * <tr><th>from</th><th>to</th><th>because</th></tr>
 * <tr><td>idle</td><td>connecting</td><td>consensus: there is an address; others: something waits
 * </td></tr>
 * <tr><td>connecting</td><td>up</td><td>the member has introduced itself and is welcome</td></tr>
 * <tr><td>connecting, up</td><td>pausing</td><td>the stream ended, or nothing came for too long
 * </td></tr>
 * <tr><td>pausing</td><td>idle</td><td>the pause is over, the address changed, or the member has
 * just called us</td></tr>
 * <tr><td>any</td><td>closed</td><td>the member was forgotten, or the network stops</td></tr>
 * </table>
 *
 * <p>Messages wait while the link is idle, connecting or up; while it pauses they are dropped, for
 * old messages help nobody.
 */
@OnLane("peer-network")
final class Link {
  private static final long PAUSE_MILLIS_MIN = 100;
  private static final long PAUSE_MILLIS_MAX = 1000;
  private static final int DOUBLINGS_MAX = 4;
  private static final int TICKS_OF_SILENCE = 4;

  private enum State {
    IDLE,
    CONNECTING,
    UP,
    PAUSING,
    CLOSED
  }

  private final PeerEnvironment environment;
  private final Peer peer;
  private final Channel channel;
  private final Outbox outbox;
  private State state = State.IDLE;
  private List<PeerUrl> urls = List.of();
  private int nextUrl;
  private int failures;
  private @Nullable Attempt current;
  private Scheduler.@Nullable Cancellable timer;

  /** Ticks for which a ping has waited for its answer; -1 if none is under way. */
  private int pingTicks = -1;

  Link(PeerEnvironment environment, Peer peer, Channel channel) {
    this.environment = environment;
    this.peer = peer;
    this.channel = channel;
    this.outbox =
        new Outbox(environment.options().queueMessagesMax(), environment.options().queueBytesMax());
  }

  /** Words for the member at the other end. */
  String name() {
    return "member " + Long.toHexString(peer.id());
  }

  /** Whether an answer to a greeting is awaited. */
  boolean isConnecting() {
    return state == State.CONNECTING;
  }

  /**
   * Takes a frame to send it, or drops it. Any thread may call this.
   *
   * @return whether it was taken
   */
  boolean offer(Frame frame) {
    return switch (outbox.add(frame)) {
      case QUEUED -> true;
      case QUEUED_FIRST -> {
        environment.loop().execute(this::drain);
        yield true;
      }
      case DROPPED -> false;
      case DROPPED_FIRST -> {
        environment.loop().execute(this::overflowed);
        yield false;
      }
    };
  }

  /** How many messages were dropped so far. */
  long dropped() {
    return outbox.dropped();
  }

  private void overflowed() {
    if (state != State.CLOSED) {
      environment
          .log()
          .warn(
              "dropped internal Raft message since sending buffer is full",
              environment.between(
                  peer.id(), field("channel", channel.name()), field("dropped", dropped())));
      peer.lost();
    }
  }

  /** Where the member is from now on. A connection to an address that is still named stays. */
  void reach(List<PeerUrl> addresses) {
    if (state == State.CLOSED || addresses.equals(urls)) {
      return;
    }
    urls = addresses;
    nextUrl = 0;
    Attempt attempt = current;
    if (attempt == null) {
      hurry();
    } else if (!addresses.contains(attempt.url())) {
      failed(attempt, "the member has moved", null);
      hurry();
    }
  }

  /** Ends a pause: there is reason to believe that an attempt will succeed now. */
  void hurry() {
    if (state == State.PAUSING) {
      resume();
    } else if (state == State.IDLE && (isEager() || !outbox.isEmpty())) {
      connect();
    }
  }

  private void resume() {
    cancelTimer();
    state = State.IDLE;
    outbox.open();
    if (isEager()) {
      connect();
    }
  }

  /** Whether the link stands even while there is nothing to say. */
  private boolean isEager() {
    return channel == Channel.CONSENSUS;
  }

  private void connect() {
    if (urls.isEmpty()) {
      return;
    }
    PeerUrl url = urls.get(nextUrl % urls.size());
    nextUrl = (nextUrl + 1) % urls.size();
    state = State.CONNECTING;
    ManagedChannel connection;
    try {
      connection = environment.dialer().dial(url);
    } catch (IllegalArgumentException e) {
      pause("cannot connect to '" + url.host() + "': " + e.getMessage(), null);
      return;
    }
    Attempt attempt =
        new Attempt(this, environment.loop(), url, connection, PeerMethods.of(channel));
    current = attempt;
    timer =
        environment
            .scheduler()
            .after(
                TimeUnit.MILLISECONDS.toNanos(environment.options().silenceMillis()),
                environment.loop(),
                () -> failed(attempt, "no answer to the greeting", null));
    attempt.start(Hello.of(environment.self(), peer.id(), environment.options().advertisedUrls()));
  }

  /** Sends what waits, as far as the stream takes it. */
  private void drain() {
    Attempt attempt = current;
    if (state == State.IDLE) {
      connect();
    } else if (state == State.UP && attempt != null) {
      while (attempt.isReady()) {
        List<Frame> batch = outbox.take(Batch.BYTES_MAX);
        if (batch.isEmpty()) {
          break;
        }
        attempt.send(new Batch.Outgoing(batch));
      }
    }
  }

  /** More can be sent. */
  void ready(Attempt attempt) {
    if (attempt == current) {
      drain();
    }
  }

  /** The member has introduced itself. */
  void greeted(Attempt attempt, Metadata headers) {
    if (attempt != current) {
      return;
    }
    Hello hello;
    try {
      byte[] greeting = headers.get(PeerMethods.HELLO);
      if (greeting == null) {
        throw new MalformedInput("whoever listens there is no member");
      }
      hello = Hello.parse(greeting);
    } catch (MalformedInput e) {
      failed(attempt, e.reason(), null);
      return;
    }
    String reason = peer.mistakes(hello);
    if (reason != null) {
      failed(attempt, reason, null);
      return;
    }
    cancelTimer();
    state = State.UP;
    failures = 0;
    environment
        .log()
        .info(
            "established TCP streaming connection with remote peer",
            environment.between(peer.id(), field("stream-writer-type", channel.name())));
    peer.linkUp(channel, Life.of(hello));
    if (isEager()) {
      pingTicks = -1;
      tickLater(attempt);
    }
    drain();
  }

  private void tickLater(Attempt attempt) {
    long nanos =
        TimeUnit.MILLISECONDS.toNanos(environment.options().silenceMillis()) / TICKS_OF_SILENCE;
    timer = environment.scheduler().after(nanos, environment.loop(), () -> tick(attempt));
  }

  /**
   * Asks whether the member is still there. Silence is counted in ticks and not in time, so that a
   * pause of this process does not look like one of the other.
   */
  private void tick(Attempt attempt) {
    if (attempt != current || state != State.UP) {
      return;
    }
    if (pingTicks < 0) {
      attempt.send(Batch.of(Frame.PING));
      pingTicks = 0;
    } else if (++pingTicks >= TICKS_OF_SILENCE) {
      peer.silent("no answer for " + environment.options().silenceMillis() + " ms");
      return;
    }
    tickLater(attempt);
  }

  /** The member has sent something back. */
  void came(Attempt attempt, Batch batch) {
    if (attempt != current || !(batch instanceof Batch.Incoming incoming)) {
      return;
    }
    try {
      for (Frame frame : incoming.frames()) {
        switch (frame.kind()) {
          case ANSWER -> peer.requests().answered(frame.id(), frame.payload());
          case FAILURE ->
              peer.requests().failed(frame.id(), name() + ": " + frame.payload().toUtf8());
          case PONG -> pingTicks = -1;
          case MESSAGE, REQUEST, PING ->
              throw new MalformedInput("a " + frame.kind() + " where only answers come");
        }
      }
      attempt.askForMore();
    } catch (MalformedInput e) {
      failed(attempt, e.reason(), null);
    }
  }

  /** Gives up the present attempt or stream, if there is one. */
  void giveUp(String reason) {
    Attempt attempt = current;
    if (attempt != null) {
      failed(attempt, reason, null);
    }
  }

  /** An attempt has come to its end, or is to. */
  void failed(Attempt attempt, String reason, @Nullable Rejection rejection) {
    if (attempt != current) {
      return;
    }
    boolean wasUp = state == State.UP;
    current = null;
    cancelTimer();
    attempt.close(reason);
    if (wasUp) {
      environment
          .log()
          .warn(
              "lost TCP streaming connection with remote peer",
              environment.between(
                  peer.id(), field("stream-writer-type", channel.name()), field("error", reason)));
    }
    pause(reason, rejection);
  }

  private void pause(String reason, @Nullable Rejection rejection) {
    state = State.PAUSING;
    outbox.close();
    timer = environment.scheduler().after(pauseNanos(), environment.loop(), this::pauseOver);
    // Last, since that may be the end of this link.
    peer.linkDown(channel, reason, rejection);
  }

  private void pauseOver() {
    if (state == State.PAUSING) {
      resume();
    }
  }

  /**
   * Doubles from failure to failure; half of it is chance, so that members do not march in step.
   */
  private long pauseNanos() {
    long millis = Math.min(PAUSE_MILLIS_MAX, PAUSE_MILLIS_MIN << Math.min(failures, DOUBLINGS_MAX));
    failures++;
    return TimeUnit.MILLISECONDS.toNanos(millis / 2 + environment.rng().below((int) millis / 2));
  }

  /** Sends what waits if that is possible at once, and ends for good. */
  void close(String reason) {
    if (state == State.UP) {
      drain();
    }
    state = State.CLOSED;
    cancelTimer();
    outbox.close();
    Attempt attempt = current;
    current = null;
    if (attempt != null) {
      attempt.finish(reason);
    }
  }

  /** What a status says to an operator. */
  static String describe(Status status) {
    Throwable cause = status.getCause();
    String text = cause == null ? status.getDescription() : cause.getMessage();
    return text == null ? status.getCode().name() : text;
  }

  private void cancelTimer() {
    Scheduler.Cancellable running = timer;
    if (running != null) {
      running.cancel();
      timer = null;
    }
  }
}
