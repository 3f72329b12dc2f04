// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.snapshot;

import static io.cairn.spi.environment.EventLog.field;

import io.cairn.kernel.apply.ReceivedState;
import io.cairn.kernel.apply.ReplicatedState;
import io.cairn.kernel.apply.Snapshots;
import io.cairn.kernel.directory.EngineHome;
import io.cairn.kernel.state.Published;
import io.cairn.kernel.state.StateStore;
import io.cairn.kernel.state.StoreRetirement;
import io.cairn.spi.consensus.SnapshotSink;
import io.cairn.spi.consensus.SnapshotSource;
import io.cairn.spi.environment.EventLog;
import io.cairn.spi.environment.InvariantViolation;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.storage.StorageEngine;
import io.cairn.spi.storage.StorageException;
import io.cairn.spi.store.Bytes;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Sends the state of this member, and receives that of others into the next engine of its home.
 *
 * <p>The engine of a transfer that broke off stays open, so that the next one goes on in it; it is
 * closed with the member, and found again at the next start if the backend keeps anything.
 */
@OnLane("snapshot")
public final class StateTransfers implements Snapshots, AutoCloseable {
  private final long cluster;
  private final long self;
  private final Published published;
  private final EngineHome home;
  private final StoreRetirement retirement;
  private final EventLog log;

  // Guarded by this: sources that are open, and what the last receipt left.
  private final Set<OutgoingState> sending = new LinkedHashSet<>();
  private @Nullable StorageEngine unfinished;
  private boolean receiving;

  /** Transfers of member {@code self}. */
  public StateTransfers(
      long cluster,
      long self,
      Published published,
      EngineHome home,
      StoreRetirement retirement,
      EventLog log) {
    this.cluster = cluster;
    this.self = self;
    this.published = published;
    this.home = home;
    this.retirement = retirement;
    this.log = log;
  }

  @Override
  public SnapshotSource send(Bytes resumeFrom) {
    return send(resumeFrom, OutgoingState.PART_BYTES);
  }

  /** Tests choose small parts. */
  SnapshotSource send(Bytes resumeFrom, int partBytes) {
    OutgoingState source =
        new OutgoingState(
            published.state().store(),
            cluster,
            self,
            partBytes,
            ResumePoint.decode(resumeFrom),
            this::sent);
    synchronized (this) {
      sending.add(source);
    }
    return source;
  }

  @Override
  public synchronized SnapshotSink receive(ReplicatedState machine) {
    if (receiving) {
      throw new IllegalStateException("one state is received at a time");
    }
    StorageEngine engine = unfinished;
    unfinished = null;
    if (engine == null) {
      engine = home.openNext();
    }
    ResumePoint progress = IncomingState.progressOf(engine, cluster);
    if (progress == null) {
      engine = openAnew(engine);
      progress = new ResumePoint(cluster, 0, -1, 0, Bytes.EMPTY);
    }
    receiving = true;
    return new IncomingState(this, machine, engine, progress);
  }

  /** Ends what is open. Nobody sends or receives any more. */
  @Override
  public void close() {
    List<OutgoingState> open;
    @Nullable StorageEngine left;
    synchronized (this) {
      open = List.copyOf(sending);
      left = unfinished;
      unfinished = null;
    }
    open.forEach(OutgoingState::close);
    if (left != null) {
      left.barrier();
      left.close();
    }
  }

  EngineHome home() {
    return home;
  }

  long cluster() {
    return cluster;
  }

  /** Exchanges an engine whose content is of no use for an empty one. */
  StorageEngine openAnew(StorageEngine engine) {
    engine.close();
    home.discardNext();
    return home.openNext();
  }

  /** What becomes of the engine of a receipt that ends without being installed. */
  enum Remains {
    /** The next receipt goes on in it. */
    KEPT,
    /** It has failed, and shows what it holds when it is opened again. */
    CLOSED,
    /** What it holds is of no use. */
    DISCARDED
  }

  /** A receipt has ended without being installed. */
  void abandon(StorageEngine engine, Remains remains) {
    try {
      switch (remains) {
        case KEPT -> {}
        case CLOSED -> engine.close();
        case DISCARDED -> {
          engine.close();
          home.discardNext();
        }
      }
    } finally {
      synchronized (this) {
        receiving = false;
        unfinished = remains == Remains.KEPT ? engine : null;
      }
    }
  }

  /** Makes a complete state that of the member. */
  @OnLane("apply")
  void install(ReplicatedState machine, ReceivedState received) {
    log.info(
        "applying snapshot",
        field("current-applied-index", published.state().appliedIndex()),
        field("incoming-leader-snapshot-index", received.point().appliedIndex()),
        field("incoming-leader-snapshot-term", received.point().appliedTerm()));
    // Before anything is changed on the medium.
    InvariantViolation.check(
        received.point().appliedIndex() > published.state().appliedIndex(),
        "only a later state is installed");
    Runnable removal = home.switchToNext();
    StateStore former = machine.install(received);
    retirement.closeWhenUnused(former, () -> remove(removal));
    synchronized (this) {
      receiving = false;
    }
    log.info(
        "applied snapshot",
        field("current-applied-index", received.point().appliedIndex()),
        field("current-rev", received.point().revision()));
  }

  private void remove(Runnable removal) {
    try {
      removal.run();
    } catch (StorageException e) {
      // It only takes space; the next start tries again.
      log.warn("failed to remove a former engine", field("error", e.toString()));
    }
  }

  private synchronized void sent(OutgoingState source) {
    sending.remove(source);
  }
}
