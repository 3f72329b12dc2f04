// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.kernel.index.IndexReader;
import io.cairn.kernel.state.State;
import io.cairn.kernel.state.StateView;
import io.cairn.kernel.virtual.CrashingEngine;
import io.cairn.kernel.virtual.MemoryEngines;
import io.cairn.kernel.virtual.VirtualTime;
import io.cairn.spi.consensus.AppliedPoint;
import io.cairn.spi.consensus.SnapshotSource;
import io.cairn.spi.storage.StorageException;
import io.cairn.spi.storage.StorageView;
import io.cairn.spi.store.BackupStream;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.Caller;
import io.cairn.spi.store.KeyRange;
import io.cairn.spi.store.KeyValue;
import io.cairn.spi.store.KeyValueFormat;
import io.cairn.spi.store.Operation;
import io.cairn.spi.store.PutRequest;
import io.cairn.spi.store.RangeRequest;
import io.cairn.spi.store.RangeStream;
import io.cairn.spi.store.TxnRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What goes on at a member while another state is put in the place of its own. */
final class InstallTest {
  private static final int KEYS = 300;

  private final TestMember leader =
      TestMember.leader(new VirtualTime(), new CrashingEngine(), new MemoryEngines());
  private final MemoryEngines engines = new MemoryEngines();
  private final CrashingEngine formerEngine = new CrashingEngine();
  private final TestMember follower = TestMember.follower(new VirtualTime(), formerEngine, engines);

  @BeforeEach
  void writeKeys() {
    for (int i = 0; i < KEYS; i++) {
      leader.put("key-" + (1000 + i), "old", 0);
    }
    follower.following().follow(leader.leading().log(), Long.MAX_VALUE);
    follower.settle();
    for (int i = 0; i < KEYS; i++) {
      leader.put("key-" + (1000 + i), "new", 0);
    }
    leader.settle();
  }

  @AfterEach
  void closeMembers() {
    leader.close();
    follower.close();
  }

  @Test
  void formerStoreIsClosedAndRemovedWhenItsLastViewGoes() {
    StorageView view = follower.kernel.flushLane().engine().view();

    follower.receiveFrom(leader);
    follower.settle();
    assertThat(engines.happened).doesNotContain("removed");
    view.close();
    follower.settle();

    assertThat(engines.happened).endsWith("switched", "removed");
    assertThatThrownBy(formerEngine::view).isInstanceOf(StorageException.Refused.class);
  }

  @Test
  void formerKeysStayWhileTheyArePinned() {
    StateView pinned = StateView.pin(follower.kernel.published());
    long before = pinned.state().revision();

    follower.receiveFrom(leader);
    follower.settle();
    assertThat(pinned.keys().count(KeyRange.ALL, IndexReader.LATEST)).isEqualTo(KEYS);
    assertThat(pinned.keys().scan(KeyRange.ALL, before).next()).isTrue();
    assertThat(engines.happened).doesNotContain("removed");
    pinned.close();
    follower.settle();

    assertThat(engines.happened).endsWith("removed");
  }

  @Test
  void keysOfTheFormerStateCannotBePinnedAnyMore() {
    State former = follower.kernel.published().state();

    follower.receiveFrom(leader);

    assertThat(former.store().index().tryView(former.index())).isNull();
    assertThat(former.store().tryView()).isNull();
    try (StateView view = StateView.pin(follower.kernel.published())) {
      assertThat(view.state().revision()).isEqualTo(leader.revision());
    }
  }

  @Test
  void rangeThatHasBegunGoesOnAtItsRevision() {
    RangeStream stream =
        follower.done(
            follower
                .kernel
                .kv()
                .rangeStream(Caller.LOCAL, serializable(RangeRequest.of(KeyRange.ALL))));
    List<KeyValue> read = new ArrayList<>(decoded(follower.done(stream.next())));
    assertThat(read).hasSizeLessThan(KEYS);

    follower.receiveFrom(leader);
    for (boolean last = false; !last; ) {
      RangeStream.Part part = follower.done(stream.next());
      read.addAll(decoded(part));
      last = part.last();
    }
    stream.close();

    assertThat(read).hasSize(KEYS).allMatch(kv -> kv.value().equals(Bytes.utf8("old")));
    assertThat(follower.content(0)).allMatch(kv -> kv.value().equals(Bytes.utf8("new")));
  }

  @Test
  void backupThatHasBegunIsOfTheFormerState() {
    var opening = follower.kernel.maintenance().backup(Caller.LOCAL);
    follower.settle();
    BackupStream backup = follower.done(opening);
    BackupStream.Chunk chunk = follower.done(backup.next());
    long announced = chunk.data().length() + chunk.remainingBytes();
    long bytes = 0;

    follower.receiveFrom(leader);
    follower.settle();
    assertThat(engines.happened).doesNotContain("removed");
    while (!chunk.last()) {
      bytes += chunk.data().length();
      chunk = follower.done(backup.next());
    }
    backup.close();
    follower.settle();

    assertThat(bytes).isEqualTo(announced);
    assertThat(engines.happened).endsWith("removed");
  }

