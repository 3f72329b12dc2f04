// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.kernel.command.Command;
import io.cairn.kernel.records.RevisionKey;
import io.cairn.kernel.state.Tables;
import io.cairn.kernel.virtual.CrashingEngine;
import io.cairn.kernel.virtual.KernelWorld;
import io.cairn.kernel.virtual.MemoryEngines;
import io.cairn.kernel.virtual.VirtualTime;
import io.cairn.spi.consensus.AppliedPoint;
import io.cairn.spi.consensus.SnapshotSink;
import io.cairn.spi.consensus.SnapshotSource;
import io.cairn.spi.storage.Cursor;
import io.cairn.spi.storage.StorageEngine;
import io.cairn.spi.storage.StorageException;
import io.cairn.spi.storage.StorageView;
import io.cairn.spi.store.Alarm;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.Caller;
import io.cairn.spi.store.KeyRange;
import io.cairn.spi.store.WireCursor;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** States that travel from one member to another while both go on. */
final class StateTransferTest {
  private static final int PART_BYTES = 400;

  // Each member has a time of its own, so that one can lie behind in flushing and compacting.
  private final TestMember leader =
      TestMember.leader(new VirtualTime(), new CrashingEngine(), new MemoryEngines());
  private final MemoryEngines engines = new MemoryEngines();
  private final CrashingEngine firstEngine = new CrashingEngine();
  private final TestMember follower = TestMember.follower(new VirtualTime(), firstEngine, engines);
  private final List<TestMember> others = new ArrayList<>();

  @AfterEach
  void closeMembers() {
    others.forEach(TestMember::close);
    leader.close();
    follower.close();
  }

  @ParameterizedTest(name = "-Dcairn.seed={0}")
  @MethodSource("io.cairn.conformancetests.Seeds#ofThisRun")
  void receiverAnswersAsTheSenderWhateverHappensMeanwhile(long seed) {
    RandomWrites random = new RandomWrites(seed);
    random.run(leader, 150);
    follower.following().follow(leader.leading().log(), random.below(100));

    for (int round = 0; round < 4; round++) {
      AppliedPoint point = transfer(leader, random);
      assertThat(follower.machine().appliedPoint()).isEqualTo(point);
      assertFollowerIsAsLeader();
      random.run(leader, 60);
      follower.following().follow(leader.leading().log(), leader.leading().log().size() - 30L);
    }
  }

  @ParameterizedTest(name = "-Dcairn.seed={0}")
  @MethodSource("io.cairn.conformancetests.Seeds#ofThisRun")
  void transferGoesOnWhereItBrokeOff(long seed) {
    RandomWrites random = new RandomWrites(seed);
    random.run(leader, 200);
    leader.settle();

    // One part more each time, with writes and compactions in between; the last time to the end.
    boolean complete = false;
    for (int parts = 1; !complete; parts++) {
      SnapshotSink sink = follower.machine().receiveSnapshot();
      SnapshotSource source = leader.transfers().send(sink.resumeFrom(), PART_BYTES);
      Bytes part = source.next();
      for (int i = 0; i < parts && part != null; i++) {
        sink.accept(part);
        part = source.next();
      }
      complete = part == null;
      if (complete) {
        assertThat(sink.complete()).isEqualTo(source.point());
        sink.install();
      }
      source.close();
      sink.close();
      if (!complete) {
        random.run(leader, 3);
      }
    }

    assertFollowerIsAsLeader();
  }

