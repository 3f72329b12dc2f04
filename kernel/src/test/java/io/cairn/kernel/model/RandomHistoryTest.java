// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.kernel.apply.ReplicatedState;
import io.cairn.kernel.options.KernelOptions;
import io.cairn.kernel.virtual.KernelWorld;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.Caller;
import io.cairn.spi.store.CompactRequest;
import io.cairn.spi.store.DeleteRequest;
import io.cairn.spi.store.KeyRange;
import io.cairn.spi.store.KeyValueFormat;
import io.cairn.spi.store.Operation;
import io.cairn.spi.store.PutRequest;
import io.cairn.spi.store.RangeRequest;
import io.cairn.spi.store.RangeResult;
import io.cairn.spi.store.RangeStream;
import io.cairn.spi.store.Reason;
import io.cairn.spi.store.ResponseHeader;
import io.cairn.spi.store.StoreException;
import io.cairn.spi.store.TxnRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Random histories, with crashes, against the naive model: every answer must be the same. */
final class RandomHistoryTest {
  private static final int STEPS = 600;

  private final List<Runnable> unanswered = new ArrayList<>();

  @ParameterizedTest(name = "-Dcairn.seed={0}")
  @MethodSource("io.cairn.conformancetests.Seeds#ofThisRun")
  void everyAnswerIsThatOfTheModel(long seed) {
    // Tiny bounds: commits of a few operations, split entries, barriers often.
    KernelOptions options = KernelWorld.options(new KernelOptions.Flush(7, 300, 100, 2_000, 1_500));
    RandomRequests random = new RandomRequests(seed);
    try (KernelWorld world = new KernelWorld(options)) {
      long[] term = {1};
      world.probe(site -> site.equals(ReplicatedState.DECODE_AGAIN) && random.oneIn(4));
      KeySpaceModel model =
          new KeySpaceModel(revision ->
              new ResponseHeader(KernelWorld.CLUSTER, KernelWorld.MEMBER, revision, term[0]));
      for (int step = 0; step < STEPS; step++) {
        step(world, model, random);
        if (random.oneIn(10)) {
          world.consensus().hold(false);
          settle(world);
        }
        if (random.oneIn(40)) {
          world.consensus().hold(false);
          settle(world);
          crash(world, random);
          term[0] = world.kernel().standing().leadership().term();
        }
      }
      world.consensus().hold(false);
      settle(world);
      compareAll(world, model);
    }
  }

  private void step(KernelWorld world, KeySpaceModel model, RandomRequests random) {
    switch (random.below(20)) {
      case 0, 1, 2, 3, 4, 5 -> {
        PutRequest put = random.put();
        write(world, world.kernel().kv().put(Caller.LOCAL, put), model.put(put));
      }
      case 6, 7 -> {
        DeleteRequest delete = random.delete();
        write(world, world.kernel().kv().delete(Caller.LOCAL, delete), model.delete(delete));
      }
      case 8, 9, 10, 11, 12 -> txn(world, model, random);
      case 13 -> lease(world, model, random);
      case 14 -> {
        if (random.oneIn(3)) {
          compact(world, model, random);
        }
      }
      case 15 -> world.time.passMillis(random.below(150));
      case 16 -> world.consensus().hold(true);
      default -> {
        world.consensus().hold(false);
        RangeRequest range = random.range(model.revision);
        compare(world, world.kernel().kv().range(Caller.LOCAL, range), model.range(range));
      }
    }
  }

  private void txn(KernelWorld world, KeySpaceModel model, RandomRequests random) {
    TxnRequest txn = random.txn(model.revision, 0);
    boolean duplicate =
        KeySpaceModel.putsTwice(txn.success()) || KeySpaceModel.putsTwice(txn.failure());
    Object expected = duplicate ? new Reason.DuplicateKey() : model.txn(txn);
    if (readsOnly(txn.success()) && readsOnly(txn.failure())) {
      // Answered without an entry, from what has been applied by then.
      settle(world);
      compare(world, world.kernel().kv().txn(Caller.LOCAL, txn), expected);
    } else {
      write(world, world.kernel().kv().txn(Caller.LOCAL, txn), expected);
    }
  }

