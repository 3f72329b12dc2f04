// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.snapshot;

import io.cairn.kernel.apply.Attachments;
import io.cairn.kernel.apply.ReceivedState;
import io.cairn.kernel.apply.Recovery;
import io.cairn.kernel.apply.ReplicatedState;
import io.cairn.kernel.cluster.MemberBook;
import io.cairn.kernel.index.KeyIndex;
import io.cairn.kernel.lease.LeaseBook;
import io.cairn.kernel.maintenance.AlarmBook;
import io.cairn.kernel.state.StateStore;
import io.cairn.spi.auth.AccessControl;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.storage.StorageEngine;
import io.cairn.spi.storage.StorageException;
import io.cairn.spi.store.Bytes;
import java.util.List;

/**
 * Builds from an engine what a start builds from it, beginning while the engine is filled: a store
 * that is read in one go at the end would keep a processor from others for seconds.
 *
 * <p>Everything that is stored is read again here, and compared with what the sender has told.
 */
@OnLane("snapshot")
final class StateBuilder implements AutoCloseable {
  /** How much is read at once behind a part: more than one holds, to catch up. */
  private static final long READ_BYTES = 1 << 20;

  private final StorageEngine engine;
  private final KeyIndex index = new KeyIndex();
  private final LeaseBook leases = new LeaseBook();
  private final Attachments attachments = new Attachments(leases);
  private final ContentCheck check = new ContentCheck();

  // The member's own access control reads the tables when the state is installed.
  private final ReplicatedState.Books books =
      new ReplicatedState.Books(leases, new MemberBook(), new AlarmBook(), AccessControl.open());

  private final Recovery recovery;

  StateBuilder(StorageEngine engine) {
    this.engine = engine;
    this.recovery = new Recovery(engine, index, books, attachments, List.of());
  }

  /** Reads some of the records before {@code until}, all of which are there. */
  void readAhead(Bytes until) {
    recovery.readAhead(until, READ_BYTES, check::add);
  }

  /**
   * Reads the rest. The index belongs to the state that is returned; after a failure to the caller,
   * who closes this.
   *
   * @throws StorageException if the engine fails, or a record is damaged
   * @throws IllegalStateException if the engine does not hold what the sender has told
   */
  ReceivedState complete(PartFormat.End told) {
    Recovery.Recovered point = recovery.run(check::add);
    if (check.count() != told.count() || check.hash() != told.hash()) {
      throw new IllegalStateException(
          "the received state has %d records with hash %x, the sent one %d with hash %x"
              .formatted(check.count(), check.hash(), told.count(), told.hash()));
    }
    return new ReceivedState(new StateStore(engine, index), point, books, attachments);
  }

  /** Lets go of the index. Not after {@link #complete} has returned. */
  @Override
  public void close() {
    index.close();
  }
}
