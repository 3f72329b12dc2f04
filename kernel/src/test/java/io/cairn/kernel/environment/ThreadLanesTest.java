// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.environment;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.spi.environment.Lane;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class ThreadLanesTest {
  private static final long DEADLINE_SECONDS = 20;

  @Test
  void tasksOfALaneRunInTheOrderInWhichOneThreadHandedThemIn() throws Exception {
    try (ThreadLanes lanes = new ThreadLanes(ThreadLanesTest::rethrow)) {
      Lane lane = lanes.lane("test");
      List<Integer> seen = new ArrayList<>();
      CountDownLatch done = new CountDownLatch(1);

      for (int i = 0; i < 10_000; i++) {
        int number = i;
        lane.execute(() -> seen.add(number));
      }
      lane.execute(done::countDown);

      assertThat(done.await(DEADLINE_SECONDS, TimeUnit.SECONDS)).isTrue();
      assertThat(seen).hasSize(10_000).isSorted();
    }
  }

  @Test
  void tasksHandedInByManyThreadsAllRun() throws Exception {
    int threads = 4;
    int tasksEach = 20_000;
    CountDownLatch ran = new CountDownLatch(threads * tasksEach);
    try (ThreadLanes lanes = new ThreadLanes(ThreadLanesTest::rethrow)) {
      Lane lane = lanes.lane("test");

      for (int t = 0; t < threads; t++) {
        Thread.ofPlatform()
            .start(() -> {
              for (int i = 0; i < tasksEach; i++) {
                lane.execute(ran::countDown);
              }
            });
      }

      assertThat(ran.await(DEADLINE_SECONDS, TimeUnit.SECONDS)).isTrue();
      assertThat(lanes.stats().getFirst().wakeUps())
          .isLessThanOrEqualTo((long) threads * tasksEach);
    }
  }

  @Test
  void delayedTaskRunsOnItsLaneAndACancelledOneDoesNot() throws Exception {
    try (ThreadLanes lanes = new ThreadLanes(ThreadLanesTest::rethrow)) {
      Lane lane = lanes.lane("test");
      CompletableFuture<String> thread = new CompletableFuture<>();
      List<String> cancelledRan = new ArrayList<>();

      lanes.after(TimeUnit.MILLISECONDS.toNanos(1), lane, () -> cancelledRan.add("ran")).cancel();
      lanes.after(
          TimeUnit.MILLISECONDS.toNanos(5),
          lane,
          () -> thread.complete(Thread.currentThread().getName()));

      assertThat(thread.get(DEADLINE_SECONDS, TimeUnit.SECONDS)).isEqualTo("cairn-test");
      assertThat(cancelledRan).isEmpty();
    }
  }

  @Test
  void closeRunsWhatWasHandedInBefore() {
    List<String> ran = new ArrayList<>();
    ThreadLanes lanes = new ThreadLanes(ThreadLanesTest::rethrow);
    lanes.lane("test").execute(() -> ran.add("ran"));

    lanes.close();

    assertThat(ran).containsExactly("ran");
  }

  @Test
  void taskThatThrowsIsReportedAndItsLaneRunsNothingMore() throws Exception {
    CompletableFuture<Throwable> reported = new CompletableFuture<>();
    try (ThreadLanes lanes =
        new ThreadLanes((what, cause) -> {
          reported.complete(cause);
          return new ThreadDeathInTest();
        })) {
      Lane lane = lanes.lane("test");

      lane.execute(() -> {
        throw new IllegalStateException("planted");
      });

      assertThat(reported.get(DEADLINE_SECONDS, TimeUnit.SECONDS)).hasMessage("planted");
    }
  }

  private static Error rethrow(String what, Throwable cause) {
    throw new AssertionError(what, cause);
  }

  /** Ends the lane's thread quietly. */
  private static final class ThreadDeathInTest extends Error {
    private static final long serialVersionUID = 1L;
  }
}
