// SPDX-License-Identifier: Apache-2.0
package io.cairn.apigrpc;

import io.cairn.apigrpc.wire.MalformedMessage;
import io.cairn.apigrpc.wire.Reply;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.store.AnswerRoom;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.Caller;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One call of a client, from its headers to its trailers.
 *
 * <p>Everything happens on the event loop of the connection. What comes from elsewhere is left in a
 * field of the call, which then goes through the {@link LoopQueue} and continues in {@link
 * #takeDelivery}.
 *
 * <p>A mistake of ours that surfaces as an unchecked exception ends this call with {@code INTERNAL}
 * and a trace in the log, and nothing else.
 */
@OnLane("event loop of the connection")
abstract class LoopCall extends ServerCall.Listener<Bytes> implements Caller.Call {

  /** Stands in the place of actions once the call has ended. */
  private static final EndAction ENDED = new EndAction(() -> {}, null);

  final ServerCall<Bytes, Reply> call;
  final CallEnvironment environment;
  final LoopQueue loop = LoopQueue.current();
  final Caller caller;

  /** Belongs to the queue. */
  @Nullable LoopCall nextInQueue;

  /**
   * What to run at the end, newest first, or {@link #ENDED}. Written by any thread that registers
   * an action and once by the loop that ends the call; compare-and-set decides who was first.
   */
  private final AtomicReference<@Nullable EndAction> endActions = new AtomicReference<>();

  /**
   * What the answer takes, once somebody asks. Written under the call's lock by any thread, read by
   * the loop that ends the call: it has set {@link #ENDED} before, and who opens the account looks
   * for that afterwards, so one of the two ends it.
   */
  private volatile ResponseBudget.@Nullable Account account;

  private boolean closed;
  private boolean headersSent;

  LoopCall(CallEnvironment environment, ServerCall<Bytes, Reply> call, Metadata headers) {
    this.environment = environment;
    this.call = call;
    this.caller = RequestMetadata.caller(headers, this);
  }

  /** Takes the next request message; {@link #isClosed} is false. */
  abstract void receive(Bytes message);

  /**
   * Takes over the place that the request has, or waits for; the call gives it back when it has
   * ended and nobody needs the request any more.
   *
   * @return false if the call needs nothing of a request that it has received
   */
  boolean hold(RequestRoom.Place place) {
    return false;
  }

  /** The client will say no more. */
  abstract void halfClosed();

  /**
   * Takes over what another thread has left in the call's fields before it added the call to the
   * queue. Until then those fields belong to that thread. Called even if the call has ended
   * meanwhile, so that what has come can be released.
   */
  abstract void takeDelivery();

  /** Does what can be done now; {@link #isClosed} is false. */
  abstract void proceed();

  /** Releases what the call holds in the store. Called once, whatever ended it. */
  abstract void release();

  /** Whether the call has been answered completely or has gone. */
  final boolean isClosed() {
    return closed;
  }

  /** Ends the call with {@code status}, unless it has ended already. */
  final void close(Status status) {
    if (!closed) {
      closed = true;
      call.close(status, new Metadata());
      release();
    }
  }

  /** Ends the call after everything has been said. */
  final void closeOk() {
    close(Status.OK);
  }

  /** Ends the call as {@code failure} demands. */
  final void fail(Throwable failure) {
    close(environment.statusOf(failure));
  }

  /** Sends {@code reply} if it can be sent at all; otherwise ends the call. */
  final boolean send(Reply reply) {
    if (reply.size() > Integer.MAX_VALUE) {
      close(StatusMapping.replyTooLarge(reply.size()));
      return false;
    }
    sendHeaders();
    call.sendMessage(reply);
    return true;
  }

  /** Sends the headers, unless they have been sent. */
  final void sendHeaders() {
    if (!headersSent) {
      headersSent = true;
      call.sendHeaders(new Metadata());
    }
  }

  /** Runs on the loop, after the call was added to its queue. */
  final void runOnLoop() {
    try {
      takeDelivery();
      if (!closed) {
        proceed();
      }
    } catch (RuntimeException e) {
      fail(e);
    }
  }

  @Override
  public final void onMessage(Bytes message) {
    if (closed) {
      return;
    }
    if (message.length() > environment.messageBytesMax()) {
      close(StatusMapping.messageTooLarge(message.length(), environment.messageBytesMax()));
      return;
    }
    try {
      receive(message);
    } catch (MalformedMessage e) {
      close(StatusMapping.malformed(e.what()));
    } catch (RuntimeException e) {
      fail(e);
    }
  }

  @Override
  public final void onHalfClose() {
    if (closed) {
      return;
    }
    try {
      halfClosed();
    } catch (RuntimeException e) {
      fail(e);
    }
  }

  /** The client can take more. */
  @Override
  public void onReady() {
    if (closed) {
      return;
    }
    try {
      proceed();
    } catch (RuntimeException e) {
      fail(e);
    }
  }

  @Override
  public final void onCancel() {
    end();
  }

  @Override
  public final void onComplete() {
    end();
  }

  private void end() {
    EndAction action = endActions.getAndSet(ENDED);
    while (action != null) {
      action.action.run();
      action = action.before;
    }
    if (!closed) {
      closed = true;
      release();
    }
    // The transport holds nothing of the call any more, not even an answer that waits to be read.
    ResponseBudget.Account answer = account;
    if (answer != null) {
      answer.end();
    }
  }

  @Override
  public final AnswerRoom room() {
    return account();
  }

  /** What the answer takes. */
  final synchronized ResponseBudget.Account account() {
    ResponseBudget.Account opened = account;
    if (opened == null) {
      opened = environment.responses().open(loop.loop());
      account = opened;
      if (ended()) {
        opened.end();
      }
    }
    return opened;
  }

  @Override
  public final boolean ended() {
    return endActions.get() == ENDED;
  }

  @Override
  public final void onEnd(Runnable action) {
    while (true) {
      EndAction before = endActions.get();
      if (before == ENDED) {
        action.run();
        return;
      }
      if (endActions.compareAndSet(before, new EndAction(action, before))) {
        return;
      }
    }
  }

  private static final class EndAction {
    private final Runnable action;
    private final @Nullable EndAction before;

    EndAction(Runnable action, @Nullable EndAction before) {
      this.action = action;
      this.before = before;
    }
  }
}
