// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.run;

import io.cairn.kernel.command.Command;
import io.cairn.kernel.environment.SplitMixRng;
import io.cairn.simulator.check.Checks;
import io.cairn.simulator.check.OrderedCheck;
import io.cairn.simulator.check.SearchCheck;
import io.cairn.simulator.check.Violation;
import io.cairn.simulator.check.WatchCheck;
import io.cairn.simulator.cluster.Broken;
import io.cairn.simulator.cluster.SimulatedCluster;
import io.cairn.simulator.cluster.SimulatedMember;
import io.cairn.simulator.core.RandomCluster;
import io.cairn.simulator.environment.EventQueue;
import io.cairn.simulator.environment.SimulatedNetwork;
import io.cairn.simulator.history.Call;
import io.cairn.simulator.history.History;
import io.cairn.simulator.history.LogEntry;
import io.cairn.simulator.history.Watching;
import io.cairn.simulator.load.LoadClient;
import io.cairn.simulator.load.Mix;
import io.cairn.simulator.load.Recorder;
import io.cairn.simulator.load.WatchingClient;
import io.cairn.simulator.parts.Parts;
import io.cairn.spi.environment.InvariantViolation;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.environment.Rng;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.Caller;
import io.cairn.spi.store.KeyRange;
import io.cairn.spi.store.MaintenanceService;
import io.cairn.spi.store.PutRequest;
import io.cairn.spi.store.RangeRequest;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One run of one plan: (a) faults, with every invariant checked; (b) a majority is repaired and
 * connected, everybody else stays as broken as they are; (c) the majority must serve again within
 * bounded time; (d) everybody is repaired, and all must agree; (e) the histories are checked.
 */
@OnLane("simulation")
public final class Simulation {
  private static final long MILLI = 1_000_000;
  private static final int PROBE_CLIENT = 1000;

  /** How many steps the search may take per component. */
  private static final long SEARCH_STEPS = 200_000;

  private final Plan plan;
  private final SimulatedCluster cluster;
  private final EventQueue queue;
  private final Rng rng;
  private final Recorder recorder = new Recorder();
  private final Nemesis nemesis;
  private final Repairs repairs;
  private final List<LoadClient> clients = new ArrayList<>();
  private final List<WatchingClient> watchers = new ArrayList<>();

  private final List<Violation> violations = new ArrayList<>();

  private Simulation(Plan plan, Parts parts) {
    this.plan = plan;
    this.rng = new SplitMixRng(plan.seed()).split("run");
    this.cluster = new SimulatedCluster(plan.members(), plan.knobs(), parts, rng.split("cluster"));
    this.queue = cluster.queue();
    this.nemesis = new Nemesis(cluster);
    this.repairs = new Repairs(cluster, rng);
  }

  /**
   * Runs a plan with Cairn's own parts, and the same seed with its cores alone; everything that is
   * wrong is in the outcome.
   */
  public static Outcome run(Plan plan) {
    Simulation simulation = new Simulation(plan, Parts.ofCairn());
    simulation.cores();
    return simulation.run();
  }

  /** Runs a plan with members made of these parts; everything that is wrong is in the outcome. */
  public static Outcome run(Plan plan, Parts parts) {
    return new Simulation(plan, parts).run();
  }

  private Outcome run() {
    try {
      faults();
      clients.forEach(LoadClient::stop);
      if (repairs.canProceed()) {
        heal();
        converge();
      } else {
        cluster.reached().count("halts that damage explains");
      }
    } catch (Broken broken) {
      // A removal that was under way may leave so few that the damaged are half of them.
      if (broken.isAboutProgress() && !repairs.canProceed()) {
        cluster.reached().count("halts that damage explains");
      } else {
        violations.add(new Violation(broken.invariant(), String.valueOf(broken.getMessage())));
      }
    }
    watchers.forEach(WatchingClient::stop);
    History history = history();
    if (violations.isEmpty()) {
      check(history);
    }
    for (SimulatedMember member : cluster.members().values()) {
      member.crash(false);
      cluster.reached().add("power cuts during a sync", member.disk().cutSyncs());
      cluster.reached().add("writes torn", member.disk().tornWrites());
    }
    Map<String, Long> reached = new TreeMap<>(cluster.reached().counts());
    cluster
        .network()
        .counters()
        .byName()
        .forEach((name, count) -> {
          if (count > 0) {
            reached.merge(name, count, Long::sum);
          }
        });
    recorder.outcomes().forEach((name, count) -> reached.merge("call " + name, count, Long::sum));
    return new Outcome(
        plan,
        queue.hash(),
        queue.count(),
        queue.elapsedSinceStart(),
        violations,
        reached,
        queue.trace(),
        history);
  }

