// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.network;

import static io.cairn.spi.environment.EventLog.field;

import io.cairn.spi.environment.OnLane;
import io.cairn.spi.network.PeerNetwork.Channel;
import io.cairn.spi.store.Bytes;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A stream that a welcome member has opened.
 *
 * <p>The next batch is asked for when the one before has been handed on, so that at most one is
 * held; and only while few requests wait for their answer and the member reads what it is sent.
 */
@OnLane("peer-network")
final class Inbound extends ServerCall.Listener<Batch> {
  private static final int UNANSWERED_MAX = 256;

  private final PeerEnvironment environment;
  private final Peer peer;
  private final Channel channel;
  private final ServerCall<Batch, Batch> call;
  private boolean isClosed;
  private boolean isAsked;
  private int unanswered;

  Inbound(PeerEnvironment environment, Peer peer, Channel channel, ServerCall<Batch, Batch> call) {
    this.environment = environment;
    this.peer = peer;
    this.channel = channel;
    this.call = call;
  }

  /** Greets the member, which then sends. */
  void open() {
    Metadata headers = new Metadata();
    Hello hello = Hello.of(environment.self(), peer.id(), environment.options().advertisedUrls());
    headers.put(PeerMethods.HELLO, hello.encode());
    call.sendHeaders(headers);
    askForMore();
  }

  @Override
  public void onMessage(Batch batch) {
    isAsked = false;
    if (isClosed || !(batch instanceof Batch.Incoming incoming)) {
      return;
    }
    try {
      for (Frame frame : incoming.frames()) {
        if (isClosed) {
          return; // A receiver may have had the member forgotten.
        }
        came(frame);
      }
      askForMore();
    } catch (MalformedInput e) {
      environment
          .log()
          .warn(
              "rejected stream from remote peer because it cannot be read",
              environment.between(
                  peer.id(), field("channel", channel.name()), field("error", e.reason())));
      end(Status.INVALID_ARGUMENT.withDescription(e.reason()), new Metadata());
    } catch (RuntimeException e) {
      // A message that a receiver stumbles over costs the stream, not the process: anybody could
      // have sent it.
      environment
          .log()
          .error(
              "a message of a remote peer could not be taken",
              environment.between(peer.id(), field("channel", channel.name()), field("error", e)));
      end(Status.INTERNAL.withDescription("the message could not be taken"), new Metadata());
    } catch (Error e) {
      throw environment.loop().fail(e);
    }
  }

  private void came(Frame frame) throws MalformedInput {
    switch (frame.kind()) {
      case MESSAGE ->
          environment.callbacks().receiver(channel).received(peer.id(), frame.payload());
      case REQUEST -> respond(frame.id(), frame.payload());
      case PING -> {
        // Whoever does not read its answers gets none, and nothing piles up.
        if (call.isReady()) {
          call.sendMessage(Batch.of(Frame.PONG));
        }
      }
      case ANSWER, FAILURE, PONG ->
          throw new MalformedInput("a " + frame.kind() + " that nobody has asked for");
    }
  }

  private void respond(long id, Bytes request) {
    unanswered++;
    CompletionStage<Bytes> answer;
    try {
      answer = environment.callbacks().responder.respond(peer.id(), request);
    } catch (RuntimeException e) {
      answered(id, null, e);
      return;
    }
    var _ =
        answer.whenComplete(
            (result, failure) -> environment.loop().execute(() -> answered(id, result, failure)));
  }

  private void answered(long id, @Nullable Bytes result, @Nullable Throwable failure) {
    unanswered--;
    if (isClosed) {
      return;
    }
    Frame frame;
    if (result == null) {
      frame = new Frame(Frame.Kind.FAILURE, id, Bytes.utf8(String.valueOf(failure)));
    } else if (result.length() > environment.options().messageBytesMax()) {
      frame =
          new Frame(
              Frame.Kind.FAILURE,
              id,
              Bytes.utf8("the answer of " + result.length() + " bytes is too large"));
    } else {
      frame = new Frame(Frame.Kind.ANSWER, id, result);
    }
    call.sendMessage(Batch.of(frame));
    askForMore();
  }

  private void askForMore() {
    if (!isAsked && !isClosed && unanswered < UNANSWERED_MAX && call.isReady()) {
      isAsked = true;
      call.request(1);
    }
  }

  @Override
  public void onReady() {
    askForMore();
  }

  @Override
  public void onHalfClose() {
    end(Status.OK, new Metadata());
  }

  /** The member has gone, or gRPC has refused what it sent. */
  @Override
  public void onCancel() {
    if (!isClosed) {
      environment
          .log()
          .info(
              "lost TCP streaming connection with remote peer",
              environment.between(peer.id(), field("stream-reader-type", channel.name())));
    }
    isClosed = true;
    peer.ended(channel, this);
  }

  @Override
  public void onComplete() {
    isClosed = true;
    peer.ended(channel, this);
  }

  /** Ends the stream; the member may open another. */
  void close(String reason) {
    end(Status.UNAVAILABLE.withDescription(reason), new Metadata());
  }

  /** Ends the stream as a refusal, if there is one. */
  void refuse(@Nullable Rejection why, String reason) {
    if (why == null) {
      close(reason);
    } else {
      end(why.status(), why.trailers());
    }
  }

  private void end(Status status, Metadata trailers) {
    if (!isClosed) {
      isClosed = true;
      call.close(status, trailers);
      peer.ended(channel, this);
    }
  }
}