  @ParameterizedTest(name = "-Dcairn.seed={0}")
  @MethodSource("io.cairn.conformancetests.Seeds#ofThisRun")
  void transferGoesOnFromAnotherSender(long seed) {
    RandomWrites random = new RandomWrites(seed);
    TestMember second = other(7);
    TestMember third = other(8);
    List<TestMember> senders = List.of(leader, second, third);
    random.run(leader, 200);

    boolean complete = false;
    for (int turn = 0; !complete; turn++) {
      random.run(leader, 5);
      for (TestMember member : List.of(second, third)) {
        // Not always up to date, not always flushed, not always compacted.
        long behind = random.below(20);
        member.following().follow(leader.leading().log(), leader.leading().log().size() - behind);
        if (random.oneIn(2)) {
          member.settle();
        }
      }
      TestMember sender = senders.get(random.below(senders.size()));
      SnapshotSink sink = follower.machine().receiveSnapshot();
      try (SnapshotSource source = sender.transfers().send(sink.resumeFrom(), PART_BYTES)) {
        complete = receive(sink, source, turn < 60 ? 1 + random.below(4) : Integer.MAX_VALUE);
      } finally {
        sink.close();
      }
    }

    assertFollowerIsAsLeader();
  }

  @Test
  void recordsOfKeysThatCompactionHasForgottenDoNotComeBack() {
    leader.put("dead", "1", 0);
    for (int i = 0; i < 50; i++) {
      leader.put("alive-" + i, "x".repeat(50), 0);
    }
    leader.settle();
    SnapshotSink sink = follower.machine().receiveSnapshot();
    SnapshotSource source = leader.transfers().send(sink.resumeFrom(), PART_BYTES);
    sink.accept(source.next());
    sink.accept(source.next());

    leader.delete(KeyRange.single(Bytes.utf8("dead")));
    leader.put("last", "1", 0);
    leader.compact(leader.revision(), true);
    receive(sink, source, Integer.MAX_VALUE);

    assertFollowerIsAsLeader();
    assertThat(follower.content(0)).noneMatch(kv -> kv.key().equals(Bytes.utf8("dead")));
    assertThat(records(engines.installed())).isEqualTo(51);
  }

  @Test
  void senderThatHasNotFreedWhatTheOneBeforeHadFreedBeginsAnew() {
    leader.put("dead", "1", 0);
    leader.put("filler", "x".repeat(50), 0);
    leader.delete(KeyRange.single(Bytes.utf8("dead")));
    leader.compact(leader.revision(), true);
    for (int i = 0; i < 60; i++) {
      leader.put("alive-" + i, "x".repeat(50), 0);
    }
    leader.settle();
    // None of its lanes runs, so it commits what it has no room for, and frees nothing.
    TestMember second = other(7);
    second.following().follow(leader.leading().log(), Long.MAX_VALUE);
    SnapshotSink sink = follower.machine().receiveSnapshot();
    SnapshotSource source = leader.transfers().send(sink.resumeFrom(), PART_BYTES);
    for (int i = 0; i < 4; i++) {
      sink.accept(Objects.requireNonNull(source.next()));
    }
    source.close();
    sink.close();
    for (int i = 0; i < 60; i++) {
      leader.put("tail-" + i, "x".repeat(50), 0);
    }
    second.following().follow(leader.leading().log(), Long.MAX_VALUE);

    SnapshotSink again = follower.machine().receiveSnapshot();
    SnapshotSource other = second.transfers().send(again.resumeFrom(), PART_BYTES);
    receive(again, other, Integer.MAX_VALUE);
    other.close();

    assertThat(engines.happened).contains("discarded");
    assertFollowerIsAsLeader();
    assertThat(follower.content(0)).noneMatch(kv -> kv.key().equals(Bytes.utf8("dead")));
  }

  @Test
  void keyThatIsFreedWhileTheStreamPassesItDoesNotComeBack() {
    leader.put("dead", "1", 0);
    for (int i = 0; i < 30; i++) {
      leader.put("alive-" + i, "x".repeat(50), 0);
    }
    leader.delete(KeyRange.single(Bytes.utf8("dead")));
    leader.compact(leader.revision(), true);
    leader.put("above-the-floor", "1", 0);
    for (int i = 0; i < 60; i++) {
      leader.put("tail-" + i, "x".repeat(50), 0);
    }
    TestMember second = other(7);
    second.following().follow(leader.leading().log(), Long.MAX_VALUE);
    SnapshotSink sink = follower.machine().receiveSnapshot();
    SnapshotSource source = second.transfers().send(sink.resumeFrom(), PART_BYTES);
    sink.accept(Objects.requireNonNull(source.next()));
    sink.accept(Objects.requireNonNull(source.next()));

    // The floor was there when the stream began, the freeing was not done.
    second.settle();
    receive(sink, source, Integer.MAX_VALUE);
    source.close();

    assertFollowerIsAsLeader();
    assertThat(follower.content(0)).noneMatch(kv -> kv.key().equals(Bytes.utf8("dead")));
  }