  private static boolean readsOnly(List<Operation> operations) {
    return operations.stream().allMatch(operation -> operation instanceof RangeRequest);
  }

  private void lease(KernelWorld world, KeySpaceModel model, RandomRequests random) {
    world.consensus().hold(false);
    long id = 1L + random.below(4);
    if (model.leases.contains(id)) {
      assertThat(world.done(world.kernel().lease().timeToLive(Caller.LOCAL, id, true)).keys())
          .isEqualTo(model.keysOf(id));
      model.revoke(id);
      world.done(world.kernel().lease().revoke(Caller.LOCAL, id));
      assertThat(world.kernel().published().state().revision()).isEqualTo(model.revision);
    } else {
      model.leases.add(id);
      world.done(world.kernel().lease().grant(Caller.LOCAL, id, 1_000_000));
    }
  }

  private void compact(KernelWorld world, KeySpaceModel model, RandomRequests random) {
    long to = model.revision - random.below(20);
    Object expected = model.compact(to);
    write(
        world,
        world
            .kernel()
            .kv()
            .compact(Caller.LOCAL, new CompactRequest(to, random.oneIn(2)))
            .thenApply(result -> (Object) result.header()),
        expected);
  }

  private void crash(KernelWorld world, RandomRequests random) {
    int durable = world.engine().durableCommits();
    int all = world.engine().commits();
    world.crash(durable + random.below(all - durable + 1));
  }

  /** Compares now, or when the batch has been applied. */
  private void write(KernelWorld world, CompletionStage<?> stage, Object expected) {
    unanswered.add(() -> compare(world, stage, expected));
    if (unanswered.size() > 20) {
      world.consensus().hold(false);
      settle(world);
    }
  }

  private void settle(KernelWorld world) {
    world.consensus().hold(false);
    unanswered.forEach(Runnable::run);
    unanswered.clear();
  }

  private static void compare(KernelWorld world, CompletionStage<?> stage, Object expected) {
    Object actual;
    try {
      actual = world.done(stage);
    } catch (StoreException refusal) {
      actual = refusal.reason();
    }
    assertThat(actual).isEqualTo(expected);
  }

  private static void compareAll(KernelWorld world, KeySpaceModel model) {
    assertThat(world.kernel().published().state().revision()).isEqualTo(model.revision);
    for (long at = Math.max(1, model.floor); at <= model.revision; at++) {
      RangeRequest all =
          new RangeRequest(
              KeyRange.ALL,
              0,
              at,
              RangeRequest.SortOrder.NONE,
              RangeRequest.SortTarget.KEY,
              false,
              false,
              false,
              0,
              0,
              0,
              0);
      RangeResult expected = (RangeResult) model.range(all);
      assertThat(world.done(world.kernel().kv().range(Caller.LOCAL, all))).isEqualTo(expected);
      assertThat(stream(world, all)).as("streamed").isEqualTo(expected);
    }
    assertThat(
            world
                .done(world.kernel().kv().range(Caller.LOCAL, RangeRequest.of(KeyRange.ALL)))
                .kvs()
                .stream()
                .map(KeyValueFormat::decode)
                .map(kv -> kv.key())
                .toList())
        .isEqualTo(List.copyOf(model.state(model.revision).keySet()));
  }

  private static RangeResult stream(KernelWorld world, RangeRequest request) {
    try (RangeStream stream = world.done(world.kernel().kv().rangeStream(Caller.LOCAL, request))) {
      List<Bytes> kvs = new ArrayList<>();
      while (true) {
        RangeStream.Part part = world.done(stream.next());
        kvs.addAll(part.result().kvs());
        if (part.last()) {
          return new RangeResult(
              part.result().header(), kvs, part.result().more(), part.result().count());
        }
      }
    }
  }
}
