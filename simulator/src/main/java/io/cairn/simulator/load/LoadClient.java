// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.load;

import io.cairn.kernel.Kernel;
import io.cairn.simulator.cluster.Broken;
import io.cairn.simulator.cluster.SimulatedCluster;
import io.cairn.simulator.cluster.SimulatedMember;
import io.cairn.simulator.environment.EventQueue;
import io.cairn.simulator.environment.MemberLife;
import io.cairn.simulator.history.Call;
import io.cairn.simulator.history.Outcome;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.environment.Rng;
import io.cairn.spi.store.Caller;
import io.cairn.spi.store.StoreException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** A client with one call outstanding, which it never repeats. */
@OnLane("simulation")
public final class LoadClient {
  private static final long MILLI = 1_000_000;

  /** Longer than any member lets a request wait. */
  private static final long PATIENCE_NANOS = 12_000 * MILLI;

  private final SimulatedCluster cluster;
  private final EventQueue queue;
  private final Recorder recorder;
  private final RandomCalls calls;
  private final Mix mix;
  private final Rng rng;
  private final int number;
  private boolean stopped;
  private long pending;

  // Both end with the call.
  private EventQueue.@Nullable Event patience;
  private EventQueue.@Nullable Event connection;

  /** A client that has not begun. */
  public LoadClient(SimulatedCluster cluster, Recorder recorder, Mix mix, Rng rng, int number) {
    this.cluster = cluster;
    this.queue = cluster.queue();
    this.recorder = recorder;
    this.mix = mix;
    this.rng = rng;
    this.number = number;
    this.calls = new RandomCalls(rng.split("calls"), mix, number);
  }

  /** Begins to call. */
  public void start() {
    think();
  }

  /** Makes no new calls. */
  public void stop() {
    stopped = true;
  }

  /** Whether a call is under way. */
  public boolean isWaiting() {
    return pending != 0;
  }

  private void think() {
    if (!stopped) {
      long micros = 100L + rng.below(2 * mix.thinkMicros());
      queue.after(micros * 1000, "client thinks", this::callSomething);
    }
  }

  private void callSomething() {
    if (stopped) {
      return;
    }
    List<SimulatedMember> up = new ArrayList<>();
    for (SimulatedMember member : cluster.members().values()) {
      if (member.isUp()) {
        up.add(member);
      }
    }
    if (up.isEmpty()) {
      queue.after(20 * MILLI, "client waits", this::callSomething);
      return;
    }
    call(up.get(rng.below(up.size())), calls.next(recorder.newestRevision()));
  }

  /** Makes a call, whatever the dice say. */
  public void call(SimulatedMember member, Call call) {
    long operation = recorder.called(number, member.id(), call, queue.now());
    pending = operation;
    MemberLife life = member.life();
    queue.fold(operation);
    patience =
        queue.after(
            PATIENCE_NANOS,
            "client gives up",
            () -> finish(operation, new Outcome.Unknown("gave up")));
    queue.after(
        100_000 + rng.below(300_000),
        "call",
        () -> {
          if (life.isAlive() && member.isUp() && member.life() == life) {
            member.call(operation, () -> begin(member.kernel(), call, operation, life));
          } else {
            finish(operation, new Outcome.Unknown("connection refused"));
          }
          if (!life.isAlive()) {
            finish(operation, new Outcome.Unknown("connection reset"));
          }
        });
    watchConnection(operation, life);
  }

  /** A client notices that its member's process has gone. */
  private void watchConnection(long operation, MemberLife life) {
    connection =
        queue.after(
            200 * MILLI,
            "client connection",
            () -> {
              if (life.isAlive()) {
                watchConnection(operation, life);
              } else {
                finish(operation, new Outcome.Unknown("connection lost"));
              }
            });
  }

  private void begin(Kernel kernel, Call call, long operation, MemberLife life) {
    CompletionStage<?> answer = send(kernel, call);
    answer.whenComplete((response, failure) -> {
      Outcome outcome = outcome(response, failure);
      // The answer travels; it may still be lost with the member.
      queue.after(
          100_000 + rng.below(300_000),
          "answer",
          () -> {
            if (life.isAlive()) {
              finish(operation, outcome);
            }
          });
    });
  }

  private static CompletionStage<?> send(Kernel kernel, Call call) {
    return switch (call) {
      case Call.Range(var range) -> kernel.kv().range(Caller.LOCAL, range);
      case Call.Put(var put) -> kernel.kv().put(Caller.LOCAL, put);
      case Call.Delete(var delete) -> kernel.kv().delete(Caller.LOCAL, delete);
      case Call.Txn(var txn) -> kernel.kv().txn(Caller.LOCAL, txn);
      case Call.Compact(var compact) -> kernel.kv().compact(Caller.LOCAL, compact);
      case Call.Grant(long id, long ttl) -> kernel.lease().grant(Caller.LOCAL, id, ttl);
      case Call.Revoke(long id) -> kernel.lease().revoke(Caller.LOCAL, id);
      case Call.KeepAlive(long id) -> kernel.lease().keepAlive(Caller.LOCAL, id);
    };
  }

  private Outcome outcome(@Nullable Object response, @Nullable Throwable failure) {
    if (response != null) {
      return new Outcome.Ok(response);
    }
    Throwable cause = failure instanceof CompletionException e ? e.getCause() : failure;
    if (cause instanceof StoreException refusal) {
      return Outcome.ofRefusal(refusal.reason());
    }
    cluster.found(
        new Broken(
            "refusals",
            "a call failed in a way that clients do not know",
            cause == null ? new IllegalStateException("no answer at all") : cause));
    return new Outcome.Unknown(String.valueOf(cause));
  }

  private void finish(long operation, Outcome outcome) {
    if (pending != operation) {
      return;
    }
    pending = 0;
    cancel(patience);
    cancel(connection);
    recorder.returned(operation, outcome, queue.now());
    if (outcome instanceof Outcome.Ok(Object response)
        && response instanceof io.cairn.spi.store.PutResult put) {
      recorder.sawRevision(put.header().revision());
    }
    think();
  }

  private static void cancel(EventQueue.@Nullable Event event) {
    if (event != null) {
      event.cancel();
    }
  }
}
