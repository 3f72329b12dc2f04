// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.watch;

import io.cairn.backendmemory.MemoryBackend;
import io.cairn.kernel.environment.SplitMixRng;
import io.cairn.kernel.index.IndexRoot;
import io.cairn.kernel.options.KernelOptions;
import io.cairn.kernel.records.RecentCursor;
import io.cairn.kernel.records.RecentLog;
import io.cairn.kernel.records.RecordFormat;
import io.cairn.kernel.records.RevisionKey;
import io.cairn.kernel.request.Callers;
import io.cairn.kernel.request.Standing;
import io.cairn.kernel.state.FlushedEngine;
import io.cairn.kernel.state.Published;
import io.cairn.kernel.state.State;
import io.cairn.kernel.state.StateStore;
import io.cairn.kernel.state.Tables;
import io.cairn.kernel.virtual.Stores;
import io.cairn.kernel.virtual.VirtualTime;
import io.cairn.spi.auth.AccessControl;
import io.cairn.spi.auth.Identity;
import io.cairn.spi.consensus.Leadership;
import io.cairn.spi.environment.Scheduler;
import io.cairn.spi.storage.Mutation;
import io.cairn.spi.storage.StorageEngine;
import io.cairn.spi.storage.StorageOptions;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.Caller;
import io.cairn.spi.store.KeyValue;
import io.cairn.spi.store.KeyValueFormat;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A store as far as watches go: a real recent log and engine, and beside them a plain list of all
 * events, from which follows what each watcher has to be told.
 */
final class WatchWorld implements FlushedEngine, PreviousRecords {
  private static final RecordFormat FORMAT = new RecordFormat(Tables.REVISIONS);

  private static final Callers OPEN =
      new Callers(
          AccessControl.open(),
          (caller, view) -> CompletableFuture.completedFuture(Identity.ANONYMOUS));

  /** What happened: one change. */
  record Event(long main, int sub, boolean deletion, Bytes key, Bytes keyValue, Bytes previous) {}

  private long revision = 1;
  private int sub;
  private long floor = -1;

  final VirtualTime time = new VirtualTime();
  final RecentLog recent = new RecentLog(1, 0);
  private final StateStore store = Stores.empty();
  final Published published = new Published(state(1));
  final Standing standing = new Standing(KernelOptions.defaults(11, 22));
  final WatchFacade watch;
  final List<Event> events = new ArrayList<>();

  /** How often the engine was asked for history. */
  int engineReads;

  /** Whether previous records count as being in memory. */
  boolean previousInMemory = true;

  private final StorageEngine engine =
      new MemoryBackend().open(new StorageOptions(Path.of("."), Tables.ALL, 1 << 20, Path.of(".")));
  private final Map<Bytes, KeyValue> alive = new TreeMap<>();
  // For each key the key-value as of each revision that changed it; absent ones are null.
  private final Map<Bytes, TreeMap<Long, @Nullable Bytes>> versions = new HashMap<>();
  private final List<Mutation> unflushed = new ArrayList<>();

  WatchWorld(int fragmentBytes) {
    this(new WatchOptions(600_000, 1000, fragmentBytes, 1 << 20));
  }

  WatchWorld(WatchOptions options) {
    this(options, null, OPEN);
  }

  /** A world whose lanes are real threads. */
  WatchWorld(WatchOptions options, Scheduler lanes) {
    this(options, lanes, OPEN);
  }

  /** A world in which callers have to be known. */
  WatchWorld(WatchOptions options, Callers callers) {
    this(options, null, callers);
  }

  private WatchWorld(WatchOptions options, @Nullable Scheduler lanes, Callers callers) {
    standing.leadership(new Leadership(2, 22, true));
    watch =
        new WatchFacade(
            options,
            published,
            this,
            this,
            standing,
            callers,
            lanes == null ? time : lanes,
            new SplitMixRng(7));
    watch.start();
    time.run();
  }

  private State state(long index) {
    return new State(
        revision, index, 1, floor, new IndexRoot(0, revision, 0, 0), recent.published(), store);
  }

  WatchClient client() {
    return new WatchClient(this, Caller.LOCAL);
  }

  // Changes: any number within a revision, any number of revisions until they are published.

  /** Begins a revision. */
  WatchWorld revision() {
    revision++;
    sub = 0;
    return this;
  }

