// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.snapshot;

import io.cairn.kernel.records.RevisionKey;
import io.cairn.kernel.state.StoredNumbers;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.WireCursor;
import org.jspecify.annotations.Nullable;

/**
 * How far a receiver has come.
 *
 * @param cluster whose state it is
 * @param sender who has sent it last
 * @param floor the highest compaction floor that a sender had, -1 for none
 * @param revision the highest revision that a sender had
 * @param last the last record that has arrived
 */
record ResumePoint(long cluster, long sender, long floor, long revision, Bytes last) {
  /** The form that travels, and that the receiver stores. */
  Bytes encode() {
    return new PartWriter(PartFormat.VERSION)
        .add(cluster)
        .add(sender)
        .add(floor)
        .add(revision)
        .add(last)
        .finish();
  }

  /** The decoded form; null for nothing, and for what another version or damage has made of it. */
  static @Nullable ResumePoint decode(Bytes encoded) {
    if (encoded.isEmpty()) {
      return null;
    }
    try {
      WireCursor in = PartFormat.open(encoded);
      if (in.varint() != PartFormat.VERSION) {
        return null;
      }
      ResumePoint point =
          new ResumePoint(in.varint(), in.varint(), in.varint(), in.varint(), in.bytes());
      if (!point.last.isEmpty()) {
        RevisionKey.parse(point.last);
      }
      return point;
    } catch (IllegalArgumentException malformed) {
      // Whoever cannot read it begins anew, which is always right.
      return null;
    }
  }

  /**
   * Whether {@code sender}, whose engine holds {@code numbers}, can go on from here. The package
   * description says why.
   */
  boolean fits(long ownCluster, long self, StoredNumbers numbers) {
    return cluster == ownCluster
        && !last.isEmpty()
        && numbers.revision() >= revision
        && (sender == self ? numbers.compactionFloor() >= floor : numbers.compacted() >= floor);
  }
}
