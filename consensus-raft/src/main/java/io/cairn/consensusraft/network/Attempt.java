// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.network;

import io.cairn.spi.environment.OnLane;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;

/**
 * One connection of a {@link Link}, and the call on it. What gRPC tells of it is brought to the
 * loop, and from there to the link, which knows whether it still matters.
 */
@OnLane("peer-network")
final class Attempt extends ClientCall.Listener<Batch> {
  private final Link link;
  private final NetworkLoop loop;
  private final PeerUrl url;
  private final ManagedChannel connection;
  private final ClientCall<Batch, Batch> call;
  private boolean isClosed;

  /** An attempt at {@code url}, over {@code connection}, which it closes. */
  Attempt(
      Link link,
      NetworkLoop loop,
      PeerUrl url,
      ManagedChannel connection,
      MethodDescriptor<Batch, Batch> method) {
    this.link = link;
    this.loop = loop;
    this.url = url;
    this.connection = connection;
    this.call = newCall(connection, method);
  }

  /**
   * A call of its own. Whoever has just called us may be why we call: gRPC would take our call for
   * a part of that one, and cancel it with it.
   */
  private static ClientCall<Batch, Batch> newCall(
      ManagedChannel connection, MethodDescriptor<Batch, Batch> method) {
    Context before = Context.ROOT.attach();
    try {
      return connection.newCall(method, CallOptions.DEFAULT);
    } finally {
      Context.ROOT.detach(before);
    }
  }

  /** Where it leads. */
  PeerUrl url() {
    return url;
  }

  /** Begins, with a greeting. */
  void start(Hello hello) {
    Metadata headers = new Metadata();
    headers.put(PeerMethods.HELLO, hello.encode());
    call.start(this, headers);
    call.request(1);
  }

  /** Whether more can be sent without piling up. */
  boolean isReady() {
    return call.isReady();
  }

  void send(Batch batch) {
    call.sendMessage(batch);
  }

  /** What came has been dealt with. */
  void askForMore() {
    call.request(1);
  }

  /** Ends it behind what has been sent. */
  void finish(String reason) {
    call.halfClose();
    // gRPC writes on this loop, behind this task.
    loop.execute(() -> close(reason));
  }

  /** Ends it at once. */
  void close(String reason) {
    if (!isClosed) {
      isClosed = true;
      call.cancel(reason, null);
      connection.shutdownNow();
    }
  }

  @Override
  public void onHeaders(Metadata headers) {
    loop.run(() -> link.greeted(this, headers));
  }

  @Override
  public void onMessage(Batch batch) {
    loop.run(() -> link.came(this, batch));
  }

  @Override
  public void onReady() {
    loop.run(() -> link.ready(this));
  }

  @Override
  public void onClose(Status status, Metadata trailers) {
    Rejection rejection = Rejection.of(status, trailers);
    String reason = rejection == null ? Link.describe(status) : rejection.text();
    loop.run(() -> link.failed(this, reason, rejection));
  }
}
