// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.protocol;

import static io.cairn.conformancetests.protocol.Refusals.FUTURE;
import static io.cairn.conformancetests.protocol.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.cairn.apiprotos.etcdserverpb.DefragmentRequest;
import io.cairn.apiprotos.etcdserverpb.DowngradeRequest;
import io.cairn.apiprotos.etcdserverpb.HashKVRequest;
import io.cairn.apiprotos.etcdserverpb.HashKVResponse;
import io.cairn.apiprotos.etcdserverpb.HashRequest;
import io.cairn.apiprotos.etcdserverpb.MoveLeaderRequest;
import io.cairn.apiprotos.etcdserverpb.SnapshotRequest;
import io.cairn.apiprotos.etcdserverpb.SnapshotResponse;
import io.cairn.apiprotos.etcdserverpb.StatusRequest;
import io.cairn.apiprotos.etcdserverpb.StatusResponse;
import io.cairn.apiprotos.mvccpb.KeyValue;
import io.cairn.conformancetests.report.TestsRule;
import io.grpc.Status.Code;
import java.security.MessageDigest;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Maintenance: status, hashes, backups, defragmentation. */
@ProtocolRules
final class MaintenanceRules {
  private static final int DIGEST_BYTES = 32;
  private static final int PAGE_BYTES = 512;

  private static StatusResponse status(Client client) {
    return client.endpoint().maintenance().status(StatusRequest.getDefaultInstance());
  }

  @Test
  @TestsRule("MAINT-1")
  @Says("the status tells version, sizes, leader, term and indexes")
  void statusTellsHowTheMemberIs(Client client) {
    var _ = client.put(client.key("a"), "1");

    StatusResponse status = status(client);

    assertThat(status.getVersion()).matches("3\\.\\d+\\.\\d+.*");
    assertThat(status.getDbSize()).isPositive();
    assertThat(status.getDbSizeInUse()).isBetween(1L, status.getDbSize());
    assertThat(status.getLeader()).isNotZero();
    assertThat(status.getRaftTerm()).isPositive();
    assertThat(status.getRaftAppliedIndex()).isPositive();
    assertThat(status.getRaftIndex()).isGreaterThanOrEqualTo(status.getRaftAppliedIndex());
    assertThat(status.getErrorsList()).isEmpty();
    assertThat(status.getIsLearner()).isFalse();
    assertThat(status.getHeader().getMemberId()).isNotZero();
  }

  @Test
  @TestsRule("MAINT-2")
  @Says("applied index and revision go up with every write")
  void statusFollowsWrites(Client client) {
    StatusResponse before = status(client);

    long revision = client.put(client.key("a"), "1").getHeader().getRevision();

    StatusResponse after = status(client);
    assertThat(after.getRaftAppliedIndex()).isGreaterThan(before.getRaftAppliedIndex());
    assertThat(after.getHeader().getRevision()).isGreaterThanOrEqualTo(revision);
  }

  @Test
  @TestsRule("MAINT-3")
  @Says("the status tells quota, storage version and downgrade")
  void statusTellsQuotaAndVersions(Client client) {
    StatusResponse status = status(client);

    assertThat(status.getDbSizeQuota()).isPositive();
    assertThat(status.getStorageVersion()).matches("3\\.\\d+\\.\\d+");
    assertThat(status.hasDowngradeInfo()).isTrue();
    assertThat(status.getDowngradeInfo().getEnabled()).isFalse();
  }

  @Test
  @TestsRule("MAINT-4")
  @Says("a hash is of the history up to a revision, and does not change any more")
  void hashIsOfTheHistory(Client client) {
    long revision = client.put(client.key("a"), "1").getHeader().getRevision();
    HashKVResponse first = hash(client, revision);
    var _ = client.put(client.key("a"), "2");
    var _ = client.delete(Requests.delete(client.key("a")));

    HashKVResponse again = hash(client, revision);
    HashKVResponse later = hash(client, 0);

    assertThat(again.getHash()).isEqualTo(first.getHash());
    assertThat(again.getCompactRevision()).isEqualTo(first.getCompactRevision());
    assertThat(later.getHash()).isNotEqualTo(first.getHash());
    assertThat(later.getHeader().getRevision()).isGreaterThan(revision);
  }

  @Test
  @TestsRule("MAINT-5")
  @Says("a hash tells its revision")
  void hashTellsItsRevision(Client client) {
    long revision = client.put(client.key("a"), "1").getHeader().getRevision();

    assertThat(hash(client, revision).getHashRevision()).isEqualTo(revision);
    assertThat(hash(client, 0).getHashRevision()).isGreaterThanOrEqualTo(revision);
  }

  @Test
  @TestsRule("MAINT-6")
  @Says("a hash of the future is refused")
  void hashOfTheFutureIsRefused(Client client) throws Exception {
    assertRefused(Code.OUT_OF_RANGE, FUTURE, () -> hash(client, client.revision() + 1_000_000));
  }