  @Test
  void whoWaitsForAnEntryOfTheStateIsAnswered() {
    List<Long> seen = new ArrayList<>();
    long awaited = follower.machine().appliedPoint().index() + 10;
    follower.kernel.published().whenApplied(awaited, state -> seen.add(state.appliedIndex()));

    AppliedPoint point = follower.receiveFrom(leader);

    assertThat(seen).containsExactly(point.index());
  }

  @Test
  void whoWaitsForTheEngineIsAnsweredWhenTheStateIsVisible() {
    follower
        .following()
        .follow(leader.leading().log(), follower.machine().appliedPoint().index() + 5);
    CompletableFuture<Long> flushed =
        follower
            .kernel
            .flushLane()
            .flush()
            .thenApply(done -> follower.kernel.published().state().revision());

    follower.receiveFrom(leader);

    assertThat(flushed).isCompletedWithValue(leader.revision());
    assertThat(follower.kernel.flushLane().durableIndex())
        .isEqualTo(follower.machine().appliedPoint().index());
  }

  @Test
  void entriesAreAppliedOnTopAndSurviveACrash() {
    follower.receiveFrom(leader);
    leader.put("later", "1", 0);

    follower.following().follow(leader.leading().log(), Long.MAX_VALUE);
    follower.settle();

    assertThat(engines.installed().crash(engines.installed().commits()).commits())
        .isEqualTo(engines.installed().commits());
    assertThat(follower.hash(0).hash()).isEqualTo(leader.hash(0).hash());
  }

  @Test
  void compactionUnderWayGoesOnInTheNewState() {
    long floor = follower.revision();
    leader.compact(floor, false);
    follower.following().follow(leader.leading().log(), Long.MAX_VALUE);
    leader.put("one-more", "1", 0);
    leader.time.passMillis(100);

    // The follower's compaction has not begun: none of its lanes has run since.
    follower.receiveFrom(leader);
    follower.settle();

    assertThat(follower.done(follower.kernel.maintenance().hash(Caller.LOCAL)).hash())
        .isEqualTo(hashWhenSettled());
  }

  @Test
  void compactionThatIsHalfDoneBeginsAnewInTheNewState() {
    for (int i = 0; i < 3000; i += 100) {
      writeHundred("bulk-", i);
    }
    leader.compact(leader.revision(), false);
    follower.following().follow(leader.leading().log(), Long.MAX_VALUE);
    // One piece; the next one waits for its pause to end.
    follower.time.run();
    writeHundred("bulk-", 0);
    leader.settle();

    follower.receiveFrom(leader);
    follower.settle();

    assertThat(follower.done(follower.kernel.maintenance().hash(Caller.LOCAL)).hash())
        .isEqualTo(hashWhenSettled());
    assertThat(engines.happened).endsWith("removed");
  }

  private void writeHundred(String prefix, int from) {
    List<Operation> puts = new ArrayList<>();
    for (int i = from; i < from + 100; i++) {
      puts.add(new PutRequest(Bytes.utf8(prefix + i), Bytes.utf8("bulk"), 0, false, false, false));
    }
    leader.done(leader.kernel.kv().txn(Caller.LOCAL, new TxnRequest(List.of(), puts, List.of())));
  }

  private int hashWhenSettled() {
    leader.settle();
    return leader.done(leader.kernel.maintenance().hash(Caller.LOCAL)).hash();
  }

  @Test
  void sendingEndsWhenTheOwnStateIsReplaced() {
    SnapshotSource source = follower.transfers().send(Bytes.EMPTY);
    assertThat(source.next()).isNotNull();

    follower.receiveFrom(leader);

    assertThatThrownBy(source::next)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("replaced");
    source.close();
  }

  @Test
  void olderStateIsNotInstalled() {
    follower.following().follow(leader.leading().log(), Long.MAX_VALUE);

    assertThatThrownBy(() -> follower.receiveFrom(leader))
        .hasMessageContaining("only a later state is installed");
  }

  private static RangeRequest serializable(RangeRequest request) {
    return new RangeRequest(
        request.range(),
        request.limit(),
        request.revision(),
        request.order(),
        request.target(),
        true,
        request.keysOnly(),
        request.countOnly(),
        request.minModRevision(),
        request.maxModRevision(),
        request.minCreateRevision(),
        request.maxCreateRevision());
  }

  private static List<KeyValue> decoded(RangeStream.Part part) {
    return part.result().kvs().stream().map(KeyValueFormat::decode).toList();
  }
}
