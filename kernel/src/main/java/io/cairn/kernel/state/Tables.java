// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.state;

import io.cairn.spi.storage.Table;
import io.cairn.spi.storage.Table.KeyOrder;
import io.cairn.spi.store.Bytes;
import java.util.List;

/** The tables of the engine and the keys of {@link #META}. Part of the stored format. */
public final class Tables {
  /** Key history: etcd's revision keys to checksum and encoded key-value. */
  public static final Table REVISIONS = new Table("revisions", KeyOrder.ASCENDING);

  /** Leases by id. */
  public static final Table LEASES = new Table("leases", KeyOrder.ANY);

  /** Access control. */
  public static final Table AUTH = new Table("auth", KeyOrder.ANY);

  /** The member registry, removed ids included. */
  public static final Table MEMBERS = new Table("members", KeyOrder.ANY);

  /** Raised alarms. */
  public static final Table ALARMS = new Table("alarms", KeyOrder.ANY);

  /** Numbers about the whole, under the keys below; each value is 8 bytes, big endian. */
  public static final Table META = new Table("meta", KeyOrder.ANY);

  /** Every table, in the fixed order in which engines are opened. */
  public static final List<Table> ALL = List.of(REVISIONS, LEASES, AUTH, MEMBERS, ALARMS, META);

  /** The last entry whose effects the engine holds. */
  public static final Bytes APPLIED_INDEX = Bytes.utf8("applied-index");

  /** That entry's term. */
  public static final Bytes APPLIED_TERM = Bytes.utf8("applied-term");

  /** The store's revision as of that entry: compaction may have removed its record. */
  public static final Bytes REVISION = Bytes.utf8("revision");

  /** The replicated compaction floor as of that entry. */
  public static final Bytes COMPACTION_FLOOR = Bytes.utf8("compaction-floor");

  /** The floor up to which this member has freed records; local, never seen by applying. */
  public static final Bytes COMPACTED = Bytes.utf8("compacted");

  /** The version of this layout. */
  public static final Bytes FORMAT = Bytes.utf8("format");

  private Tables() {}
}
