// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.load;

import io.cairn.simulator.history.Call;
import io.cairn.simulator.history.LeasePromise;
import io.cairn.simulator.history.Operation;
import io.cairn.simulator.history.Outcome;
import io.cairn.simulator.history.Watching;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.store.LeaseService;
import io.cairn.spi.store.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Writes down what clients call and hear. */
@OnLane("simulation")
public final class Recorder {
  /** Those that are called, in the order of their numbers, which are their places from 1 on. */
  private final List<Operation> operations = new ArrayList<>();

  private final List<Watching> watchings = new ArrayList<>();
  private final List<LeasePromise> promises = new ArrayList<>();
  private final Map<String, Long> outcomes = new TreeMap<>();
  private long newestRevision = 1;

  /** A call is made; returns its number. Its outcome is unknown until {@link #returned}. */
  public long called(int client, long member, Call call, long nowNanos) {
    long number = operations.size() + 1L;
    operations.add(
        new Operation(
            number,
            client,
            member,
            call,
            nowNanos,
            Operation.NEVER,
            new Outcome.Unknown("no answer")));
    return number;
  }

  /** The outcome of a call is known, or is known to remain unknown. */
  public void returned(long number, Outcome outcome, long nowNanos) {
    Operation called = operation(number);
    boolean known = !(outcome instanceof Outcome.Unknown);
    operations.set(
        (int) number - 1,
        new Operation(
            number,
            called.client(),
            called.member(),
            called.call(),
            called.calledNanos(),
            known ? nowNanos : Operation.NEVER,
            outcome));
    String kind =
        switch (outcome) {
          case Outcome.Ok _ -> "ok";
          case Outcome.No(Reason.NoSpace _) -> "no space";
          case Outcome.No _ -> "no";
          case Outcome.Unknown _ -> "unknown";
        };
    outcomes.merge(called.call().getClass().getSimpleName() + " " + kind, 1L, Long::sum);
    if (outcome instanceof Outcome.Ok(Object response)) {
      notePromise(called, response, nowNanos);
    }
  }

  private void notePromise(Operation called, Object response, long nowNanos) {
    if (response instanceof LeaseService.Granted granted) {
      promises.add(
          new LeasePromise(
              granted.id(), called.calledNanos(), nowNanos, granted.ttlSeconds(), true));
    } else if (response instanceof LeaseService.KeptAlive kept && kept.ttlSeconds() > 0) {
      promises.add(
          new LeasePromise(kept.id(), called.calledNanos(), nowNanos, kept.ttlSeconds(), false));
    }
  }

  /** A revision has been seen somewhere. */
  public void sawRevision(long revision) {
    newestRevision = Math.max(newestRevision, revision);
  }

  /** The highest revision that any client has seen. */
  public long newestRevision() {
    return newestRevision;
  }

  /** A watcher has ended. */
  public void watched(Watching watching) {
    watchings.add(watching);
  }

  /** An operation by its number. */
  public Operation operation(long number) {
    return operations.get((int) number - 1);
  }

  /** How many operations there were. */
  public int operationCount() {
    return operations.size();
  }

  /** All operations, by number. */
  public List<Operation> operations() {
    return List.copyOf(operations);
  }

  /** All watchers that have ended. */
  public List<Watching> watchings() {
    return watchings;
  }

  /** What was promised about leases. */
  public List<LeasePromise> promises() {
    return promises;
  }

  /** How many operations of each kind came out how. */
  public Map<String, Long> outcomes() {
    return outcomes;
  }
}
