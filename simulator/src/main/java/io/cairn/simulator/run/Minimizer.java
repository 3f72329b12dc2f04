// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.run;

import io.cairn.simulator.load.Mix;
import io.cairn.spi.environment.OnLane;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Makes a plan that fails smaller: whole classes of faults first, then watchers, clients and kinds
 * of calls, then single faults by halves, then time. A step is kept if the run still breaks the
 * same promise.
 */
@OnLane("owner")
public final class Minimizer {
  private final Predicate<Plan> fails;
  private final Consumer<String> progress;
  private Plan best;
  private int runsLeft;

  private Minimizer(Plan plan, Predicate<Plan> fails, int runsMax, Consumer<String> progress) {
    this.best = plan;
    this.fails = fails;
    this.runsLeft = runsMax;
    this.progress = progress;
  }

  /**
   * Minimizes a plan whose run breaks {@code promise}.
   *
   * @param run how a plan is run
   * @param runsMax how many runs it may cost
   * @param progress told of each step that was kept
   */
  public static Plan minimize(
      Plan plan,
      Function<Plan, Outcome> run,
      String promise,
      int runsMax,
      Consumer<String> progress) {
    Predicate<Plan> fails =
        candidate ->
            run.apply(candidate).violations().stream()
                .anyMatch(violation -> violation.promise().equals(promise));
    return minimize(plan, fails, runsMax, progress);
  }

  static Plan minimize(Plan plan, Predicate<Plan> fails, int runsMax, Consumer<String> progress) {
    Minimizer minimizer = new Minimizer(plan, fails, runsMax, progress);
    minimizer.run();
    return minimizer.best;
  }

  private void run() {
    for (Fault.Kind kind : Fault.Kind.values()) {
      List<Fault.Timed> without =
          best.faults().stream().filter(timed -> timed.fault().kind() != kind).toList();
      if (without.size() < best.faults().size()) {
        attempt(best.withFaults(without), "without " + kind);
      }
    }
    while (best.watchers() > 0
        && attempt(
            best.withLoad(best.clients(), best.watchers() - 1, best.mix()), "a watcher less")) {}
    while (best.clients() > 1
        && attempt(
            best.withLoad(best.clients() - 1, best.watchers(), best.mix()), "a client less")) {}
    for (Mix.Kind kind : List.copyOf(best.mix().kinds())) {
      EnumSet<Mix.Kind> kinds = EnumSet.noneOf(Mix.Kind.class);
      kinds.addAll(best.mix().kinds());
      kinds.remove(kind);
      attempt(
          best.withLoad(
              best.clients(),
              best.watchers(),
              new Mix(kinds, best.mix().keys(), best.mix().thinkMicros())),
          "no " + kind);
    }
    for (int size = Math.max(1, best.faults().size() / 2); ; size /= 2) {
      dropFaults(size);
      if (size <= 1) {
        break;
      }
    }
    for (long millis = best.millis() / 2; millis >= 250 && runsLeft > 0; millis = millis * 2 / 3) {
      if (!attempt(best.withMillis(millis), millis + " ms")) {
        break;
      }
    }
  }

  private void dropFaults(int size) {
    for (int from = 0; from < best.faults().size() && runsLeft > 0; ) {
      List<Fault.Timed> fewer = new ArrayList<>(best.faults());
      fewer.subList(from, Math.min(fewer.size(), from + size)).clear();
      if (!attempt(best.withFaults(fewer), fewer.size() + " faults")) {
        from += size;
      }
    }
  }

  private boolean attempt(Plan candidate, String what) {
    if (runsLeft <= 0) {
      return false;
    }
    runsLeft--;
    boolean kept = fails.test(candidate);
    if (kept) {
      best = candidate;
      progress.accept(what);
    }
    return kept;
  }
}