  @Test
  void whatTheSenderHasNotFreedTheReceiverFrees() {
    for (int i = 0; i < 30; i++) {
      leader.put("key", "x".repeat(50), 0);
    }
    leader.compact(leader.revision(), true);
    for (int i = 0; i < 60; i++) {
      leader.put("tail-" + i, "x".repeat(50), 0);
    }
    TestMember second = other(7);
    second.following().follow(leader.leading().log(), Long.MAX_VALUE);
    SnapshotSink sink = follower.machine().receiveSnapshot();
    SnapshotSource source = second.transfers().send(sink.resumeFrom(), PART_BYTES);

    receive(sink, source, Integer.MAX_VALUE);
    source.close();
    assertThat(records(engines.installed())).as("sent").isGreaterThan(61);
    follower.settle();

    assertThat(records(engines.installed())).isLessThanOrEqualTo(61);
    assertFollowerIsAsLeader();
  }

  @Test
  void damagedPartIsRefusedAndTheTransferGoesOn() {
    new RandomWrites(1).run(leader, 120);
    leader.settle();

    for (int damaged = 0; ; damaged++) {
      SnapshotSink sink = follower.machine().receiveSnapshot();
      SnapshotSource source = leader.transfers().send(sink.resumeFrom(), PART_BYTES);
      for (int i = 0; i < damaged; i++) {
        Bytes part = source.next();
        if (part == null) {
          sink.complete();
          sink.install();
          source.close();
          assertFollowerIsAsLeader();
          return;
        }
        sink.accept(part);
      }
      Bytes part = source.next();
      if (part != null) {
        byte[] bytes = part.toByteArray();
        bytes[bytes.length / 2] ^= 0x10;
        assertThatThrownBy(() -> sink.accept(Bytes.of(bytes)))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("checksum");
      }
      source.close();
      sink.close();
    }
  }

