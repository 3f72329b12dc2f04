// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.run;

import io.cairn.simulator.cluster.Reached;
import io.cairn.simulator.cluster.SimulatedCluster;
import io.cairn.simulator.cluster.SimulatedMember;
import io.cairn.simulator.environment.MemberLife;
import io.cairn.simulator.environment.SimulatedDisk;
import io.cairn.simulator.environment.SimulatedNetwork;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.store.Alarm;
import io.cairn.spi.store.Caller;
import io.cairn.spi.store.ClusterService;
import io.cairn.spi.store.MaintenanceService;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Does to a cluster what a plan says. */
@OnLane("simulation")
final class Nemesis {
  private static final long MILLI = 1_000_000;

  private final SimulatedCluster cluster;
  private final Reached reached;

  /** Members that the cluster was asked to add, by the number that the plan gives them. */
  private final Map<Long, Long> joined = new TreeMap<>();

  /** Members about whom an alarm was raised, maybe. */
  private final Set<Long> alarmed = new TreeSet<>();

  /** Whether somebody was asked to add members. */
  private boolean grows;

  private boolean over;

  Nemesis(SimulatedCluster cluster) {
    this.cluster = cluster;
    this.reached = cluster.reached();
  }

  void schedule(List<Fault.Timed> faults) {
    long begin = cluster.queue().now();
    for (Fault.Timed timed : faults) {
      cluster
          .queue()
          .at(
              begin + timed.atMillis() * MILLI,
              timed.fault().text(),
              () -> {
                if (!over) {
                  strike(timed.fault());
                }
              });
    }
  }

  /** Nothing that is still planned happens any more. */
  void end() {
    over = true;
  }

  private @Nullable SimulatedMember find(long number) {
    if (number == Fault.LEADER) {
      return cluster.leader();
    }
    Long id = joined.getOrDefault(number, number);
    return cluster.members().get(id);
  }

  private void strike(Fault fault) {
    reached.count("fault " + fault.kind().name().toLowerCase(Locale.ROOT).replace('_', '-'));
    switch (fault) {
      case Fault.Crash(long number, boolean power) -> {
        SimulatedMember member = find(number);
        if (member != null && member.isUp()) {
          member.crash(power);
        }
      }
      case Fault.Within(long number, int operations) -> {
        SimulatedMember member = find(number);
        if (member != null && member.isUp()) {
          member.crashWithin(operations);
        }
      }
      case Fault.Restart(long number) -> {
        if (number == Fault.LEADER) {
          List.copyOf(cluster.members().values()).forEach(Nemesis::restart);
        } else {
          restart(find(number));
        }
      }
      case Fault.Pause(long number, long millis) -> {
        SimulatedMember member = find(number);
        if (member != null && member.isUp()) {
          member.life().pauseUntil(cluster.queue().now() + millis * MILLI);
        }
      }
      case Fault.Machine machine -> {
        SimulatedMember member = find(machine.member());
        if (member != null) {
          member.machine(
              new MemberLife.Machine(
                  machine.clockPerMille() / 1000.0,
                  machine.wallOffsetMillis(),
                  machine.slowness()));
        }
      }
      case Fault.Sleep(long number, long millis) -> {
        SimulatedMember member = find(number);
        if (member != null && member.isUp()) {
          member.life().sleepUntil(cluster.queue().now() + millis * MILLI);
        }
      }
      case Fault.Cut(long from, long to) -> cut(from, to);
      case Fault.Heal _ -> cluster.network().heal();
      case Fault.Wires wires ->
          cluster
              .network()
              .usual(
                  new SimulatedNetwork.Wire(
                      true,
                      wires.delayMicros() * 1000,
                      wires.lossPerMille(),
                      wires.wildPerMille()));
      case Fault.Break(long a, long b) -> {
        SimulatedMember one = find(a);
        SimulatedMember other = find(b);
        if (one != null && other != null && one != other) {
          cluster.network().breakConnections(one.id(), other.id());
        }
      }
      case Fault.Disk disk -> {
        SimulatedMember member = find(disk.member());
        if (member != null) {
          member.mayFail();
          member
              .disk()
              .health(
                  new SimulatedDisk.Health(
                      300_000,
                      disk.slowMillis() * MILLI,
                      disk.slowPerMille(),
                      disk.syncErrors(),
                      disk.writeErrors()));
        }
      }
      case Fault.Room(long number, long bytes) -> {
        SimulatedMember member = find(number);
        if (member != null) {
          member.mayFail();
          member.disk().room(bytes);
        }
      }
      case Fault.Rot(long number, int perMille) -> {
        SimulatedMember member = find(number);
        if (member != null && mayBeDamaged(member) && member.rot(perMille)) {
          reached.count("bits turned over");
        }
      }
      case Fault.Wipe(long number) -> {
        SimulatedMember member = find(number);
        if (member != null && mayBeDamaged(member) && cluster.knowsDirectoryOf(member)) {
          member.wipe();
          reached.count("directories wiped");
        }
      }
      case Fault.Copy(long number) -> {
        SimulatedMember member = find(number);
        if (member != null && !member.isUp()) {
          member.copyDirectory();
        }
      }
      case Fault.RollBack(long number) -> {
        SimulatedMember member = find(number);
        // Members that are added later cannot know that it is older than it should be.
        if (member != null && !grows && mayBeDamaged(member) && member.rollBack()) {
          reached.count("directories rolled back");
        }
      }
      case Fault.Transfer(long to) -> {
        SimulatedMember leader = cluster.leader();
        SimulatedMember target = find(to);
        if (leader != null && target != null && leader != target) {
          leader.transfer(target.id());
        }
      }
      case Fault.Change(Fault.Change.What kind, long number) -> change(kind, number);
      case Fault.Defragment(long number) -> {
        SimulatedMember member = find(number);
        if (member != null && member.isUp()) {
          member.call(
              0,
              () ->
                  note(
                      "defragmentations",
                      member.kernel().maintenance().defragment(Caller.LOCAL).thenApply(_ -> true)));
        }
      }
      case Fault.Alarm(long number, boolean raise) -> {
        SimulatedMember member = find(number);
        if (member != null && member.isUp()) {
          alarm(member, member.id(), raise);
        }
      }
    }
  }

