// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.kernel.cluster.MemberBook;
import io.cairn.kernel.index.KeyIndex;
import io.cairn.kernel.lease.LeaseBook;
import io.cairn.kernel.maintenance.AlarmBook;
import io.cairn.kernel.records.RevisionKey;
import io.cairn.kernel.state.FlushLane;
import io.cairn.kernel.state.State;
import io.cairn.kernel.state.Tables;
import io.cairn.kernel.virtual.KernelWorld;
import io.cairn.spi.auth.AccessControl;
import io.cairn.spi.storage.Mutation;
import io.cairn.spi.storage.StorageException;
import io.cairn.spi.store.Alarm;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.Caller;
import io.cairn.spi.store.DeleteRequest;
import io.cairn.spi.store.KeyRange;
import io.cairn.spi.store.PutRequest;
import io.cairn.spi.store.RangeRequest;
import io.cairn.spi.store.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RecoveryTest {
  private final KernelWorld world = new KernelWorld();
  private boolean alive = true;

  @AfterEach
  void close() {
    if (alive) {
      world.close();
    }
  }

  @Test
  void freshEngineStandsAtRevisionOne() {
    State state = world.kernel().published().state();

    assertThat(state.revision()).isEqualTo(1);
    assertThat(state.compactionFloor()).isEqualTo(-1);
  }

  @Test
  void everythingFlushedIsThereWithoutTheLogAndTheRestComesFromIt() {
    put("a", 0);
    world.time.passMillis(100);
    int flushed = world.engine().commits();
    put("b", 0);

    world.crash(flushed);

    assertThat(world.kernel().published().state().revision()).isEqualTo(3);
    assertThat(
            world
                .done(world.kernel().kv().range(Caller.LOCAL, RangeRequest.of(KeyRange.ALL)))
                .count())
        .isEqualTo(2);
  }

  @Test
  void keysHangOnTheLeasesOfTheirLastPut() {
    world.done(world.kernel().lease().grant(Caller.LOCAL, 1, 1000));
    world.done(world.kernel().lease().grant(Caller.LOCAL, 2, 1000));
    put("stays", 1);
    put("moves", 1);
    put("moves", 2);
    put("leaves", 1);
    put("leaves", 0);
    put("dies", 1);
    world.done(
        world
            .kernel()
            .kv()
            .delete(Caller.LOCAL, new DeleteRequest(KeyRange.single(Bytes.utf8("dies")), false)));
    world.time.passMillis(100);

    world.crash(world.engine().commits());

    assertThat(world.done(world.kernel().lease().timeToLive(Caller.LOCAL, 1, true)).keys())
        .containsExactly(Bytes.utf8("stays"));
    assertThat(world.done(world.kernel().lease().timeToLive(Caller.LOCAL, 2, true)).keys())
        .containsExactly(Bytes.utf8("moves"));
  }

  /** What was not remembered for want of room is read a second time. */
  @ParameterizedTest(name = "room for {0} bytes")
  @ValueSource(longs = {0, 200, 400, 1 << 20})
  void keysHangOnTheirLeasesHoweverLittleIsRemembered(long room) {
    world.done(world.kernel().lease().grant(Caller.LOCAL, 1, 1000));
    world.done(world.kernel().lease().grant(Caller.LOCAL, 2, 1000));
    world.done(world.kernel().lease().grant(Caller.LOCAL, 3, 1000));
    put("moves", 1);
    put("leaves", 1);
    put("stays", 1);
    put("moves", 2);
    put("ends", 3);
    put("late", 1);
    put("leaves", 0);
    world.done(world.kernel().lease().revoke(Caller.LOCAL, 3));
    world.time.passMillis(100);
    LeaseBook leases = new LeaseBook();
    ReplicatedState.Books books =
        new ReplicatedState.Books(leases, new MemberBook(), new AlarmBook(), AccessControl.open());

    try (KeyIndex index = new KeyIndex()) {
      new Recovery(world.engine(), index, books, new Attachments(leases), List.of(), room).run();
    }

    assertThat(leases.keys(1)).containsExactly(Bytes.utf8("late"), Bytes.utf8("stays"));
    assertThat(leases.keys(2)).containsExactly(Bytes.utf8("moves"));
    assertThat(leases.keys(3)).isEmpty();
  }

  /** However much is read at once, every record is read once, and the state is the same. */
  @ParameterizedTest(name = "{0} bytes at once")
  @ValueSource(longs = {1, 40, 1 << 20})
  void whatWasReadAheadIsNotReadAgain(long bytesMax) {
    world.done(world.kernel().lease().grant(Caller.LOCAL, 1, 1000));
    put("a", 1);
    put("b", 1);
    put("a", 0);
    put("c", 0);
    put("d", 1);
    world.time.passMillis(100);
    LeaseBook leases = new LeaseBook();
    ReplicatedState.Books books =
        new ReplicatedState.Books(leases, new MemberBook(), new AlarmBook(), AccessControl.open());
    List<Long> read = new ArrayList<>();
    BiConsumer<Bytes, Bytes> witness = (key, content) -> read.add(RevisionKey.parse(key).main());

    try (KeyIndex index = new KeyIndex()) {
      Recovery recovery =
          new Recovery(world.engine(), index, books, new Attachments(leases), List.of());
      recovery.readAhead(RevisionKey.firstOf(3), bytesMax, witness);
      assertThat(read).containsExactly(2L);
      recovery.readAhead(RevisionKey.firstOf(5), bytesMax, witness);
      assertThat(read).startsWith(2L, 3L).doesNotContain(5L);

      Recovery.Recovered recovered = recovery.run(witness);

      assertThat(read).containsExactly(2L, 3L, 4L, 5L, 6L);
      assertThat(recovered.revision()).isEqualTo(6);
      assertThat(recovered.index().alive()).isEqualTo(4);
    }
    assertThat(leases.keys(1)).containsExactly(Bytes.utf8("b"), Bytes.utf8("d"));
  }

  @Test
  void alarmsAreStillRaised() {
    world.raise(new Alarm(KernelWorld.MEMBER, Alarm.Kind.NOSPACE));
    world.time.passMillis(100);

    world.crash(world.engine().commits());

    assertThat(
            world.refused(
                world.kernel().kv().put(Caller.LOCAL, PutRequest.of(Bytes.utf8("k"), Bytes.EMPTY))))
        .isEqualTo(new Reason.NoSpace());
  }

  @Test
  void damagedRecordStopsTheStartAndIsNamed() {
    put("a", 0);
    world.time.passMillis(100);
    world
        .engine()
        .commit(
            List.of(
                new Mutation.Put(
                    Tables.REVISIONS,
                    RevisionKey.encode(2, 0, false),
                    Bytes.utf8("not what was written"))));

    alive = false;
    assertThatThrownBy(() -> world.crash(world.engine().commits()))
        .isInstanceOf(StorageException.Damaged.class)
        .hasMessageContaining("table 'revisions'");
  }

  @Test
  void otherLayoutStopsTheStartAndIsNamed() {
    world.engine().commit(List.of(FlushLane.number(Tables.FORMAT, 99)));

    alive = false;
    assertThatThrownBy(() -> world.crash(world.engine().commits()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("layout 99");
  }

  private void put(String key, long lease) {
    world.done(
        world
            .kernel()
            .kv()
            .put(
                Caller.LOCAL,
                new PutRequest(Bytes.utf8(key), Bytes.utf8("v"), lease, false, false, false)));
  }
}
