// SPDX-License-Identifier: Apache-2.0
package io.cairn.distribution;

import static io.cairn.spi.environment.EventLog.field;

import io.cairn.spi.environment.EventLog;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * Waits for the signals that stop a server, and dies of them in the end, so that whoever started
 * the process sees how it ended, as with etcd.
 */
final class StopSignal {
  private final CountDownLatch received = new CountDownLatch(1);
  // Written by the signal's thread before the latch opens, read after it.
  private final AtomicReference<@Nullable Signal> signal = new AtomicReference<>();

  private StopSignal() {}

  static StopSignal install(EventLog log) {
    StopSignal stop = new StopSignal();
    SignalHandler handler =
        received -> {
          if (stop.signal.compareAndSet(null, received)) {
            log.info(
                "received signal; shutting down",
                field("signal", received.getName().equals("INT") ? "interrupt" : "terminated"));
            stop.received.countDown();
          }
        };
    Signal.handle(new Signal("TERM"), handler);
    Signal.handle(new Signal("INT"), handler);
    return stop;
  }

  void await() throws InterruptedException {
    received.await();
  }

  /**
   * Ends the process by the signal that it has received; the first process of a container just
   * ends.
   */
  void raiseAgain() {
    Signal caught = signal.get();
    if (caught != null && ProcessHandle.current().pid() != 1) {
      Signal.handle(caught, SignalHandler.SIG_DFL);
      Signal.raise(caught);
    }
  }
}
