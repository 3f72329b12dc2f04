// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.maintenance;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.kernel.backup.DatabaseFile;
import io.cairn.kernel.cluster.MemberChange;
import io.cairn.kernel.request.PendingAnswer;
import io.cairn.kernel.virtual.KernelWorld;
import io.cairn.spi.store.Alarm;
import io.cairn.spi.store.BackupStream;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.Caller;
import io.cairn.spi.store.CompactRequest;
import io.cairn.spi.store.DeleteRequest;
import io.cairn.spi.store.KeyRange;
import io.cairn.spi.store.MaintenanceService;
import io.cairn.spi.store.MaintenanceService.DowngradeAction;
import io.cairn.spi.store.MaintenanceService.KvHash;
import io.cairn.spi.store.MaintenanceService.Status;
import io.cairn.spi.store.PutRequest;
import io.cairn.spi.store.PutResult;
import io.cairn.spi.store.Reason;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class MaintenanceFacadeTest {
  private static final Alarm NO_SPACE = new Alarm(KernelWorld.MEMBER, Alarm.Kind.NOSPACE);
  private static final Alarm ANY = new Alarm(0, Alarm.Kind.NONE);

  private final KernelWorld world = new KernelWorld();
  private final MaintenanceService maintenance = world.kernel().maintenance();

  @BeforeEach
  void enterTheMember() {
    world
        .consensus()
        .proposeChange(
            MemberChange.ofInitialMember(KernelWorld.MEMBER, "m5", List.of("http://127.0.0.1:2380"))
                .encode(),
            new PendingAnswer<>(Bytes.EMPTY));
    world.time.run();
  }

  @AfterEach
  void close() {
    world.close();
  }

  @Test
  void alarmsAreRaisedListedAndEnded() {
    assertThat(alarm(Alarm.Action.ACTIVATE, NO_SPACE)).containsExactly(NO_SPACE);
    assertThat(alarm(Alarm.Action.GET, ANY)).containsExactly(NO_SPACE);
    assertThat(world.refused(put("k", "v"))).isEqualTo(new Reason.NoSpace());

    assertThat(alarm(Alarm.Action.DEACTIVATE, NO_SPACE)).containsExactly(NO_SPACE);
    assertThat(alarm(Alarm.Action.GET, ANY)).isEmpty();
    assertThat(world.done(put("k", "v")).header().revision()).isEqualTo(2);
  }

  @Test
  void unknownActionsAndKindsAreNotRaised() {
    assertThat(world.refused(maintenance.alarm(Caller.LOCAL, Alarm.Action.UNKNOWN, NO_SPACE)))
        .isEqualTo(new Reason.UnknownAction());
    assertThat(
            world.refused(
                maintenance.alarm(
                    Caller.LOCAL, Alarm.Action.ACTIVATE, new Alarm(1, Alarm.Kind.UNKNOWN))))
        .isEqualTo(new Reason.UnknownAction());
  }

  @Test
  void statusTellsWhatThisMemberKnows() {
    world.done(put("k", "v"));
    alarm(Alarm.Action.ACTIVATE, NO_SPACE);

    Status status = world.done(maintenance.status(Caller.LOCAL));

    assertThat(status.header().revision()).isEqualTo(2);
    assertThat(status.leader()).isEqualTo(KernelWorld.MEMBER);
    assertThat(status.raftIndex())
        .isEqualTo(status.raftAppliedIndex())
        .isEqualTo(world.kernel().published().state().appliedIndex());
    assertThat(status.learner()).isFalse();
    assertThat(status.dbSizeQuota()).isEqualTo(2L << 30);
    assertThat(status.alarms()).containsExactly(NO_SPACE);
    assertThat(status.downgradeTarget()).isEmpty();
  }

  @Test
  void hashOfARevisionStaysTheSameWhileMoreIsWritten() {
    world.done(put("a", "1"));
    world.done(put("b", "2"));
    KvHash before = world.done(maintenance.hashKv(Caller.LOCAL, 0));

    world.done(put("a", "3"));
    KvHash after = world.done(maintenance.hashKv(Caller.LOCAL, 3));

    assertThat(before.hashRevision()).isEqualTo(3);
    assertThat(before.compactRevision()).isEqualTo(-1);
    assertThat(after.hash()).isEqualTo(before.hash());
    assertThat(after.header().revision()).isEqualTo(4);
    assertThat(world.done(maintenance.hashKv(Caller.LOCAL, 0)).hash()).isNotEqualTo(before.hash());
  }

  @Test
  void hashOfCompactedAndFutureRevisionsIsRefused() {
    world.done(put("a", "1"));
    world.done(put("a", "2"));
    world.done(put("a", "3"));
    world.done(world.kernel().kv().compact(Caller.LOCAL, new CompactRequest(3, true)));

    assertThat(world.refused(maintenance.hashKv(Caller.LOCAL, 2)))
        .isEqualTo(new Reason.Compacted(3));
    assertThat(world.refused(maintenance.hashKv(Caller.LOCAL, 5)))
        .isEqualTo(new Reason.FutureRevision());
    assertThat(world.done(maintenance.hashKv(Caller.LOCAL, 3)).compactRevision()).isEqualTo(3);
    assertThat(world.done(maintenance.hashKv(Caller.LOCAL, -4)).hashRevision()).isEqualTo(-4);
  }

  @Test
  void hashesAreTheSameAfterARestart() {
    for (int i = 0; i < 50; i++) {
      world.done(put("key-" + i % 7, "value-" + i));
    }
    world.done(
        world
            .kernel()
            .kv()
            .delete(Caller.LOCAL, new DeleteRequest(KeyRange.single(Bytes.utf8("key-3")), false)));
    world.done(world.kernel().kv().compact(Caller.LOCAL, new CompactRequest(20, false)));
    KvHash before = world.done(maintenance.hashKv(Caller.LOCAL, 40));

    world.crash(world.engine().durableCommits());

    KvHash after = world.done(world.kernel().maintenance().hashKv(Caller.LOCAL, 40));
    assertThat(after.hash()).isEqualTo(before.hash());
    assertThat(after.compactRevision()).isEqualTo(20);
  }

  @Test
  void contentHashMovesWithContentOnly() {
    world.done(put("a", "1"));
    int before = world.done(maintenance.hash(Caller.LOCAL)).hash();

    // An entry that changes nothing.
    alarm(Alarm.Action.GET, ANY);
    assertThat(world.done(maintenance.hash(Caller.LOCAL)).hash()).isEqualTo(before);

    alarm(Alarm.Action.ACTIVATE, NO_SPACE);
    assertThat(world.done(maintenance.hash(Caller.LOCAL)).hash()).isNotEqualTo(before);
  }

  @Test
  void backupHoldsWhatWasPublishedBeforeTheCall() {
    world.done(put("a", "1"));
    world.done(put("b", "2"));

    byte[] file = backup();

    assertThat(Objects.requireNonNull(DatabaseFile.read(file).get("key"))).hasSize(2);
  }

  @Test
  void stoppingEndsABackupThatNobodyReads() {
    BackupStream stream = world.done(maintenance.backup(Caller.LOCAL));

    world.kernel().stop();

    assertThat(world.refused(stream.next())).isEqualTo(new Reason.CallCanceled());
    assertThat(world.refused(maintenance.backup(Caller.LOCAL))).isEqualTo(new Reason.Stopped());
  }

  @Test
  void defragmentationIsDoneWhileTheMemberServes() {
    world.done(put("a", "1"));

    world.done(maintenance.defragment(Caller.LOCAL));

    assertThat(world.logged).anyMatch(line -> line.startsWith("finished defragment"));
  }

  @Test
  void leadershipGoesToVotersOnly() {
    world.done(maintenance.moveLeader(Caller.LOCAL, KernelWorld.MEMBER));

    assertThat(world.refused(maintenance.moveLeader(Caller.LOCAL, 99)))
        .isEqualTo(new Reason.BadLeaderTransferee());
    world.consensus().leads(false);
    assertThat(world.refused(maintenance.moveLeader(Caller.LOCAL, KernelWorld.MEMBER)))
        .isEqualTo(new Reason.NotLeader());
  }

  @Test
  void downgradeIsValidatedPreparedAndGivenUp() {
    assertThat(downgrade(DowngradeAction.VALIDATE, "3.6")).isEqualTo("3.7");
    assertThat(refusedDowngrade(DowngradeAction.VALIDATE, "3.5"))
        .isEqualTo(new Reason.DowngradeVersionInvalid());
    assertThat(refusedDowngrade(DowngradeAction.ENABLE, "x"))
        .isEqualTo(new Reason.DowngradeVersionMalformed());
    assertThat(refusedDowngrade(DowngradeAction.UNKNOWN, "3.6"))
        .isEqualTo(new Reason.UnknownAction());

    assertThat(downgrade(DowngradeAction.ENABLE, "3.6")).isEqualTo("3.7");
    assertThat(world.done(maintenance.status(Caller.LOCAL)).downgradeTarget()).isEqualTo("3.6.0");
    assertThat(refusedDowngrade(DowngradeAction.ENABLE, "3.6"))
        .isEqualTo(new Reason.DowngradeInProgress());

    assertThat(downgrade(DowngradeAction.CANCEL, "")).isEqualTo("3.7");
    assertThat(downgrade(DowngradeAction.CANCEL, "")).isEqualTo("3.7");
    assertThat(world.done(maintenance.status(Caller.LOCAL)).downgradeTarget()).isEmpty();
  }

  private List<Alarm> alarm(Alarm.Action action, Alarm alarm) {
    return world.done(maintenance.alarm(Caller.LOCAL, action, alarm)).alarms();
  }

  private String downgrade(DowngradeAction action, String version) {
    return world.done(maintenance.downgrade(Caller.LOCAL, action, version)).version();
  }

  private Reason refusedDowngrade(DowngradeAction action, String version) {
    return world.refused(maintenance.downgrade(Caller.LOCAL, action, version));
  }

  private CompletionStage<PutResult> put(String key, String value) {
    return world.kernel().kv().put(Caller.LOCAL, PutRequest.of(Bytes.utf8(key), Bytes.utf8(value)));
  }

  private byte[] backup() {
    BackupStream stream = world.done(maintenance.backup(Caller.LOCAL));
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    for (BackupStream.Chunk chunk = world.done(stream.next());
        !chunk.last();
        chunk = world.done(stream.next())) {
      file.writeBytes(chunk.data().toByteArray());
    }
    return file.toByteArray();
  }
}
