// SPDX-License-Identifier: Apache-2.0
package io.cairn.apigrpc;

import io.cairn.apigrpc.wire.Replies;
import io.cairn.apigrpc.wire.Reply;
import io.cairn.apigrpc.wire.WatchCommand;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.Reason;
import io.cairn.spi.store.StoreException;
import io.cairn.spi.store.WatchMessage;
import io.cairn.spi.store.WatchService;
import io.cairn.spi.store.WatchStream;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A stream of watchers.
 *
 * <p>Messages are pulled from the store while the client takes them, and only then: what a slow
 * client does not take is not even encoded. Nor are requests read ahead of a client that does not
 * take the answers to earlier ones. A client that says no more still gets news; only the end of the
 * call ends the stream.
 */
final class WatchCall extends LoopCall implements CallEnvironment.EndlessCall {

  /** How much may wait in the transport: enough to keep a socket busy, little beside the events. */
  private static final int READY_BYTES = 256 * 1024;

  private final @Nullable WatchStream stream;

  /**
   * True from the first of several wake-ups until the loop has seen them. Any thread; loop clears.
   */
  private final AtomicBoolean queued = new AtomicBoolean();

  /** Written by the thread that drains, read by the loop after it went through the queue. */
  private volatile boolean draining;

  /** Requests that have been handled, for each of which another may be read. */
  private int requestsTaken;

  WatchCall(
      WatchService watch,
      CallEnvironment environment,
      ServerCall<Bytes, Reply> call,
      Metadata headers) {
    super(environment, call, headers);
    call.setOnReadyThreshold(READY_BYTES);
    stream = open(watch);
    if (stream != null) {
      environment.opened(this);
      call.request(1);
    }
  }

  private @Nullable WatchStream open(WatchService watch) {
    try {
      return watch.open(caller, this::wake);
    } catch (StoreException e) {
      fail(e);
      return null;
    }
  }

  private void wake() {
    if (!queued.get() && queued.compareAndSet(false, true)) {
      loop.add(this);
    }
  }

  @Override
  public void drain() {
    draining = true;
    wake();
  }

  @Override
  void receive(Bytes message) {
    WatchStream watchers = stream;
    if (watchers == null) {
      return;
    }
    switch (WatchCommand.parse(message)) {
      case WatchCommand.Create create -> watchers.create(create.request());
      case WatchCommand.Cancel cancel -> watchers.cancel(cancel.watchId());
      case WatchCommand.Progress _ -> watchers.requestProgress();
      case WatchCommand.Nothing _ -> {
        // As etcd does.
      }
    }
    requestsTaken++;
    proceed();
  }

  @Override
  void halfClosed() {
    // News keeps coming.
  }

  @Override
  void takeDelivery() {
    // Before pulling, so that a wake-up from now on brings the call here again.
    queued.set(false);
  }

  @Override
  void proceed() {
    WatchStream watchers = stream;
    if (watchers == null) {
      return;
    }
    if (draining) {
      // Clients take any other end but that of a broken connection for the end of the watch.
      fail(new StoreException(new Reason.Stopped()));
      return;
    }
    while (call.isReady()) {
      WatchMessage message = watchers.next();
      if (message == null) {
        readOn();
        return;
      }
      if (!send(Replies.watch(message, StatusMapping::watchCancelReason))) {
        return;
      }
    }
  }

  private void readOn() {
    int count = requestsTaken;
    if (count > 0) {
      requestsTaken = 0;
      call.request(count);
    }
  }

  @Override
  void release() {
    environment.closed(this);
    if (stream != null) {
      stream.close();
    }
  }
}