  /** The same seed with cores alone, which come to rare places of the protocol much sooner. */
  private void cores() {
    try {
      RandomCluster.play(plan.seed())
          .forEach((situation, times) -> cluster.reached().add("cores: " + situation, times));
    } catch (InvariantViolation violation) {
      violations.add(new Violation("cores", String.valueOf(violation.getMessage())));
    }
  }

  private History history() {
    try {
      return new History(
          cluster.invariants().log(),
          recorder.operations(),
          recorder.watchings(),
          recorder.promises());
    } catch (IllegalArgumentException e) {
      violations.add(
          new Violation("I15", "the log holds what nobody can decode: " + e.getMessage()));
      return new History(List.of(), recorder.operations(), List.of(), List.of());
    }
  }

  // (a)
  private void faults() {
    cluster.start();
    for (int i = 1; i <= plan.clients(); i++) {
      LoadClient client =
          new LoadClient(cluster, recorder, plan.mix(), rng.split("client " + i), i);
      clients.add(client);
      client.start();
    }
    for (int i = 1; i <= plan.watchers(); i++) {
      WatchingClient watcher =
          new WatchingClient(cluster, recorder, rng.split("watcher " + i), 100 + i);
      watchers.add(watcher);
      watcher.start();
    }
    nemesis.schedule(plan.faults());
    cluster.run(plan.millis() * MILLI);
    nemesis.end();
  }

  // (b) and (c)
  private void heal() {
    cluster.network().usual(SimulatedNetwork.Wire.GOOD);
    repairs.repairMajority();
    String broken = cluster.members().size() - repairs.core().size() + " others stay broken";
    await("L1", "no leader; " + broken, 40, () -> cluster.leader() != null);
    LoadClient probe =
        new LoadClient(
            cluster,
            recorder,
            new Mix(EnumSet.noneOf(Mix.Kind.class), 3, 1000),
            rng.split("probe"),
            PROBE_CLIENT);
    probe.stop();
    probeUntilOk(
        repairs::core,
        probe,
        "L2",
        60,
        i -> new Call.Put(PutRequest.of(Bytes.utf8("probe"), Bytes.utf8("p" + i))));
    for (SimulatedMember member : List.copyOf(repairs.core())) {
      if (!repairs.newestConfiguration().isVoter(member.id())) {
        continue; // Its removal was on its way already.
      }
      probeUntilOk(
          () -> List.of(member),
          probe,
          "L3",
          80,
          _ -> new Call.Range(RangeRequest.of(KeyRange.single(Bytes.utf8("probe")))));
    }
    await("L4", "a call never ends", 400, () -> clients.stream().noneMatch(LoadClient::isWaiting));
  }

  private interface ProbeCall {
    Call number(int i);
  }

  /** Asks again and again, a member at a time, until a call is answered. */
  private void probeUntilOk(
      Supplier<List<SimulatedMember>> at,
      LoadClient probe,
      String bound,
      int elections,
      ProbeCall call) {
    // A call whose way was lost is refused only after the request timeout.
    long time = elections * electionNanos() + 2L * plan.knobs().requestMillis() * MILLI;
    long until = queue.now() + time;
    for (int i = 0; queue.now() < until; i++) {
      if (repairs.repairMoreIfNeeded()) {
        until = queue.now() + time;
      }
      SimulatedMember member = at.get().get(i % at.get().size());
      if (member.isUp()) {
        nemesis.disarm(member);
        int before = recorder.operationCount();
        probe.call(member, call.number(before));
        while (probe.isWaiting() && queue.now() < until) {
          cluster.run(5 * MILLI);
        }
        if (recorder.operation(before + 1L).isOk()) {
          return;
        }
      }
      cluster.run(20 * MILLI);
    }
    throw new Broken(
        bound,
        "no answer within %d election timeouts at %s; last %s; %s"
            .formatted(
                elections,
                at.get(),
                recorder.operation(recorder.operationCount()).outcome(),
                cluster));
  }

  private long electionNanos() {
    return plan.knobs().electionMillis() * MILLI;
  }

