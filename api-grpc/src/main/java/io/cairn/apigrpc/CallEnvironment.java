// SPDX-License-Identifier: Apache-2.0
package io.cairn.apigrpc;

import static io.cairn.spi.environment.EventLog.field;

import io.cairn.spi.environment.EventLog;
import io.cairn.spi.environment.ThreadSafe;
import io.cairn.spi.store.Reason;
import io.cairn.spi.store.StoreException;
import io.grpc.Status;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;

/** What all calls of a transport share: limits, the log, and the streams that wait for news. */
@ThreadSafe
final class CallEnvironment {

  private final EventLog log;
  private final int messageBytesMax;
  private final RequestRoom requests;
  private final ResponseBudget responses;

  /** The open streams that would never end by themselves; their order is of no importance. */
  private final Set<EndlessCall> endless = ConcurrentHashMap.newKeySet();

  /** Written by the thread that drains, read by each new stream after it has been added above. */
  private volatile boolean draining;

  CallEnvironment(
      EventLog log, int messageBytesMax, RequestRoom requests, ResponseBudget responses) {
    this.log = log;
    this.messageBytesMax = messageBytesMax;
    this.requests = requests;
    this.responses = responses;
  }

  /** The size of the largest request message that is accepted. */
  int messageBytesMax() {
    return messageBytesMax;
  }

  /** The room for large requests. */
  RequestRoom requests() {
    return requests;
  }

  /** The room for large answers. */
  ResponseBudget responses() {
    return responses;
  }

  /** The status for a failure; what is not a refusal is a mistake of ours and goes to the log. */
  Status statusOf(Throwable failure) {
    if (failure instanceof StoreException refusal) {
      return StatusMapping.of(refusal.reason());
    }
    if (failure instanceof CompletionException
        && failure.getCause() instanceof StoreException cause) {
      return StatusMapping.of(cause.reason());
    }
    StringWriter trace = new StringWriter();
    failure.printStackTrace(new PrintWriter(trace));
    log.error("a request failed unexpectedly", field("error", trace.toString()));
    return StatusMapping.of(new Reason.Internal(failure.getClass().getSimpleName()));
  }

  /** Registers a stream that must be told when the transport drains. */
  void opened(EndlessCall call) {
    endless.add(call);
    if (draining) {
      call.drain();
    }
  }

  /** Forgets a stream. */
  void closed(EndlessCall call) {
    endless.remove(call);
  }

  /** Tells all open streams, and those that still open, to come to an end. */
  void drain() {
    draining = true;
    endless.forEach(EndlessCall::drain);
  }

  /** A stream that ends only when one side wants it to. */
  interface EndlessCall {
    /** Ends the stream soon. Any thread. */
    void drain();
  }
}
