// SPDX-License-Identifier: Apache-2.0
package io.cairn.apigrpc;

import io.cairn.apigrpc.wire.LeaseMessages;
import io.cairn.apigrpc.wire.Reply;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.LeaseService;
import io.cairn.spi.store.Reason;
import io.cairn.spi.store.StoreException;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A stream of lease renewals: one answer per request, in order.
 *
 * <p>The next request is read when the one before has been answered and the client has taken the
 * answer, so that order needs no queue. The client ends the stream by saying no more; any refusal
 * ends it too.
 */
final class KeepAliveCall extends LoopCall
    implements BiConsumer<LeaseService.@Nullable KeptAlive, @Nullable Throwable>,
        CallEnvironment.EndlessCall {

  private final LeaseService.@Nullable Renewals renewals;

  /** Written by whoever completes the renewal, before the call goes through the queue. */
  private LeaseService.@Nullable KeptAlive deliveredAnswer;

  private @Nullable Throwable deliveredRefusal;

  /** Written by the thread that drains; read when the loop next has something to do. */
  private volatile boolean draining;

  private boolean renewing;
  private boolean readNext;
  private boolean endOfRequests;

  KeepAliveCall(
      LeaseService leases,
      CallEnvironment environment,
      ServerCall<Bytes, Reply> call,
      Metadata headers) {
    super(environment, call, headers);
    renewals = open(leases);
    if (renewals != null) {
      environment.opened(this);
      call.request(1);
    }
  }

  private LeaseService.@Nullable Renewals open(LeaseService leases) {
    try {
      return leases.open(caller, this::end);
    } catch (StoreException e) {
      fail(e);
      return null;
    }
  }

  private void end(Reason reason) {
    loop.execute(() -> fail(new StoreException(reason)));
  }

  @Override
  void receive(Bytes message) {
    LeaseService.Renewals open = renewals;
    if (open == null) {
      return;
    }
    long id = LeaseMessages.keepAlive(message);
    renewing = true;
    var _ = open.keepAlive(id).whenComplete(this);
  }

  @Override
  public void accept(LeaseService.@Nullable KeptAlive answer, @Nullable Throwable refusal) {
    deliveredAnswer = answer;
    deliveredRefusal = refusal;
    loop.add(this);
  }

  @Override
  void halfClosed() {
    endOfRequests = true;
    if (!renewing) {
      closeOk();
    }
  }

  @Override
  public void drain() {
    draining = true;
    loop.execute(this::endIfDraining);
  }

  private void endIfDraining() {
    if (draining && !renewing) {
      fail(new StoreException(new Reason.Stopped()));
    }
  }

  @Override
  void takeDelivery() {
    LeaseService.KeptAlive answer = deliveredAnswer;
    Throwable refusal = deliveredRefusal;
    deliveredAnswer = null;
    renewing = false;
    if (isClosed()) {
      return;
    }
    if (refusal != null) {
      fail(refusal);
    } else if (answer != null && send(LeaseMessages.keptAlive(answer))) {
      readNext = true;
      if (endOfRequests) {
        closeOk();
      } else {
        endIfDraining();
      }
    }
  }

  @Override
  void proceed() {
    if (readNext && call.isReady()) {
      readNext = false;
      call.request(1);
    }
  }

  @Override
  void release() {
    environment.closed(this);
    if (renewals != null) {
      renewals.close();
    }
  }
}