  @Test
  void partsOutOfOrderAreRefused() {
    new RandomWrites(1).run(leader, 60);
    leader.settle();
    List<Bytes> parts = new ArrayList<>();
    try (SnapshotSource source = leader.transfers().send(Bytes.EMPTY, PART_BYTES)) {
      for (Bytes part = source.next(); part != null; part = source.next()) {
        parts.add(part);
      }
    }
    SnapshotSink sink = follower.machine().receiveSnapshot();

    assertThatThrownBy(() -> sink.accept(parts.get(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("does not follow");
    sink.accept(parts.get(0));
    sink.accept(parts.get(1));
    assertThatThrownBy(() -> sink.accept(parts.get(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("in order");
    assertThatThrownBy(sink::complete).isInstanceOf(IllegalStateException.class);
    sink.close();
  }

  @Test
  void missingPartShowsInTheCount() {
    for (int i = 0; i < 60; i++) {
      leader.put("key-" + i, "value", 0);
    }
    leader.settle();
    SnapshotSink sink = follower.machine().receiveSnapshot();
    SnapshotSource source = leader.transfers().send(sink.resumeFrom(), PART_BYTES);
    sink.accept(source.next());
    source.next();
    for (Bytes part = source.next(); part != null; part = source.next()) {
      sink.accept(part);
    }
    source.close();

    assertThatThrownBy(sink::complete)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("records");
    sink.close();

    assertThat(engines.happened).endsWith("discarded");
    transfer(leader, new RandomWrites(2));
    assertFollowerIsAsLeader();
  }

  @Test
  void stateOfAnotherClusterIsRefused() {
    Bytes foreign = new PartFormat.Begin(1, 2, null).encode();
    SnapshotSink sink = follower.machine().receiveSnapshot();

    assertThatThrownBy(() -> sink.accept(foreign))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("cluster");
    sink.close();
  }

  @Test
  void alarmsAndMembersTravel() {
    RandomWrites.commit(
        leader, new Command.AlarmCommand(Alarm.Action.ACTIVATE, new Alarm(9, Alarm.Kind.CORRUPT)));
    RandomWrites.commit(leader, new Command.ClusterVersion("3.7.0"));
    leader.settle();
    SnapshotSink sink = follower.machine().receiveSnapshot();

    receive(sink, leader.transfers().send(sink.resumeFrom(), PART_BYTES), Integer.MAX_VALUE);

    var alarms = follower.done(follower.kernel.maintenance().status(Caller.LOCAL)).alarms();
    assertThat(alarms).containsExactly(new Alarm(9, Alarm.Kind.CORRUPT));
    assertThat(follower.kernel.members().membership())
        .isEqualTo(leader.kernel.members().membership());
    assertThat(follower.kernel.members().membership().clusterVersion()).isEqualTo("3.7.0");
  }

  @Test
  void engineThatFailsEndsTheTransferAndNotTheMember() {
    new RandomWrites(3).run(leader, 100);
    leader.settle();
    SnapshotSink sink = follower.machine().receiveSnapshot();
    SnapshotSource source = leader.transfers().send(sink.resumeFrom(), PART_BYTES);
    sink.accept(Objects.requireNonNull(source.next()));
    sink.accept(Objects.requireNonNull(source.next()));

    engines.failNext();
    assertThatThrownBy(() -> sink.accept(Objects.requireNonNull(source.next())))
        .isInstanceOf(StorageException.Full.class);
    source.close();
    sink.close();

    SnapshotSink again = follower.machine().receiveSnapshot();
    receive(again, leader.transfers().send(again.resumeFrom(), PART_BYTES), Integer.MAX_VALUE);
    assertFollowerIsAsLeader();
  }

  @Test
  void recordThatCannotBeReadBackEndsTheTransferAndIsThrownAway() {
    Bytes begin = new PartFormat.Begin(KernelWorld.CLUSTER, TestMember.LEADER, null).encode();
    PartWriter records = new PartWriter(PartFormat.RECORDS).add(0).add(2);
    new PartFormat.Keys().write(records, new RevisionKey(2, 0, false));
    records.add(Bytes.utf8("not a record"));
    SnapshotSink sink = follower.machine().receiveSnapshot();
    sink.accept(begin);

    assertThatThrownBy(() -> sink.accept(records.finish())).isInstanceOf(RuntimeException.class);
    sink.close();

    assertThat(engines.happened).endsWith("discarded");
  }

  @Test
  void senderFallsBehindWritersWhoWriteAsMuchAsItSends() {
    new RandomWrites(1).run(leader, 200);
    leader.settle();

    try (SnapshotSource source = leader.transfers().send(Bytes.EMPTY, PART_BYTES)) {
      assertThat(source.next()).isNotNull();
      for (int i = 0; !source.fallsBehind(); i++) {
        assertThat(i).as("parts").isLessThan(1000);
        assertThat(source.next()).isNotNull();
        for (int put = 0; put < 4; put++) {
          leader.put("key-" + i, "v".repeat(PART_BYTES / 4), 0);
        }
        leader.settle();
      }
    }
  }

  @Test
  void senderDoesNotFallBehindWhereNobodyWrites() {
    new RandomWrites(1).run(leader, 200);
    leader.settle();

    try (SnapshotSource source = leader.transfers().send(Bytes.EMPTY, PART_BYTES)) {
      while (source.next() != null) {
        assertThat(source.fallsBehind()).isFalse();
      }
    }
  }

  @Test
  void onlyOneStateIsReceivedAtATime() {
    SnapshotSink sink = follower.machine().receiveSnapshot();

    assertThatThrownBy(() -> follower.machine().receiveSnapshot())
        .isInstanceOf(IllegalStateException.class);
    sink.close();

    follower.machine().receiveSnapshot().close();
  }

  @Test
  void stateThatIsNotWhatTheSenderToldIsDiscarded() {
    new RandomWrites(1).run(leader, 50);
    leader.settle();
    SnapshotSink sink = follower.machine().receiveSnapshot();
    try (SnapshotSource source = leader.transfers().send(sink.resumeFrom(), PART_BYTES)) {
      Bytes next = source.next();
      for (Bytes part = next; part != null; part = next) {
        next = source.next();
        sink.accept(next == null ? withAnotherHash(part) : part);
      }
    }

    assertThatThrownBy(sink::complete)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("with hash");
    sink.close();

    assertThat(engines.happened).endsWith("discarded");
  }

  private static Bytes withAnotherHash(Bytes endPart) {
    WireCursor in = PartFormat.open(endPart);
    assertThat(in.varint()).isEqualTo(PartFormat.END);
    PartFormat.End end = PartFormat.End.decode(in);
    return new PartFormat.End(end.numbers(), end.count(), end.hash() ^ 1).encode();
  }

  private TestMember other(long id) {
    TestMember member =
        TestMember.follower(new VirtualTime(), id, new CrashingEngine(), new MemoryEngines());
    others.add(member);
    return member;
  }

  /** Lets the leader write between parts. */
  private AppliedPoint transfer(TestMember sender, RandomWrites random) {
    SnapshotSink sink = follower.machine().receiveSnapshot();
    try (SnapshotSource source = sender.transfers().send(sink.resumeFrom(), PART_BYTES)) {
      for (Bytes part = source.next(); part != null; part = source.next()) {
        sink.accept(part);
        random.run(leader, 2);
      }
      AppliedPoint point = sink.complete();
      assertThat(point).isEqualTo(source.point());
      sink.install();
      return point;
    }
  }

  /** Receives up to {@code parts} parts; whether that was all, and the state is installed. */
  private static boolean receive(SnapshotSink sink, SnapshotSource source, int parts) {
    Bytes part = source.next();
    for (int i = 0; i < parts && part != null; i++) {
      sink.accept(part);
      part = source.next();
    }
    if (part != null) {
      return false;
    }
    assertThat(sink.complete()).isEqualTo(source.point());
    sink.install();
    return true;
  }

  private void assertFollowerIsAsLeader() {
    leader.settle();
    follower.following().follow(leader.leading().log(), Long.MAX_VALUE);
    follower.settle();
    assertThat(follower.revision()).isEqualTo(leader.revision());
    assertThat(follower.floor()).isEqualTo(leader.floor());
    for (long at = Math.max(1, leader.floor()); at <= leader.revision(); at++) {
      assertThat(follower.content(at)).as("at revision %d", at).isEqualTo(leader.content(at));
      assertThat(follower.hash(at).hash()).as("hash at %d", at).isEqualTo(leader.hash(at).hash());
    }
    assertThat(follower.kernel.published().state().appliedIndex())
        .isEqualTo(leader.kernel.published().state().appliedIndex());
    assertThat(leases(follower)).isEqualTo(leases(leader));
    // All tables, physical compaction done on both.
    assertThat(follower.done(follower.kernel.maintenance().hash(Caller.LOCAL)).hash())
        .isEqualTo(leader.done(leader.kernel.maintenance().hash(Caller.LOCAL)).hash());
  }

  /** Ids, times and keys. */
  private static List<String> leases(TestMember member) {
    return member.kernel.leases().listLeases().stream()
        .map(lease -> lease + " " + member.kernel.leases().keys(lease.id()))
        .toList();
  }

  private static int records(StorageEngine engine) {
    int count = 0;
    try (StorageView view = engine.view();
        Cursor cursor = view.scan(Tables.REVISIONS, Bytes.EMPTY, Bytes.EMPTY)) {
      while (cursor.next()) {
        count++;
      }
    }
    return count;
  }
}