  private void await(String bound, String what, int elections, BooleanSupplier condition) {
    long until = queue.now() + elections * electionNanos();
    while (!condition.getAsBoolean()) {
      if (repairs.repairMoreIfNeeded()) {
        until = queue.now() + elections * electionNanos();
      }
      if (queue.now() >= until) {
        throw new Broken(bound, what + " within " + elections + " election timeouts; " + cluster);
      }
      cluster.run(10 * MILLI);
    }
  }

  // (d)
  private void converge() {
    cluster.network().heal();
    List<SimulatedMember> repaired = new ArrayList<>();
    await("L4", "members do not agree", 400, () -> agree(repairs.repairAllWhoBelong(repaired)));
    await("L5", "a wiped member is not refused", 400, repairs::haveRefusedTheWiped);
    List<SimulatedMember> all = repairs.repairAllWhoBelong(repaired);
    compareHashes(all);
    long revision = all.getFirst().kernel().published().state().revision();
    OrderedCheck.Found replayed =
        OrderedCheck.run(SimulatedCluster.CLUSTER_ID, cluster.invariants().log(), List.of());
    if (replayed.model().revision() != revision) {
      throw new Broken(
          "I8", "the store is at " + revision + ", the model at " + replayed.model().revision());
    }
    for (WatchingClient watcher : watchers) {
      await(
          "L4",
          "a watcher does not reach revision " + revision,
          1000,
          () -> WatchCheck.hasReached(replayed.model(), watcher.current(), revision));
    }
  }

  private boolean agree(List<SimulatedMember> members) {
    long last = cluster.invariants().lastIndex();
    for (SimulatedMember member : members) {
      if (!member.isUp() || member.lastApplied() != last) {
        return false;
      }
    }
    SimulatedMember leader = cluster.leader();
    return leader != null && leader.status().committedIndex() == last;
  }

  private void compareHashes(List<SimulatedMember> members) {
    Map<Long, MaintenanceService.KvHash> hashes = new TreeMap<>();
    // Learners do not answer, but with a refusal.
    List<Long> refused = new ArrayList<>();
    long revision = members.getFirst().kernel().published().state().revision();
    for (SimulatedMember member : members) {
      member.call(
          0,
          () ->
              member
                  .kernel()
                  .maintenance()
                  .hashKv(Caller.LOCAL, revision)
                  .whenComplete((hash, refusal) -> {
                    if (hash != null) {
                      hashes.put(member.id(), hash);
                    } else {
                      refused.add(member.id());
                    }
                  }));
    }
    await(
        "I7",
        "a hash is not answered",
        100,
        () -> hashes.size() + refused.size() == members.size());
    MaintenanceService.@Nullable KvHash first = null;
    for (Map.Entry<Long, MaintenanceService.KvHash> entry : hashes.entrySet()) {
      MaintenanceService.KvHash hash = entry.getValue();
      if (first == null) {
        first = hash;
      } else if (first.compactRevision() == hash.compactRevision() && first.hash() != hash.hash()) {
        throw new Broken("I7", "hashes at revision " + revision + " differ: " + hashes);
      }
    }
  }

  // (e)
  private void check(History history) {
    Checks.Found found = Checks.run(SimulatedCluster.CLUSTER_ID, history, SEARCH_STEPS);
    violations.addAll(found.violations());
    cluster.reached().add("operations checked", history.operations().size());
    cluster.reached().add("leases promised", history.promises().size());
    countExpiries(history.log());
    for (Watching watching : history.watchings()) {
      for (Watching.Told told : watching.messages()) {
        if (told instanceof Watching.Told.Events events) {
          cluster.reached().add("events of watches checked", events.events().size());
        }
      }
    }
    for (SearchCheck.Component component : found.components()) {
      cluster
          .reached()
          .count("search " + component.verdict().name().toLowerCase(java.util.Locale.ROOT));
    }
  }

  private void countExpiries(List<LogEntry> log) {
    Map<Long, Long> grantedIn = new TreeMap<>();
    for (LogEntry entry : log) {
      if (entry.command() instanceof Command.LeaseGrant grant) {
        grantedIn.put(grant.id(), entry.term());
      } else if (entry.command() instanceof Command.LeaseRevoke(long id, long decidedIn, long _)
          && decidedIn == entry.term()) {
        cluster.reached().count("leases expired");
        if (grantedIn.getOrDefault(id, decidedIn) < decidedIn) {
          cluster.reached().count("leases expired under a later leader");
        }
      }
    }
  }
}
