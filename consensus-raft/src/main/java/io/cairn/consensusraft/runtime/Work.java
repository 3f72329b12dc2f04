// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.runtime;

import io.cairn.consensusraft.core.Input;
import io.cairn.spi.environment.Lane;
import io.cairn.spi.environment.OnLane;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where work on the log and on the state machine is done: at once while this member is alone, on
 * lanes of their own otherwise.
 *
 * <p>Whoever owns the log and the state machine changes only when no work is under way, so that no
 * two threads ever touch them at a time, and each sees what the other did: work handed to a lane
 * happens after what the raft lane did before, and its outcome comes back through the inbox.
 */
@OnLane("raft")
final class Work {
  private final Supplier<Lane> logLane;
  private final Supplier<Lane> applyLane;
  private final Inbox inbox;
  private List<Input> outcomes = new ArrayList<>();
  private List<Input> taken = new ArrayList<>();
  private boolean inline = true;
  private int underWay;

  /** Lanes are asked for when they are first needed: a lone member never needs them. */
  Work(Supplier<Lane> logLane, Supplier<Lane> applyLane, Inbox inbox) {
    this.logLane = logLane;
    this.applyLane = applyLane;
    this.inbox = inbox;
  }

  /** Does the work of lanes; what it yields, if anything, becomes an input of the core. */
  @FunctionalInterface
  interface Task {
    @Nullable Input run();
  }

  /** Whether this member is the only one, so that other threads would only be in the way. */
  void soleMember(boolean sole) {
    if (sole != inline && underWay == 0) {
      inline = sole;
    }
  }

  boolean isInline() {
    return inline;
  }

  void onLog(Task task) {
    run(logLane, task);
  }

  void onApply(Task task) {
    run(applyLane, task);
  }

  /** What inline work has yielded since the last call. */
  List<Input> takeOutcomes() {
    List<Input> result = outcomes;
    outcomes = taken;
    outcomes.clear();
    taken = result;
    return result;
  }

  /** Work that went to a lane has come back. */
  void done() {
    underWay--;
  }

  boolean isIdle() {
    return underWay == 0;
  }

  /** The last work, which yields nothing and after which none is accepted. */
  void finish(Runnable last) {
    if (inline) {
      last.run();
    } else {
      logLane.get().execute(last);
    }
  }

  private void run(Supplier<Lane> lane, Task task) {
    if (inline) {
      Input outcome = task.run();
      if (outcome != null) {
        outcomes.add(outcome);
      }
      return;
    }
    underWay++;
    lane.get()
        .execute(() -> {
          Input outcome = task.run();
          if (outcome == null) {
            inbox.reportIdly(new Requests.WorkDone());
          } else if (outcome instanceof Input.Applied) {
            inbox.reportIdly(new Requests.Outcome(outcome));
          } else {
            inbox.report(new Requests.Outcome(outcome));
          }
        });
  }
}
