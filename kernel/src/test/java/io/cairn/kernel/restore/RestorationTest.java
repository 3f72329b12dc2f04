// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.backendmemory.MemoryBackend;
import io.cairn.kernel.backup.BackupException;
import io.cairn.kernel.cluster.MemberBook;
import io.cairn.kernel.cluster.MemberChange;
import io.cairn.kernel.cluster.Membership;
import io.cairn.kernel.lease.LeaseBook;
import io.cairn.kernel.lease.LeaseRecord;
import io.cairn.kernel.maintenance.AlarmBook;
import io.cairn.kernel.records.RecordFormat;
import io.cairn.kernel.records.RevisionKey;
import io.cairn.kernel.state.StoredNumbers;
import io.cairn.kernel.state.Tables;
import io.cairn.spi.consensus.ConfigurationChange;
import io.cairn.spi.storage.Cursor;
import io.cairn.spi.storage.StorageEngine;
import io.cairn.spi.storage.StorageOptions;
import io.cairn.spi.storage.StorageView;
import io.cairn.spi.storage.Table;
import io.cairn.spi.store.Alarm;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.Member;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class RestorationTest {
  private static final List<ConfigurationChange> FOUNDERS =
      List.of(
          MemberChange.ofInitialMember(17, "m1", List.of("http://one:2380")).encode(),
          MemberChange.ofInitialMember(4, "m2", List.of("http://two:2380")).encode());
  private static final Restoration.Progress NOBODY = (rows, bytes) -> {};

  private final StorageEngine engine =
      new MemoryBackend().open(new StorageOptions(Path.of("."), Tables.ALL, 1 << 20, Path.of(".")));

  @AfterEach
  void close() {
    engine.close();
  }

  @Test
  void historyLeasesAndAlarmsAreKept() throws IOException {
    EtcdBuckets etcd =
        new EtcdBuckets()
            .put("a", 2, 2, 1, 0)
            .put("b", 3, 3, 1, 0x77)
            .tombstone("a", 4)
            .put("b", 5, 3, 2, 0x77)
            .lease(0x77, 600, 42)
            .alarm(99, 2);

    Restoration.Content content = restore(etcd, 0);

    assertThat(history()).isEqualTo(etcd.bucket("key"));
    assertThat(numbers()).isEqualTo(new StoredNumbers(2, 1, 5, -1, -1));
    assertThat(leases()).containsExactly(new LeaseBook.Lease(0x77, 600, 42, 1));
    try (StorageView view = engine.view()) {
      assertThat(AlarmBook.read(view)).containsExactly(new Alarm(99, Alarm.Kind.CORRUPT));
    }
    assertThat(content.revision()).isEqualTo(5);
  }

  @Test
  void membersAreTheFounders() throws IOException {
    EtcdBuckets etcd = new EtcdBuckets();
    etcd.bucket("members").put(Bytes.utf8("8e9e05c52164694d"), Bytes.utf8("{}"));
    etcd.bucket("members_removed").put(Bytes.utf8("11"), Bytes.utf8("removed"));

    restore(etcd, 0);

    try (StorageView view = engine.view()) {
      Membership membership = MemberBook.read(view);
      assertThat(membership.members())
          .containsExactly(
              new Member(4, "m2", List.of("http://two:2380"), List.of(), false),
              new Member(17, "m1", List.of("http://one:2380"), List.of(), false));
      assertThat(membership.removed()).isEmpty();
    }
    assertThat(numbers().revision()).as("of an empty store").isEqualTo(1);
  }

  /** A compaction may have been under way, and may have removed the newest record. */
  @Test
  void compactionIsKeptAsFarAsItHadCome() throws IOException {
    EtcdBuckets etcd =
        new EtcdBuckets()
            .put("a", 2, 2, 1, 0)
            .meta("finishedCompactRev", RevisionKey.firstOf(3))
            .meta("scheduledCompactRev", RevisionKey.firstOf(7));

    restore(etcd, 0);

    assertThat(numbers()).isEqualTo(new StoredNumbers(2, 1, 7, 7, 3));
  }

  @Test
  void revisionIsRaisedAndEverythingBeforeIsCompacted() throws IOException {
    Restoration.Content content = restore(new EtcdBuckets().put("a", 2, 2, 1, 0), 1000);

    assertThat(numbers()).isEqualTo(new StoredNumbers(2, 1, 1002, 1002, -1));
    assertThat(content.compactionFloor()).isEqualTo(1002);
  }

  @Test
  void revisionCannotBeRaisedBeyondTheLast() {
    assertThatThrownBy(() -> restore(new EtcdBuckets().put("a", 2, 2, 1, 0), Long.MAX_VALUE))
        .isInstanceOf(BackupException.class)
        .hasMessageContaining("--bump-revision");
  }

  /** etcdutl leaves a record without content where it has raised the revision. */
  @Test
  void markOfAnEarlierRestoreCountsAsRevisionOnly() throws IOException {
    EtcdBuckets etcd =
        new EtcdBuckets()
            .put("a", 2, 2, 1, 0)
            .record(RevisionKey.encode(1002, 0, false), Bytes.EMPTY);

    restore(etcd, 0);

    assertThat(history()).containsOnlyKeys(RevisionKey.encode(2, 0, false));
    assertThat(numbers().revision()).isEqualTo(1002);
  }

  @Test
  void everythingIsReadBeforeAnythingIsWritten() throws IOException {
    Backup backup = new EtcdBuckets().put("a", 2, 2, 1, 0).lease(5, 60, 0).backup();
    Restoration restoration = new Restoration(backup, FOUNDERS, 0);

    Restoration.Content checked = restoration.check(NOBODY);

    assertThat(rows(Tables.META)).isEmpty();
    assertThat(restoration.fill(engine, NOBODY)).isEqualTo(checked);
    assertThat(Restoration.digest(engine, NOBODY)).isEqualTo(checked.digest());
  }

  @Test
  void otherContentHasAnotherDigest() throws IOException {
    EtcdBuckets etcd = new EtcdBuckets().put("a", 2, 2, 1, 0);
    Bytes digest = check(etcd, 0).digest();

    assertThat(check(etcd, 0).digest()).isEqualTo(digest);
    assertThat(check(etcd, 1).digest()).isNotEqualTo(digest);
    assertThat(check(etcd.lease(5, 60, 0), 0).digest()).isNotEqualTo(digest);
  }

  @Test
  void contentThatCannotBeIsRefused() {
    EtcdBuckets twice =
        new EtcdBuckets().put("a", 2, 2, 1, 0).record(RevisionKey.encode(2, 0, true), key("a"));

    refuses(new EtcdBuckets().put("a", 0, 0, 1, 0), "it is out of order");
    refuses(twice, "it is out of order");
    refuses(new EtcdBuckets().record(Bytes.utf8("x"), key("a")), "its key is no revision");
    refuses(
        new EtcdBuckets().record(RevisionKey.encode(2, 0, false), Bytes.utf8("\u0007")),
        "its content is no key and value");
    refuses(new EtcdBuckets().put("a", 3, 4, 1, 0), "contradict each other");
    refuses(new EtcdBuckets().put("", 3, 3, 1, 0), "contradict each other");
    refuses(new EtcdBuckets().put("a", 3, 3, 0, 0), "contradict each other");
    refuses(new EtcdBuckets().lease(5, 0, 0), "the lease");
    refuses(new EtcdBuckets().lease(5, 10, 11), "the lease");
  }

  @Test
  void whatIsNoDatabaseOfEtcdIsRefused() {
    EtcdBuckets other = new EtcdBuckets();
    other.all.clear();
    other.bucket("things");

    assertThatThrownBy(other::backup)
        .isInstanceOf(BackupException.class)
        .hasMessageContaining("it has no bucket 'key', only [things]");
  }

  @Test
  void accessControlIsTold() throws IOException {
    EtcdBuckets etcd = new EtcdBuckets();
    assertThat(etcd.backup().authEnabled()).isFalse();

    etcd.bucket("auth").put(Bytes.utf8("authEnabled"), Bytes.of(new byte[] {1}));
    etcd.bucket("authUsers").put(Bytes.utf8("root"), Bytes.EMPTY);
    etcd.bucket("authRoles").put(Bytes.utf8("root"), Bytes.EMPTY);
    etcd.bucket("later");

    assertThat(etcd.backup().authEnabled()).isTrue();
    assertThat(etcd.backup().usersAndRoles()).isEqualTo(2);
    assertThat(etcd.backup().unknownBuckets()).containsExactly("later");
  }

  private static void refuses(EtcdBuckets etcd, String why) {
    assertThatThrownBy(() -> check(etcd, 0))
        .isInstanceOf(BackupException.class)
        .hasMessageContaining("the backup is damaged: ")
        .hasMessageContaining(why);
  }

  private static Bytes key(String key) {
    return Bytes.utf8("\n" + (char) key.length() + key);
  }

  private static Restoration.Content check(EtcdBuckets etcd, long bump) throws IOException {
    return new Restoration(etcd.backup(), FOUNDERS, bump).check(NOBODY);
  }

  private Restoration.Content restore(EtcdBuckets etcd, long bump) throws IOException {
    return new Restoration(etcd.backup(), FOUNDERS, bump).fill(engine, NOBODY);
  }

  private StoredNumbers numbers() {
    try (StorageView view = engine.view()) {
      return StoredNumbers.of(view);
    }
  }

  private List<LeaseBook.Lease> leases() {
    List<LeaseBook.Lease> leases = new ArrayList<>();
    rows(Tables.LEASES).forEach((key, value) -> leases.add(LeaseRecord.decode(key, value)));
    return leases;
  }

  private Map<Bytes, Bytes> history() {
    RecordFormat format = new RecordFormat(Tables.REVISIONS);
    Map<Bytes, Bytes> rows = rows(Tables.REVISIONS);
    rows.replaceAll(format::open);
    return rows;
  }

  private Map<Bytes, Bytes> rows(Table table) {
    Map<Bytes, Bytes> rows = new LinkedHashMap<>();
    try (StorageView view = engine.view();
        Cursor cursor = view.scan(table, Bytes.EMPTY, Bytes.EMPTY)) {
      while (cursor.next()) {
        rows.put(cursor.key(), cursor.value());
      }
    }
    return rows;
  }
}
