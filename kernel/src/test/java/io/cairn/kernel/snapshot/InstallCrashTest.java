// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.kernel.directory.EngineFolders;
import io.cairn.kernel.virtual.CrashingEngine;
import io.cairn.kernel.virtual.FaultyHome;
import io.cairn.kernel.virtual.MemoryEngines;
import io.cairn.kernel.virtual.VirtualTime;
import io.cairn.spi.consensus.AppliedPoint;
import io.cairn.spi.consensus.SnapshotSink;
import io.cairn.spi.consensus.SnapshotSource;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.MaintenanceService;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Random;
import java.util.function.ToIntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The power is cut at every step of receiving and installing a state. */
final class InstallCrashTest {
  private static final int PART_BYTES = 1500;

  @TempDir Path data;

  private final TestMember leader =
      TestMember.leader(new VirtualTime(), new CrashingEngine(), new MemoryEngines());

  /** The member that receives, over its lives. */
  private final class Receiver {
    final FaultyHome home;

    /** What the log has recorded as installed; durable at once. */
    long recorded;

    TestMember life;

    Receiver(Path root) throws IOException {
      home = new FaultyHome(root, () -> recorded);
      life = open();
    }

    TestMember open() throws IOException {
      EngineFolders engines = home.engines();
      return TestMember.follower(new VirtualTime(), engines.open(), engines);
    }

    /** One transfer, as a consensus engine drives it. */
    void receive() {
      try (SnapshotSink sink = life.machine().receiveSnapshot();
          SnapshotSource source = leader.transfers().send(sink.resumeFrom(), PART_BYTES)) {
        for (Bytes part = source.next(); part != null; part = source.next()) {
          sink.accept(part);
        }
        AppliedPoint point = sink.complete();
        home.step();
        recorded = point.index();
        home.step();
        sink.install();
      }
    }

    /** Ends the life and begins another. */
    void restart(ToIntFunction<CrashingEngine> kept) throws IOException {
      try {
        life.kill();
      } catch (FaultyHome.PowerCut cut) {
        // What it still wanted to make durable it could not.
      }
      home.restore(kept);
      life = open();
    }
  }

  @AfterEach
  void closeLeader() {
    leader.close();
  }

  @ParameterizedTest(name = "-Dcairn.seed={0}")
  @MethodSource("io.cairn.conformancetests.Seeds#ofThisRun")
  void memberIsWholeAfterACutAtAnyStep(long seed) throws IOException {
    RandomWrites random = new RandomWrites(seed);
    Random kept = new Random(seed);
    random.run(leader, 60);
    leader.settle();

    boolean cut = true;
    for (int steps = 0; cut; steps++) {
      Receiver receiver = new Receiver(data.resolve("cut-" + steps));
      receiver.life.following().follow(leader.leading().log(), 10);
      receiver.life.settle();
      receiver.home.cutAfter(steps);
      cut = false;
      try {
        receiver.receive();
        receiver.life.settle();
      } catch (FaultyHome.PowerCut powerCut) {
        cut = true;
      }
      receiver.restart(engine ->
          engine.durableCommits() + kept.nextInt(engine.commits() - engine.durableCommits() + 1));

      // The log holds nothing up to the recorded point, so the state must be there.
      long applied = receiver.life.machine().appliedPoint().index();
      assertThat(applied).as("after %d steps", steps).isGreaterThanOrEqualTo(receiver.recorded);
      if (receiver.recorded == 0) {
        assertThat(applied).as("after %d steps", steps).isLessThanOrEqualTo(10);
        receiver.receive();
      }
      receiver.life.following().follow(leader.leading().log(), Long.MAX_VALUE);
      receiver.life.settle();
      assertThat(receiver.life.hash(0)).isEqualTo(withHeaderOf(receiver.life));
      assertThat(receiver.life.content(0)).isEqualTo(leader.content(0));
      assertThat(receiver.home.names().stream().filter(name -> name.startsWith("engine-")))
          .as("what is left after %d steps", steps)
          .hasSize(1);
      receiver.life.close();
    }
  }

  @Test
  void transferGoesOnAfterARestart() throws IOException {
    for (int i = 0; i < 300; i++) {
      leader.put("key-" + i, "value", 0);
    }
    leader.settle();
    Receiver receiver = new Receiver(data.resolve("resumed"));
    int accepted = 0;
    try (SnapshotSink sink = receiver.life.machine().receiveSnapshot();
        SnapshotSource source = leader.transfers().send(sink.resumeFrom(), PART_BYTES)) {
      while (accepted < 5) {
        sink.accept(Objects.requireNonNull(source.next()));
        accepted++;
      }
    }

    receiver.restart(CrashingEngine::commits);

    try (SnapshotSink sink = receiver.life.machine().receiveSnapshot()) {
      assertThat(sink.resumeFrom()).isNotEqualTo(Bytes.EMPTY);
    }
    receiver.receive();
    receiver.life.following().follow(leader.leading().log(), Long.MAX_VALUE);
    assertThat(receiver.life.content(0)).isEqualTo(leader.content(0));
    receiver.life.close();
  }

  private MaintenanceService.KvHash withHeaderOf(TestMember member) {
    var hash = leader.hash(0);
    return new MaintenanceService.KvHash(
        member.hash(0).header(), hash.hash(), hash.compactRevision(), hash.hashRevision());
  }
}
