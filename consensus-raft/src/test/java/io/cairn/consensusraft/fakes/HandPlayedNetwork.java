// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.fakes;

import io.cairn.consensusraft.core.Message;
import io.cairn.consensusraft.wire.FrameCodec;
import io.cairn.consensusraft.wire.MalformedException;
import io.cairn.consensusraft.wire.PeerMessage;
import io.cairn.spi.network.PeerNetwork;
import io.cairn.spi.store.Bytes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** The network of one member, on which a test speaks for all others. */
public final class HandPlayedNetwork implements PeerNetwork {
  private final long self;
  private final Map<Channel, Receiver> receivers = new EnumMap<>(Channel.class);
  private final List<Message> sent = new ArrayList<>();

  /** The network of the member with this id. */
  public HandPlayedNetwork(long self) {
    this.self = self;
  }

  /** What the core has said to a member so far, in order. */
  public List<Message> sentTo(long member) {
    return sent.stream().filter(message -> message.header().to() == member).toList();
  }

  /** Who says something to the member in a term; each is in its first life. */
  public Message.Header from(long member, long term) {
    return new Message.Header(member, self, term, member);
  }

  /** Another member says something. */
  public void say(Message message) {
    long from = message.header().from();
    FrameCodec.Sender sender = new FrameCodec.Sender(from, from, 1, 0);
    FrameCodec.Frame frame =
        new FrameCodec.Frame(sender, self, List.of(new PeerMessage.Raft(message)));
    Receiver receiver = receivers.get(Channel.CONSENSUS);
    if (receiver == null) {
      throw new AssertionError("nobody listens");
    }
    receiver.received(from, FrameCodec.encode(frame));
  }

  @Override
  public void send(long member, Channel channel, Bytes message) {
    if (channel != Channel.CONSENSUS) {
      return;
    }
    try {
      for (PeerMessage said : FrameCodec.decode(message).messages()) {
        if (said instanceof PeerMessage.Raft raft) {
          sent.add(raft.message());
        }
      }
    } catch (MalformedException e) {
      throw new AssertionError("a frame that cannot be read", e);
    }
  }

  @Override
  public void receive(Channel channel, Receiver receiver) {
    receivers.put(channel, receiver);
  }

  @Override
  public long connectedNanos(long member) {
    return 1;
  }

  @Override
  public void reach(long member, List<String> urls) {}

  @Override
  public void forget(long member) {}

  @Override
  public void respond(Responder responder) {}

  @Override
  public void watch(Watcher watcher) {}

  @Override
  public void admit(Gate gate) {}

  @Override
  public void describe(Supplier<Bytes> description) {}

  @Override
  public CompletionStage<Bytes> request(long member, Bytes request, long timeoutNanos) {
    return CompletableFuture.failedStage(new IOException("nobody answers requests here"));
  }

  @Override
  public CompletionStage<Bytes> ask(String url, long timeoutNanos) {
    return CompletableFuture.failedStage(new IOException("nobody answers questions here"));
  }
}
