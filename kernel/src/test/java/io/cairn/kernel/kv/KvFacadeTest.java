// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.kv;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.kernel.virtual.KernelWorld;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.Caller;
import io.cairn.spi.store.CompactRequest;
import io.cairn.spi.store.DeleteRequest;
import io.cairn.spi.store.DeleteResult;
import io.cairn.spi.store.KeyRange;
import io.cairn.spi.store.KeyValue;
import io.cairn.spi.store.KeyValueFormat;
import io.cairn.spi.store.PutRequest;
import io.cairn.spi.store.PutResult;
import io.cairn.spi.store.RangeRequest;
import io.cairn.spi.store.RangeResult;
import io.cairn.spi.store.Reason;
import io.cairn.spi.store.ResponseHeader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class KvFacadeTest {
  private final KernelWorld world = new KernelWorld();

  @AfterEach
  void close() {
    world.close();
  }

  @Test
  void firstWriteMakesRevisionTwo() {
    PutResult put = put("k", "v");

    assertThat(put.header())
        .isEqualTo(new ResponseHeader(KernelWorld.CLUSTER, KernelWorld.MEMBER, 2, 1));
    assertThat(put.prevKv()).isNull();
  }

  @Test
  void putIsReadBackWithItsRevisionsAndVersion() {
    put("k", "v1");
    put("other", "x");
    put("k", "v2");

    RangeResult result = range(RangeRequest.of(KeyRange.single(Bytes.utf8("k"))));

    assertThat(result.count()).isEqualTo(1);
    assertThat(result.more()).isFalse();
    assertThat(KeyValueFormat.decode(result.kvs().getFirst()))
        .isEqualTo(new KeyValue(Bytes.utf8("k"), 2, 4, 2, Bytes.utf8("v2"), 0));
    assertThat(result.header().revision()).isEqualTo(4);
  }

  @Test
  void deletedKeysAreGoneAndCounted() {
    put("a", "1");
    put("b", "2");
    put("c", "3");

    DeleteResult deleted =
        world.done(
            world
                .kernel()
                .kv()
                .delete(
                    Caller.LOCAL,
                    new DeleteRequest(new KeyRange(Bytes.utf8("a"), Bytes.utf8("c")), true)));

    assertThat(deleted.deleted()).isEqualTo(2);
    assertThat(deleted.prevKvs()).hasSize(2);
    assertThat(deleted.header().revision()).isEqualTo(5);
    assertThat(range(RangeRequest.of(KeyRange.ALL)).count()).isEqualTo(1);
  }

  @Test
  void compactedRevisionIsRefusedAndTheFloorItselfIsNot() {
    put("k", "1");
    put("k", "2");
    put("k", "3");

    world.done(world.kernel().kv().compact(Caller.LOCAL, new CompactRequest(3, true)));

    assertThat(world.refused(world.kernel().kv().range(Caller.LOCAL, at(2))))
        .isEqualTo(new Reason.Compacted(3));
    assertThat(KeyValueFormat.decode(range(at(3)).kvs().getFirst()).value())
        .isEqualTo(Bytes.utf8("2"));
    assertThat(world.refused(world.kernel().kv().range(Caller.LOCAL, at(5))))
        .isEqualTo(new Reason.FutureRevision());
  }

  private static RangeRequest at(long revision) {
    return new RangeRequest(
        KeyRange.single(Bytes.utf8("k")),
        0,
        revision,
        RangeRequest.SortOrder.NONE,
        RangeRequest.SortTarget.KEY,
        false,
        false,
        false,
        0,
        0,
        0,
        0);
  }

  private RangeResult range(RangeRequest request) {
    return world.done(world.kernel().kv().range(Caller.LOCAL, request));
  }

  private PutResult put(String key, String value) {
    return world.done(
        world.kernel().kv().put(Caller.LOCAL, PutRequest.of(Bytes.utf8(key), Bytes.utf8(value))));
  }
}