  /** At most a minority of those who vote may; one or two have none. */
  private boolean mayBeDamaged(SimulatedMember member) {
    return !member.isUp()
        && cluster.invariants().configuration().voters().size() > 2
        && cluster.members().values().stream().noneMatch(SimulatedMember::isDamaged);
  }

  private static void restart(@Nullable SimulatedMember member) {
    if (member != null && !member.isRemoved()) {
      member.start();
    }
  }

  private void cut(long from, long to) {
    SimulatedMember one = find(from);
    SimulatedMember other = find(to);
    if (one != null && other != null && one != other) {
      SimulatedNetwork network = cluster.network();
      network.wire(one.id(), other.id(), network.wireOf(one.id(), other.id()).withOpen(false));
    }
  }

  /** Asks some member, as an operator would, and starts what has been added. */
  private void change(Fault.Change.What kind, long number) {
    SimulatedMember asked = cluster.leader();
    boolean adds = kind == Fault.Change.What.ADD || kind == Fault.Change.What.LEARN;
    if (asked == null
        || (adds && cluster.members().values().stream().anyMatch(SimulatedMember::isRolledBack))) {
      return;
    }
    grows |= adds;
    ClusterService service = asked.kernel().cluster();
    SimulatedMember subject = find(number);
    List<String> urls = List.of(SimulatedNetwork.urlOf(number));
    asked.call(
        0,
        () -> {
          switch (kind) {
            case ADD -> startWhenAdded(number, service.add(Caller.LOCAL, urls, false));
            case LEARN -> startWhenAdded(number, service.add(Caller.LOCAL, urls, true));
            case PROMOTE -> {
              if (subject != null) {
                note("promotions", service.promote(Caller.LOCAL, subject.id()));
              }
            }
            case REMOVE -> {
              if (subject != null && !subject.isRemoved()) {
                note("removals", service.remove(Caller.LOCAL, subject.id()));
              }
            }
          }
        });
  }

  /** Tells a member that {@code about} has no space, or has some. */
  private void alarm(SimulatedMember member, long about, boolean raise) {
    alarmed.add(about);
    Alarm.Action action = raise ? Alarm.Action.ACTIVATE : Alarm.Action.DEACTIVATE;
    MaintenanceService service = member.kernel().maintenance();
    member.call(
        0,
        () ->
            note(
                raise ? "alarms raised" : "alarms ended",
                service.alarm(Caller.LOCAL, action, new Alarm(about, Alarm.Kind.NOSPACE))));
  }

  /** Asks a member to end all alarms that were ever raised. */
  void disarm(SimulatedMember member) {
    List.copyOf(alarmed).forEach(about -> alarm(member, about, false));
  }

  private void startWhenAdded(long number, CompletionStage<ClusterService.Added> answer) {
    answer.whenComplete((added, _) -> {
      if (added != null) {
        reached.count("members added");
        long id = added.member().id();
        cluster
            .queue()
            .after(
                MILLI,
                "operator starts m" + number,
                () -> {
                  if (!cluster.members().containsKey(id)) {
                    joined.put(number, id);
                    cluster.network().listen(number, id);
                    cluster.add(id, added.members()).start();
                  }
                });
      }
    });
  }

  private void note(String what, CompletionStage<?> answer) {
    answer.whenComplete((done, _) -> reached.count(what + (done == null ? " refused" : "")));
  }
}
