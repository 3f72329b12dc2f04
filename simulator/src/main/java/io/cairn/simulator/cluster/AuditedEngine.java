// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.cluster;

import io.cairn.conformancetests.forwarding.ForwardingEngine;
import io.cairn.kernel.records.RevisionKey;
import io.cairn.kernel.state.Tables;
import io.cairn.spi.environment.ThreadSafe;
import io.cairn.spi.storage.Mutation;
import io.cairn.spi.storage.StorageEngine;
import io.cairn.spi.storage.StorageView;
import io.cairn.spi.storage.Table;
import io.cairn.spi.store.Bytes;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An engine with an observer of its commits (O4): the applied index goes in one batch with term,
 * revision and floor as of that entry, and with every change of the small tables; no record comes
 * after the revision that it belongs to. An engine that takes in a state of others is left alone
 * until that is complete.
 */
@ThreadSafe // All of a simulation is one thread.
final class AuditedEngine implements ForwardingEngine {
  /** What the kernel sets in an engine while a state is being received. */
  private static final Bytes RECEIVING = Bytes.utf8("receiving");

  private final StorageEngine engine;
  private final SimulatedMember member;
  private final ClusterInvariants invariants;
  private boolean receiving;
  private long revision;

  AuditedEngine(StorageEngine engine, SimulatedMember member, ClusterInvariants invariants) {
    this.engine = engine;
    this.member = member;
    this.invariants = invariants;
    recall();
  }

  private void recall() {
    try (StorageView view = engine.view()) {
      view.get(
          Tables.META,
          List.of(Tables.REVISION, RECEIVING),
          (position, value) -> {
            if (position == 0) {
              revision = value.asByteBuffer().getLong();
            } else {
              receiving = true;
            }
          });
    }
  }

  @Override
  public StorageEngine delegate() {
    return engine;
  }

  @Override
  public void commit(List<Mutation> batch) {
    boolean wasReceiving = receiving;
    Map<Bytes, Long> numbers = new HashMap<>(); // Only looked up.
    @Nullable Table small = null;
    for (Mutation mutation : batch) {
      Table table = mutation.table();
      if (table.equals(Tables.META)) {
        note(mutation, numbers);
      } else if (!table.equals(Tables.REVISIONS)) {
        small = table;
      }
    }
    if (wasReceiving || receiving) {
      engine.commit(batch);
      if (!receiving) {
        recall();
      }
      return;
    }
    check(batch, numbers, small);
    engine.commit(batch);
    revision = numbers.getOrDefault(Tables.REVISION, revision);
  }

  private void note(Mutation mutation, Map<Bytes, Long> numbers) {
    switch (mutation) {
      case Mutation.Put put -> {
        if (put.key().equals(RECEIVING)) {
          receiving = true;
        } else if (put.value().length() == Long.BYTES) {
          numbers.put(put.key(), put.value().asByteBuffer().getLong());
        }
      }
      case Mutation.Delete delete -> receiving &= !delete.key().equals(RECEIVING);
      case Mutation.DeleteRange _ -> {}
    }
  }

  private void check(List<Mutation> batch, Map<Bytes, Long> numbers, @Nullable Table small) {
    Long applied = numbers.get(Tables.APPLIED_INDEX);
    if (applied == null) {
      if (small != null) {
        throw new Broken("O4", member + " commits changes of " + small + " without the index");
      }
      return;
    }
    Long term = numbers.get(Tables.APPLIED_TERM);
    Long stored = numbers.get(Tables.REVISION);
    Long floor = numbers.get(Tables.COMPACTION_FLOOR);
    if (term == null || stored == null || floor == null) {
      throw new Broken("O4", member + " commits applied index " + applied + " alone: " + numbers);
    }
    invariants.stores(member, applied, term, stored, floor);
    for (Mutation mutation : batch) {
      if (mutation instanceof Mutation.Put put && put.table().equals(Tables.REVISIONS)) {
        long main = RevisionKey.parse(put.key()).main();
        if (main <= revision) {
          throw new Broken(
              "O4",
              "%s commits a record of revision %d though it has committed revision %d"
                  .formatted(member, main, revision));
        }
      }
    }
  }
}
