// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.apply;

import io.cairn.kernel.cluster.MemberBook;
import io.cairn.kernel.command.Command;
import io.cairn.kernel.command.CommandCodec;
import io.cairn.kernel.command.Envelope;
import io.cairn.kernel.index.IndexCompaction;
import io.cairn.kernel.lease.LeaseBook;
import io.cairn.kernel.maintenance.AlarmBook;
import io.cairn.kernel.records.RecentLog;
import io.cairn.kernel.records.RevisionKey;
import io.cairn.kernel.request.PendingAnswer;
import io.cairn.kernel.request.PendingCommand;
import io.cairn.kernel.request.Standing;
import io.cairn.kernel.state.FlushLane;
import io.cairn.kernel.state.Published;
import io.cairn.kernel.state.State;
import io.cairn.kernel.state.StateStore;
import io.cairn.kernel.state.Tables;
import io.cairn.spi.auth.AccessControl;
import io.cairn.spi.auth.Identity;
import io.cairn.spi.consensus.AppliedPoint;
import io.cairn.spi.consensus.CommittedEntry;
import io.cairn.spi.consensus.ConfigurationChange;
import io.cairn.spi.consensus.Leadership;
import io.cairn.spi.consensus.SnapshotSink;
import io.cairn.spi.consensus.SnapshotSource;
import io.cairn.spi.consensus.StateMachine;
import io.cairn.spi.environment.InvariantViolation;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.environment.Probe;
import io.cairn.spi.storage.Mutation;
import io.cairn.spi.storage.StorageView;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.Reason;
import io.cairn.spi.store.StoreException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The state machine: applies entries to the private key space and the books, publishes, hands what
 * has changed to the flush lane, and then answers.
 *
 * <p>Apply owns everything that it changes. Physical compaction, which trims the private index
 * between two batches, is the one other writer; a lock keeps the two apart ({@link #trim}).
 */
@OnLane("apply")
public final class ReplicatedState implements StateMachine {
  /** The probe's site where an own proposal is decoded from its bytes after all. */
  public static final String DECODE_AGAIN = "apply.decode-again";

  /** What applying reads and changes beside the key space. */
  public record Books(
      LeaseBook leases, MemberBook members, AlarmBook alarms, AccessControl access) {

    /** Takes over what {@code other} holds, access control excepted. */
    void become(Books other) {
      leases.become(other.leases);
      members.become(other.members);
      alarms.become(other.alarms);
    }
  }

  private final RecentLog recent;
  private final KeySpace keys;
  private final CommandExecution execution;
  private final Books books;
  private final Standing standing;
  private final Published published;
  private final FlushLane flush;
  private final Compactor compactor;
  private final Probe probe;
  private final Snapshots snapshots;

  // Guarded by this: held while a batch is applied or a piece of the index is trimmed.
  private StateStore store;
  private @Nullable IndexCompaction trimming;
  private List<Mutation> mutations = new ArrayList<>();
  private long appliedIndex;
  private long appliedTerm;

  /** Goes on from what {@code published} shows, which is what was recovered. */
  public ReplicatedState(
      RecentLog recent,
      KeySpace keys,
      Books books,
      Standing standing,
      Published published,
      FlushLane flush,
      Compactor compactor,
      Probe probe,
      Snapshots snapshots) {
    this.recent = recent;
    this.keys = keys;
    this.execution = new CommandExecution(keys, books, standing);
    this.books = books;
    this.standing = standing;
    this.published = published;
    this.flush = flush;
    this.compactor = compactor;
    this.probe = probe;
    this.snapshots = snapshots;
    State recovered = published.state();
    this.store = recovered.store();
    this.appliedIndex = recovered.appliedIndex();
    this.appliedTerm = recovered.appliedTerm();
    standing.configuration(books.members().membership().configuration());
  }

  @Override
  public synchronized AppliedPoint appliedPoint() {
    return appliedIndex == 0
        ? AppliedPoint.ZERO
        : new AppliedPoint(appliedIndex, appliedTerm, books.members().membership().configuration());
  }

  @Override
  public void apply(List<CommittedEntry> entries) {
    flush.makeRoom();
    long floor;
    synchronized (this) {
      for (CommittedEntry entry : entries) {
        applyEntry(entry);
      }
      floor = keys.floor();
      publish();
    }
    compactor.raise(floor);
    published.release();
    for (CommittedEntry entry : entries) {
      if (entry.proposal() instanceof PendingAnswer<?> pending) {
        pending.answer();
      }
    }
  }

  @Override
  public boolean applyChange(CommittedEntry entry, ConfigurationChange change) {
    @Nullable Reason refusal;
    synchronized (this) {
      advance(entry);
      refusal = books.members().apply(change, mutations);
      standing.configuration(books.members().membership().configuration());
      publish();
    }
    published.release();
    if (entry.proposal() instanceof PendingAnswer<?> pending) {
      if (refusal != null) {
        pending.refuse(new StoreException(refusal));
      } else {
        pending.succeed(books.members().membership());
      }
      pending.answer();
    }
    return refusal == null;
  }

  @Override
  public void leadership(Leadership leadership) {
    standing.leadership(leadership);
  }

  @Override
  public SnapshotSource sendSnapshot(Bytes resumeFrom) {
    return snapshots.send(resumeFrom);
  }

  @Override
  public SnapshotSink receiveSnapshot() {
    return snapshots.receive(this);
  }

  /**
   * Puts a state that was received in the place of the present one (C15). Readers see the one or
   * the other, since all of it becomes visible with the published state: keys, recent records and
   * engine. The former store is retired; the caller closes it when it is not used any more.
   *
   * @return the former store
   */
  public StateStore install(ReceivedState received) {
    StateStore former;
    long dropped;
    synchronized (this) {
      Recovery.Recovered point = received.point();
      InvariantViolation.check(
          point.appliedIndex() > appliedIndex, "only a later state is installed");
      InvariantViolation.check(mutations.isEmpty(), "every change is submitted with its entry");
      books.become(received.books());
      try (StorageView view = received.store().engine().view()) {
        books.access().load(view);
      }
      keys.become(received.attachments());
      former = store;
      store = received.store();
      trimming = null;
      appliedIndex = point.appliedIndex();
      appliedTerm = point.appliedTerm();
      keys.restart(store.index().writer(), point.revision(), point.compactionFloor());
      standing.configuration(books.members().membership().configuration());
      State[] installed = new State[1];
      dropped =
          flush.install(() -> {
            installed[0] =
                new State(
                    point.revision(),
                    appliedIndex,
                    appliedTerm,
                    point.compactionFloor(),
                    point.index(),
                    recent.restart(point.revision()),
                    store);
            return installed[0];
          });
      published.show(installed[0]);
      former.retire();
    }
    flush.installed(dropped);
    compactor.restart(received.point().compacted(), received.point().compactionFloor());
    published.release();
    return former;
  }

  @Override
  public long durableIndex() {
    return flush.durableIndex();
  }

  /** The store's revision; tells a compaction how much is written beside it. */
  synchronized long revision() {
    return keys.revision();
  }

  /** Begins to trim the index to {@code floor}. Not on the apply lane. */
  synchronized IndexCompaction beginTrim(long floor) {
    IndexCompaction begun = store.index().writer().compaction(floor);
    trimming = begun;
    return begun;
  }

  /** Whether {@code compaction} can go on: it was begun last, in the state that is present. */
  synchronized boolean isTrimming(IndexCompaction compaction) {
    return compaction == trimming;
  }

  /**
   * Trims a piece of the index and hands the deletions to the flush lane. Not on the apply lane.
   *
   * @return whether there is more to do, as there is when another state was installed meanwhile;
   *     when there is not, the floor is noted as compacted
   */
  synchronized boolean trim(IndexCompaction compaction, int records) {
    if (!isTrimming(compaction)) {
      return true;
    }
    boolean more =
        compaction.step(
            records,
            (main, sub, tombstone) ->
                mutations.add(
                    new Mutation.Delete(
                        Tables.REVISIONS, RevisionKey.encode(main, sub, tombstone))));
    if (!more) {
      mutations.add(FlushLane.number(Tables.COMPACTED, compaction.floor()));
    }
    State trimmed = state();
    published.replace(trimmed);
    flush.submit(trimmed, takeMutations());
    return more;
  }

  private void publish() {
    State state = state();
    published.show(state);
    flush.submit(state, takeMutations());
  }

  private State state() {
    return new State(
        keys.revision(),
        appliedIndex,
        appliedTerm,
        keys.floor(),
        store.index().writer().publish(keys.revision()),
        recent.publish(),
        store);
  }

  private List<Mutation> takeMutations() {
    List<Mutation> taken = mutations;
    mutations = new ArrayList<>();
    return taken;
  }

  private void advance(CommittedEntry entry) {
    InvariantViolation.check(
        entry.index() == appliedIndex + 1, "entries are applied in order, each once");
    appliedIndex = entry.index();
    appliedTerm = entry.term();
  }

  private void applyEntry(CommittedEntry entry) {
    advance(entry);
    if (entry.payload().isEmpty()) {
      return;
    }
    @Nullable PendingCommand<?> pending =
        entry.proposal() instanceof PendingCommand<?> own ? own : null;
    Command<?> command;
    Identity identity;
    if (pending != null && !probe.hit(DECODE_AGAIN)) {
      command = pending.command();
      identity = pending.identity();
    } else {
      Envelope envelope = decode(entry);
      command = envelope.command();
      identity = envelope.identity();
    }
    keys.begin(pending == null ? null : pending.room());
    @Nullable Object result = null;
    @Nullable StoreException refusal = null;
    try {
      result = execution.execute(command, identity, entry, mutations);
    } catch (StoreException refused) {
      InvariantViolation.check(
          keys.visibleRevision() == keys.revision(), "what is refused has changed nothing");
      refusal = refused;
    }
    boolean complete = keys.end();
    if (pending == null) {
      return;
    }
    if (!complete) {
      pending.refuse(new StoreException(new Reason.AnswerTooLarge()));
    } else if (result != null) {
      pending.succeed(result);
    } else if (refusal != null) {
      pending.refuse(refusal);
    }
  }

  private static Envelope decode(CommittedEntry entry) {
    try {
      return CommandCodec.decode(entry.payload());
    } catch (IllegalArgumentException malformed) {
      throw new IllegalStateException(
          "entry " + entry.index() + " cannot be applied by this version", malformed);
    }
  }
}
