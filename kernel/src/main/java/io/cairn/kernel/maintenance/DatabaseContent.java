// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.maintenance;

import io.cairn.kernel.backup.BucketSource;
import io.cairn.kernel.backup.EntryList;
import io.cairn.kernel.cluster.MemberBook;
import io.cairn.kernel.cluster.MemberIds;
import io.cairn.kernel.cluster.Membership;
import io.cairn.kernel.lease.LeaseBook.Lease;
import io.cairn.kernel.lease.LeaseRecord;
import io.cairn.kernel.records.RecordFormat;
import io.cairn.kernel.records.RevisionKey;
import io.cairn.kernel.state.Tables;
import io.cairn.spi.storage.Cursor;
import io.cairn.spi.storage.StorageView;
import io.cairn.spi.store.Alarm;
import io.cairn.spi.store.ApiVersion;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.Member;
import io.cairn.spi.store.WireCursor;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * What an etcd database holds, made from a view of the engine.
 *
 * <p>Compaction may be under way: the floor has been raised and some of the records below it are
 * still there. etcd knows the same state, as a compaction that is scheduled and not finished, and
 * goes on with it after a restore.
 */
final class DatabaseContent {
  private static final RecordFormat RECORDS = new RecordFormat(Tables.REVISIONS);
  private static final Bytes REMOVED = Bytes.utf8("removed");

  private final StorageView view;
  private final Membership membership;

  private DatabaseContent(StorageView view) {
    this.view = view;
    this.membership = MemberBook.read(view);
  }

  /** All buckets by name, ascending. Reads the small tables at once. */
  static List<BucketSource> of(StorageView view) {
    DatabaseContent content = new DatabaseContent(view);
    return List.of(
        few("alarm", content.alarms()),
        few("auth", content.auth()),
        few("authRoles", new TreeMap<>()),
        few("authUsers", new TreeMap<>()),
        few("cluster", content.cluster()),
        new BucketSource(Bytes.utf8("key"), content::revisions),
        new BucketSource(Bytes.utf8("lease"), content::leases),
        few("members", content.members()),
        few("members_removed", content.removedMembers()),
        few("meta", content.meta()));
  }

  private static BucketSource few(String name, NavigableMap<Bytes, Bytes> entries) {
    return new BucketSource(Bytes.utf8(name), () -> new EntryList(entries));
  }

  /**
   * The records of whole revisions: what lies beyond the stored one belongs to an unfinished entry.
   */
  private Cursor revisions() {
    long revision = number(Tables.REVISION, 1);
    return new ConvertedEntries(
        view.scan(Tables.REVISIONS, Bytes.EMPTY, RevisionKey.firstOf(revision + 1)), RECORDS::open);
  }

  private Cursor leases() {
    return new ConvertedEntries(
        view.scan(Tables.LEASES, Bytes.EMPTY, Bytes.EMPTY), DatabaseContent::lease);
  }

  private static Bytes lease(Bytes key, Bytes value) {
    Lease lease = LeaseRecord.decode(key, value);
    return message(lease.id(), lease.ttlSeconds(), lease.remainingSeconds());
  }

  private NavigableMap<Bytes, Bytes> alarms() {
    NavigableMap<Bytes, Bytes> entries = new TreeMap<>();
    for (Alarm alarm : AlarmBook.read(view)) {
      entries.put(message(alarm.memberId(), AlarmBook.code(alarm.kind())), Bytes.EMPTY);
    }
    return entries;
  }

  private NavigableMap<Bytes, Bytes> auth() {
    NavigableMap<Bytes, Bytes> entries = new TreeMap<>();
    entries.put(Bytes.utf8("authEnabled"), Bytes.of(new byte[] {0}));
    entries.put(Bytes.utf8("authRevision"), number(1));
    return entries;
  }

  private NavigableMap<Bytes, Bytes> cluster() {
    NavigableMap<Bytes, Bytes> entries = new TreeMap<>();
    if (!membership.clusterVersion().isEmpty()) {
      entries.put(Bytes.utf8("clusterVersion"), Bytes.utf8(membership.clusterVersion()));
    }
    String target = membership.downgradeTarget();
    Json downgrade = new Json().text("target-version", target).flag("enabled", !target.isEmpty());
    entries.put(Bytes.utf8("downgrade"), downgrade.bytes());
    return entries;
  }

  private NavigableMap<Bytes, Bytes> members() {
    NavigableMap<Bytes, Bytes> entries = new TreeMap<>();
    for (Member member : membership.members()) {
      Json json = new Json().id("id", member.id()).texts("peerURLs", member.peerUrls());
      if (member.learner()) {
        json.flag("isLearner", true);
      }
      if (!member.name().isEmpty()) {
        json.text("name", member.name());
      }
      if (!member.clientUrls().isEmpty()) {
        json.texts("clientURLs", member.clientUrls());
      }
      entries.put(Bytes.utf8(MemberIds.text(member.id())), json.bytes());
    }
    return entries;
  }

  private NavigableMap<Bytes, Bytes> removedMembers() {
    NavigableMap<Bytes, Bytes> entries = new TreeMap<>();
    membership.removed().forEach(id -> entries.put(Bytes.utf8(MemberIds.text(id)), REMOVED));
    return entries;
  }

  private NavigableMap<Bytes, Bytes> meta() {
    NavigableMap<Bytes, Bytes> entries = new TreeMap<>();
    entries.put(Bytes.utf8("consistent_index"), number(number(Tables.APPLIED_INDEX, 0)));
    entries.put(Bytes.utf8("term"), number(number(Tables.APPLIED_TERM, 0)));
    entries.put(Bytes.utf8("storageVersion"), Bytes.utf8(ApiVersion.STORAGE));
    Json state = new Json().ids("voters", membership.configuration().voters());
    if (!membership.learners().isEmpty()) {
      state.ids("learners", membership.configuration().learners());
    }
    entries.put(Bytes.utf8("confState"), state.flag("auto_leave", false).bytes());
    long scheduled = number(Tables.COMPACTION_FLOOR, -1);
    long finished = number(Tables.COMPACTED, -1);
    if (scheduled >= 0) {
      entries.put(Bytes.utf8("scheduledCompactRev"), RevisionKey.firstOf(scheduled));
    }
    if (finished >= 0) {
      entries.put(Bytes.utf8("finishedCompactRev"), RevisionKey.firstOf(finished));
    }
    return entries;
  }

  private long number(Bytes key, long absent) {
    List<Bytes> found = new ArrayList<>(1);
    view.get(Tables.META, List.of(key), (position, value) -> found.add(value));
    return found.isEmpty() ? absent : found.getFirst().asByteBuffer().getLong();
  }

  private static Bytes number(long value) {
    return Bytes.of(ByteBuffer.allocate(Long.BYTES).putLong(value).array());
  }

  /** A protobuf message of varint fields, numbered from 1, zeros left out. */
  private static Bytes message(long... fields) {
    byte[] target = new byte[fields.length * (1 + 10)];
    int end = 0;
    for (int i = 0; i < fields.length; i++) {
      if (fields[i] != 0) {
        end = WireCursor.writeVarint(target, end, (i + 1L) << 3);
        end = WireCursor.writeVarint(target, end, fields[i]);
      }
    }
    return Bytes.of(target, 0, end);
  }
}