  /** Puts in the present revision. */
  WatchWorld put(String key, String value) {
    Bytes name = Bytes.utf8(key);
    KeyValue before = alive.get(name);
    KeyValue after =
        new KeyValue(
            name,
            before == null ? revision : before.createRevision(),
            revision,
            before == null ? 1 : before.version() + 1,
            Bytes.utf8(value),
            0);
    Bytes stored =
        recent.appendPut(
            name, after.createRevision(), revision, sub, after.version(), after.value(), 0);
    boolean creation = after.createRevision() == revision;
    add(false, name, stored, creation ? Bytes.EMPTY : previous(name, revision));
    alive.put(name, after);
    changed(name, stored);
    return this;
  }

  /** Deletes in the present revision what must exist. */
  WatchWorld delete(String key) {
    Bytes name = Bytes.utf8(key);
    recent.appendTombstone(name, revision, sub);
    KeyValue deleted = new KeyValue(name, 0, revision, 0, Bytes.EMPTY, 0);
    add(true, name, KeyValueFormat.encode(deleted), previous(name, revision));
    alive.remove(name);
    changed(name, null);
    return this;
  }

  boolean has(String key) {
    return alive.containsKey(Bytes.utf8(key));
  }

  private void add(boolean deletion, Bytes key, Bytes keyValue, Bytes previous) {
    events.add(new Event(revision, sub, deletion, key, keyValue, previous));
    sub++;
  }

  private void changed(Bytes key, @Nullable Bytes stored) {
    versions.computeIfAbsent(key, name -> new TreeMap<>()).put(revision, stored);
  }

  private Bytes previous(Bytes key, long before) {
    TreeMap<Long, @Nullable Bytes> history = versions.get(key);
    var entry = history == null ? null : history.lowerEntry(before);
    return entry == null || entry.getValue() == null ? Bytes.EMPTY : entry.getValue();
  }

  /** Publishes what was changed, and lets lanes run. */
  WatchWorld publish() {
    publishOnly();
    time.run();
    return this;
  }

  void publishOnly() {
    recent.publish();
    published.publish(state(published.state().appliedIndex() + 1));
  }

  /** One revision with one put, published. */
  long putNow(String key, String value) {
    revision().put(key, value).publish();
    return revision;
  }

  /** One revision with one deletion, published. */
  long deleteNow(String key) {
    revision().delete(key).publish();
    return revision;
  }

  long present() {
    return published.state().revision();
  }

  long floor() {
    return floor;
  }

  /** Writes everything published to the engine, so that the recent log may drop it. */
  void writeOut() {
    RecentCursor records = recent.published().fromPosition(recent.flushedPosition());
    while (records.next()) {
      Bytes key = RevisionKey.encode(records.main(), records.sub(), records.isTombstone());
      unflushed.add(new Mutation.Put(Tables.REVISIONS, key, FORMAT.seal(key, records.stored())));
    }
    engine.commit(unflushed);
    unflushed.clear();
    recent.flushed(recent.published().end());
  }

  /** Makes the recent log forget as much as it can: it keeps the array that it writes to. */
  void forget() {
    String filler = "x".repeat(600_000);
    revision().put("~filler", filler).publish();
    revision().put("~filler", filler).publish();
    writeOut();
    publish();
  }

  /** Raises the floor, and frees what lies below as the real store does. */
  void compact(long to) {
    floor = to;
    publish();
    writeOut();
    Set<Bytes> seen = new LinkedHashSet<>();
    List<Mutation> freed = new ArrayList<>();
    for (Event event : events.reversed()) {
      if (event.main <= to) {
        boolean newest = seen.add(event.key);
        boolean kept = newest && (!event.deletion || event.main == to);
        if (!kept) {
          freed.add(
              new Mutation.Delete(
                  Tables.REVISIONS, RevisionKey.encode(event.main, event.sub, event.deletion)));
        }
      }
    }
    engine.commit(freed);
  }

  @Override
  public @Nullable Bytes before(Bytes key, long before, boolean mayBlock) {
    if (before - 1 < floor) {
      return Bytes.EMPTY;
    }
    Bytes found = previous(key, before);
    return found.isEmpty() || previousInMemory || mayBlock ? found : null;
  }

  @Override
  public CompletableFuture<Void> flush() {
    throw new AssertionError("watches do not flush");
  }

  @Override
  public StorageEngine engine() {
    engineReads++;
    return engine;
  }

  @Override
  public long durableIndex() {
    throw new AssertionError("watches know nothing of durability");
  }
}
