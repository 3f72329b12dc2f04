// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.consensus;

import io.cairn.spi.consensus.Consensus;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Random proposals and reads on all members, while these are killed, lose their power and are cut
 * off, and messages are lost. State machines remember nothing, so every start replays the log.
 */
final class Misfortune {
  /** A read, and what it has to show at least. */
  private record Read(Member member, long atLeast, CompletableFuture<Long> answer) {}

  private final Cluster cluster;
  private final World world;
  private final List<Read> reads = new ArrayList<>();
  private final List<String> lies = new ArrayList<>();

  Misfortune(Cluster cluster) {
    this.cluster = cluster;
    this.world = cluster.world();
  }

  /** Brings so many events, mends everything, and returns which promises were broken. */
  List<String> run(int events) {
    for (int i = 0; i < events; i++) {
      happen();
      world.runMillis(world.draw(120));
    }
    cluster.network().heal();
    cluster.members().stream().filter(member -> !member.isRunning()).forEach(Member::start);
    world.runMillis(2L * Cluster.REQUEST_MILLIS);
    if (!cluster.converges()) {
      lies.add("members do not come together again: " + points());
    }
    judge();
    return lies;
  }

  private void happen() {
    Member member = cluster.members().get(world.draw(cluster.members().size()));
    int die = world.draw(100);
    if (!member.isRunning()) {
      if (die < 40) {
        member.start();
      }
      return;
    }
    if (die < 60) {
      for (int i = 1 + world.draw(5); i > 0; i--) {
        member.propose();
      }
    } else if (die < 80) {
      read(member);
    } else if (die < 84) {
      member.kill();
    } else if (die < 88) {
      member.cutPower();
    } else if (die < 92) {
      cluster.network().isolate(member.id());
    } else if (die < 94) {
      cluster.network().lose(world.draw(30));
    } else if (die == 94) {
      cluster.running().forEach(Member::cutPower);
    } else {
      cluster.network().heal();
    }
  }

  private void read(Member member) {
    long atLeast = cluster.ledger().acknowledged();
    long atOnce = member.consensus().tryReadIndex();
    if (atOnce != Consensus.NO_INDEX && atOnce < atLeast) {
      lies.add("C7: a read at once shows %d, but %d was acknowledged".formatted(atOnce, atLeast));
    }
    reads.add(new Read(member, atLeast, member.read()));
  }

  private void judge() {
    Ledger ledger = cluster.ledger();
    lies.addAll(ledger.breaches());
    ledger.repeated().forEach(text -> lies.add("C3: applied twice: " + text));
    ledger.notAnsweredOnce().forEach(command -> lies.add("C3: not answered once: " + command));
    ledger.appliedThoughDropped().forEach(command -> lies.add("C4: applied: " + command));
    for (Read read : reads) {
      if (read.answer.isDone()
          && !read.answer.isCompletedExceptionally()
          && read.answer.join() < read.atLeast) {
        lies.add(
            "C7: member %d shows %d, but %d was acknowledged"
                .formatted(read.member.id(), read.answer.join(), read.atLeast));
      }
    }
    for (Member member : cluster.running()) {
      String words = member.lastWords();
      if (words != null) {
        lies.add("member %d has ended itself: %s".formatted(member.id(), words));
      }
      List<String> applied = member.machine().applied();
      ledger
          .appliedCommands()
          .filter(command -> !applied.contains(command.text()))
          .forEach(command -> lies.add("member %d has lost %s".formatted(member.id(), command)));
    }
  }

  private List<String> points() {
    return cluster.running().stream()
        .map(member -> member.id() + " at " + member.machine().point().index())
        .toList();
  }
}
