// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.restore;

import io.cairn.kernel.backup.BackupException;
import io.cairn.kernel.backup.BucketEntries;
import io.cairn.kernel.backup.DatabaseReader;
import io.cairn.kernel.records.RevisionKey;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.store.Alarm;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.WireCursor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A database of etcd, and what its small buckets say. */
@OnLane("caller")
public final class Backup {
  static final String KEY = "key";
  static final String LEASE = "lease";

  private static final String ALARM = "alarm";
  private static final String AUTH = "auth";
  private static final String ROLES = "authRoles";
  private static final String USERS = "authUsers";
  private static final String META = "meta";

  /** What is taken over, looked at, or about the cluster that the backup comes from. */
  private static final List<String> KNOWN =
      List.of(ALARM, AUTH, ROLES, USERS, "cluster", KEY, LEASE, "members", "members_removed", META);

  /** More numbers than etcd has, and more alarms than members can raise. */
  private static final int SMALL_MAX = 10_000;

  private final DatabaseReader database;
  private final String storageVersion;
  private final Compaction compaction;
  private final boolean authEnabled;
  private final List<Alarm> alarms;

  /**
   * How far the past is gone.
   *
   * @param floor the oldest readable revision; -1 if there never was a compaction
   * @param finished up to where what cannot be read is gone from the database; -1 for none
   */
  record Compaction(long floor, long finished) {}

  /** Reads what is small. */
  public static Backup open(DatabaseReader database) throws IOException {
    if (!database.buckets().contains(KEY)) {
      throw new BackupException(
          "the file is a database, but not of etcd: it has no bucket 'key', only "
              + database.buckets());
    }
    return new Backup(database);
  }

  private Backup(DatabaseReader database) throws IOException {
    this.database = database;
    Map<String, Bytes> meta = small(META);
    this.storageVersion = meta.getOrDefault("storageVersion", Bytes.EMPTY).toUtf8();
    long finished = revision(meta, "finishedCompactRev");
    this.compaction =
        new Compaction(Math.max(finished, revision(meta, "scheduledCompactRev")), finished);
    Bytes enabled = small(AUTH).getOrDefault("authEnabled", Bytes.EMPTY);
    this.authEnabled = enabled.length() == 1 && enabled.byteAt(0) == 1;
    this.alarms = readAlarms();
  }

  /** The version of etcd's storage, such as {@code 3.7.0}; empty before 3.6. */
  public String storageVersion() {
    return storageVersion;
  }

  /** Whether only authenticated users could read and write. */
  public boolean authEnabled() {
    return authEnabled;
  }

  /** How many users and roles there are, whether they were asked for or not. */
  public long usersAndRoles() throws IOException {
    return count(USERS) + count(ROLES);
  }

  /** The alarms that are raised. */
  public List<Alarm> alarms() {
    return alarms;
  }

  /** Buckets that no etcd up to 3.7 has; what is in them is not taken over. */
  public List<String> unknownBuckets() {
    return database.buckets().stream().filter(name -> !KNOWN.contains(name)).toList();
  }

  Compaction compaction() {
    return compaction;
  }

  DatabaseReader database() {
    return database;
  }

  private long count(String bucket) throws IOException {
    long count = 0;
    for (BucketEntries entries = database.entries(bucket); entries.next(); ) {
      count++;
    }
    return count;
  }

  private Map<String, Bytes> small(String bucket) throws IOException {
    Map<String, Bytes> found = new TreeMap<>();
    BucketEntries entries = database.entries(bucket);
    while (entries.next()) {
      if (found.size() == SMALL_MAX) {
        throw BackupException.damaged("bucket '" + bucket + "'", "it has more entries than can be");
      }
      found.put(entries.key().toUtf8(), entries.value());
    }
    return found;
  }

  private static long revision(Map<String, Bytes> meta, String name) throws IOException {
    Bytes stored = meta.get(name);
    long revision;
    try {
      revision = stored == null ? -1 : RevisionKey.parse(stored).main();
    } catch (IllegalArgumentException e) {
      revision = Long.MAX_VALUE;
    }
    if (revision > HistoryEntries.REVISION_MAX) {
      throw BackupException.damaged("'" + name + "' of bucket 'meta'", "it is not a revision");
    }
    return revision;
  }

  private List<Alarm> readAlarms() throws IOException {
    List<Alarm> found = new ArrayList<>();
    BucketEntries entries = database.entries(ALARM);
    while (entries.next()) {
      if (found.size() == SMALL_MAX) {
        throw BackupException.damaged("bucket 'alarm'", "it has more entries than can be");
      }
      found.add(alarm(entries.key()));
    }
    return List.copyOf(found);
  }

  private static Alarm alarm(Bytes message) throws IOException {
    try {
      long member = 0;
      long kind = 0;
      WireCursor in = new WireCursor(message);
      while (in.hasMore()) {
        int tag = in.tag();
        switch (tag) {
          case 0x08 -> member = in.varint();
          case 0x10 -> kind = in.varint();
          default -> throw in.malformed("unexpected tag " + tag + " in an alarm");
        }
      }
      if (kind == 1 || kind == 2) {
        return new Alarm(member, kind == 1 ? Alarm.Kind.NOSPACE : Alarm.Kind.CORRUPT);
      }
      throw new IllegalArgumentException("an alarm of kind " + kind);
    } catch (IllegalArgumentException e) {
      throw BackupException.damaged("bucket 'alarm'", String.valueOf(e.getMessage()));
    }
  }
}
