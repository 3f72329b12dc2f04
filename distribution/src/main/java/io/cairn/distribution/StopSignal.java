// SPDX-License-Identifier: Apache-2.0
package io.cairn.distribution;

import static io.cairn.spi.environment.EventLog.field;

import io.cairn.spi.environment.EventLog;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Waits for the signals that stop a server, and dies of them in the end, so that whoever started
 * the process sees how it ended, as with etcd.
 *
 * <p>The JDK offers signals only through {@code sun.misc.Signal}, of which the compiler warns
 * wherever it is named; so it is reached by reflection, here alone.
 */
final class StopSignal {
  private final Class<?> type;
  private final Class<?> handlerType;
  private final Method handle;
  private final CompletableFuture<Object> received = new CompletableFuture<>();

  private StopSignal() throws ReflectiveOperationException {
    this.type = Class.forName("sun.misc.Signal");
    this.handlerType = Class.forName("sun.misc.SignalHandler");
    this.handle = type.getMethod("handle", type, handlerType);
  }

  /** Catches SIGTERM and SIGINT from now on. */
  static StopSignal install(EventLog log) {
    try {
      StopSignal stop = new StopSignal();
      Object handler =
          Proxy.newProxyInstance(
              StopSignal.class.getClassLoader(),
              new Class<?>[] {stop.handlerType},
              (proxy, method, arguments) -> stop.onCall(method, arguments, log));
      for (String name : List.of("TERM", "INT")) {
        Object signal = stop.type.getConstructor(String.class).newInstance(name);
        var _ = stop.handle.invoke(null, signal, handler);
      }
      return stop;
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("this Java runtime lacks the module jdk.unsupported", e);
    }
  }

  private Object onCall(Method method, Object[] arguments, EventLog log) {
    if (method.getName().equals("handle") && !received.isDone()) {
      boolean interrupt = arguments[0].toString().equals("SIGINT");
      log.info(
          "received signal; shutting down",
          field("signal", interrupt ? "interrupt" : "terminated"));
      received.complete(arguments[0]);
    }
    return this; // Nobody looks at it: the handler's method returns nothing.
  }

  /** Completes when a signal has come. */
  CompletableFuture<Object> received() {
    return received;
  }

  /**
   * Ends the process by the signal that it has received; the first process of a container just
   * ends. The JVM does not raise a signal that it does not handle, so a shell sends it.
   */
  void raiseAgain() throws IOException, InterruptedException {
    long pid = ProcessHandle.current().pid();
    if (pid == 1) {
      return;
    }
    Object signal = received.join();
    try {
      var _ = handle.invoke(null, signal, handlerType.getField("SIG_DFL").get(null));
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("cannot end by the signal received", e);
    }
    String name = signal.toString().substring("SIG".length());
    var _ = new ProcessBuilder("/bin/sh", "-c", "kill -s " + name + " " + pid).start().waitFor();
  }
}