  @Test
  @TestsRule("MAINT-7")
  @Says("members have equal hashes of the same history")
  void membersHaveEqualHashes(Client client) {
    Client other = client.elsewhere();
    long revision = 0;
    for (ByteString key : Requests.keys(client.prefix(), 50)) {
      revision = client.put(key, "1").getHeader().getRevision();
    }
    assertThat(other.all().getCount()).isEqualTo(50); // Now it has applied them.

    assertThat(hash(other, revision).getHash()).isEqualTo(hash(client, revision).getHash());
  }

  private static HashKVResponse hash(Client client, long revision) {
    return client
        .endpoint()
        .maintenance()
        .hashKV(HashKVRequest.newBuilder().setRevision(revision).build());
  }

  @Test
  @TestsRule("MAINT-8")
  @Says("the whole database can be hashed")
  void databaseCanBeHashed(Client client) {
    long revision = client.put(client.key("a"), "1").getHeader().getRevision();

    var response = client.endpoint().maintenance().hash(HashRequest.getDefaultInstance());

    assertThat(response.getHash()).isNotZero();
    assertThat(response.getHeader().getRevision()).isGreaterThanOrEqualTo(revision);
  }

  @Test
  @TestsRule("MAINT-9")
  @Says("a backup comes in pieces that count down, with its SHA-256 at the end")
  void backupIsWholeAndSigned(Client client) throws Exception {
    var _ = client.put(client.key("a"), "1");
    MessageDigest sha = MessageDigest.getInstance("SHA-256");
    long bytes = 0;
    long total = -1;
    byte[] digest = new byte[0];

    Iterator<SnapshotResponse> pieces =
        client.endpoint().maintenance().snapshot(SnapshotRequest.getDefaultInstance());
    while (pieces.hasNext()) {
      SnapshotResponse piece = pieces.next();
      int size = piece.getBlob().size();
      if (!pieces.hasNext() && size == DIGEST_BYTES) {
        assertThat(piece.getRemainingBytes()).isZero();
        digest = piece.getBlob().toByteArray();
      } else {
        bytes += size;
        total = total < 0 ? size + piece.getRemainingBytes() : total;
        assertThat(piece.getRemainingBytes()).isEqualTo(total - bytes);
        sha.update(piece.getBlob().toByteArray());
      }
    }

    assertThat(bytes).isPositive().isEqualTo(total);
    assertThat(bytes % PAGE_BYTES).isZero();
    assertThat(digest).isEqualTo(sha.digest());
  }

  @Test
  @TestsRule("MAINT-10")
  @Says("a backup tells the version of its format")
  void backupTellsItsVersion(Client client) {
    Iterator<SnapshotResponse> pieces =
        client.endpoint().maintenance().snapshot(SnapshotRequest.getDefaultInstance());

    pieces.forEachRemaining(piece -> assertThat(piece.getVersion()).matches("3\\.\\d+\\.\\d+"));
  }

  @Test
  @TestsRule("MAINT-11")
  @Says("defragmentation is answered, and changes no key")
  void defragmentationChangesNoKey(Client client) {
    List<ByteString> keys = Requests.keys(client.prefix(), 50);
    keys.forEach(key -> client.put(key, "1"));
    var _ = client.delete(Requests.delete(keys.get(7)));
    List<KeyValue> before = client.all().getKvsList();

    var _ = client.endpoint().maintenance().defragment(DefragmentRequest.getDefaultInstance());

    assertThat(client.all().getKvsList()).isEqualTo(before).hasSize(49);
    var _ = client.put(keys.get(7), "2");
  }

  @Test
  @TestsRule("MAINT-12")
  @Says("leadership is not moved to a stranger, nor by another than the leader")
  void leadershipIsNotMovedToAStranger(Client client) throws Exception {
    StatusResponse status = status(client);
    boolean leads = status.getLeader() == status.getHeader().getMemberId();

    assertRefused(
        Code.FAILED_PRECONDITION,
        leads ? "etcdserver: bad leader transferee" : "etcdserver: not leader",
        () ->
            client
                .endpoint()
                .maintenance()
                .moveLeader(MoveLeaderRequest.newBuilder().setTargetID(12345).build()));
  }

  @Test
  @TestsRule("MAINT-13")
  @Says("a downgrade is checked: its version is a number, one minor below the present one")
  void downgradesAreChecked(Client client) throws Exception {
    assertRefused(
        Code.INVALID_ARGUMENT,
        "etcdserver: wrong downgrade target version format",
        () -> downgrade(client, "next"));
    assertRefused(
        Code.INVALID_ARGUMENT,
        "etcdserver: invalid downgrade target version",
        () -> downgrade(client, "3.0"));
  }

  private static Object downgrade(Client client, String version) {
    return client
        .endpoint()
        .maintenance()
        .downgrade(DowngradeRequest.newBuilder().setVersion(version).build());
  }
}
