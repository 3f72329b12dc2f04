// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.kernel.environment.ThreadLanes;
import io.cairn.kernel.virtual.CrashingEngine;
import io.cairn.kernel.virtual.MemoryEngines;
import io.cairn.kernel.virtual.VirtualTime;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.Caller;
import io.cairn.spi.store.KeyRange;
import io.cairn.spi.store.KeyValue;
import io.cairn.spi.store.KeyValueFormat;
import io.cairn.spi.store.Operation;
import io.cairn.spi.store.PutRequest;
import io.cairn.spi.store.RangeRequest;
import io.cairn.spi.store.RangeResult;
import io.cairn.spi.store.Reason;
import io.cairn.spi.store.StoreException;
import io.cairn.spi.store.TxnRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Readers on real threads while states are installed one after the other. */
final class InstallStressTest {
  private static final int INSTALLS = 40;
  private static final int READERS = 3;
  private static final int KEYS = 30;

  @Test
  @Timeout(120)
  void everyReadSeesOneRevisionWhole() throws Exception {
    AtomicReference<@Nullable Throwable> broken = new AtomicReference<>();
    ThreadLanes lanes =
        new ThreadLanes((what, cause) -> {
          broken.compareAndSet(null, cause);
          throw new IllegalStateException(what, cause);
        });
    VirtualTime time = new VirtualTime();
    TestMember leader = TestMember.leader(time, new CrashingEngine(), new MemoryEngines());
    MemoryEngines engines = new MemoryEngines();
    TestMember follower =
        TestMember.follower(
            lanes, new VirtualTime(), TestMember.FOLLOWER, new CrashingEngine(), engines);
    writeAll(leader, "first");
    follower.following().follow(leader.leading().log(), Long.MAX_VALUE);

    AtomicBoolean done = new AtomicBoolean();
    AtomicLong reads = new AtomicLong();
    CountDownLatch ended = new CountDownLatch(READERS);
    for (int reader = 0; reader < READERS; reader++) {
      boolean old = reader == 0;
      Thread.ofPlatform()
          .start(() -> {
            try {
              long seen = 0;
              while (!done.get()) {
                seen = read(follower, old, seen);
                reads.incrementAndGet();
              }
            } catch (Throwable failure) {
              broken.compareAndSet(null, failure);
            } finally {
              ended.countDown();
            }
          });
    }
    for (int i = 0; i < INSTALLS && broken.get() == null; i++) {
      for (int j = 0; j < 5; j++) {
        writeAll(leader, i + "/" + j);
      }
      if (i % 3 == 1) {
        leader.compact(leader.revision() - 2, i % 2 == 0);
      }
      leader.settle();
      follower.receiveFrom(leader);
      writeAll(leader, i + "/on-top");
      long before = reads.get();
      follower.following().follow(leader.leading().log(), Long.MAX_VALUE);
      while (reads.get() == before && broken.get() == null) {
        Thread.onSpinWait();
      }
    }
    done.set(true);

    assertThat(ended.await(60, TimeUnit.SECONDS)).isTrue();
    assertThat(broken.get()).isNull();
    assertThat(content(follower)).isEqualTo(leader.content(0));
    follower.kernel.stop();
    lanes.close();
    follower.kernel.close();
    leader.close();
  }

  /** Every key gets the same value in one revision. */
  private static void writeAll(TestMember leader, String value) {
    List<Operation> puts = new ArrayList<>();
    for (int i = 0; i < KEYS; i++) {
      puts.add(new PutRequest(Bytes.utf8("key-" + i), Bytes.utf8(value), 0, false, false, false));
    }
    leader.done(leader.kernel.kv().txn(Caller.LOCAL, new TxnRequest(List.of(), puts, List.of())));
  }

  /** Reads the newest revision, or the one before the one seen last; returns which it was. */
  private static long read(TestMember follower, boolean old, long seen) {
    long at = old && seen > 2 ? seen - 1 : 0;
    RangeResult result;
    try {
      result = follower.kernel.kv().range(Caller.LOCAL, range(at)).toCompletableFuture().join();
    } catch (CompletionException failure) {
      if (failure.getCause() instanceof StoreException refusal
          && refusal.reason() instanceof Reason.Compacted) {
        return 0;
      }
      throw failure;
    }
    List<KeyValue> kvs = result.kvs().stream().map(KeyValueFormat::decode).toList();
    assertThat(kvs).hasSize(KEYS);
    assertThat(kvs.stream().map(KeyValue::value).distinct()).hasSize(1);
    assertThat(kvs.stream().map(KeyValue::modRevision).distinct()).hasSize(1);
    long revision = kvs.getFirst().modRevision();
    if (at == 0) {
      assertThat(result.header().revision()).isEqualTo(revision).isGreaterThanOrEqualTo(seen);
    } else {
      assertThat(revision).isEqualTo(at);
    }
    return result.header().revision();
  }

  private static List<KeyValue> content(TestMember follower) {
    return follower
        .kernel
        .kv()
        .range(Caller.LOCAL, range(0))
        .toCompletableFuture()
        .join()
        .kvs()
        .stream()
        .map(KeyValueFormat::decode)
        .toList();
  }

  private static RangeRequest range(long revision) {
    return new RangeRequest(
        KeyRange.ALL,
        0,
        revision,
        RangeRequest.SortOrder.NONE,
        RangeRequest.SortTarget.KEY,
        true,
        false,
        false,
        0,
        0,
        0,
        0);
  }
}
