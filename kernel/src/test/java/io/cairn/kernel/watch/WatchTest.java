// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.watch;

import static io.cairn.kernel.watch.WatchClient.everything;
import static io.cairn.kernel.watch.WatchClient.watching;
import static io.cairn.kernel.watch.WatchClient.withFragments;
import static io.cairn.kernel.watch.WatchClient.withId;
import static io.cairn.kernel.watch.WatchClient.withPrevKv;
import static io.cairn.kernel.watch.WatchClient.withProgress;
import static io.cairn.kernel.watch.WatchClient.without;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.kernel.options.KernelOptions;
import io.cairn.kernel.request.Callers;
import io.cairn.spi.auth.Access;
import io.cairn.spi.auth.AccessControl;
import io.cairn.spi.auth.AccessView;
import io.cairn.spi.auth.Identity;
import io.cairn.spi.consensus.Leadership;
import io.cairn.spi.storage.Mutation;
import io.cairn.spi.storage.StorageView;
import io.cairn.spi.store.AuthRequest;
import io.cairn.spi.store.AuthResult;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.Caller;
import io.cairn.spi.store.KeyRange;
import io.cairn.spi.store.Reason;
import io.cairn.spi.store.StoreException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** etcd semantics 8, case by case; each expected line is one message. */
final class WatchTest {
  private static final int NO_FRAGMENTS = Integer.MAX_VALUE;

  private final WatchWorld world = new WatchWorld(NO_FRAGMENTS);
  private final WatchClient client = world.client();

  // 8.1

  @Test
  void idsAreAssignedFromZeroAndSkipThoseInUse() {
    client.stream.create(withId(everything(0), 1));
    client.stream.create(everything(0));
    client.stream.create(everything(0));
    client.stream.create(withId(everything(0), -5));

    assertThat(client.takeAll())
        .containsExactly("1 #1 created", "1 #0 created", "1 #2 created", "1 #-5 created");
  }

  @Test
  void idInUseIsRefusedAndTheStreamGoesOn() {
    client.stream.create(withId(everything(0), 7));
    client.stream.create(withId(everything(0), 7));
    world.putNow("a", "1");

    assertThat(client.takeAll())
        .containsExactly("1 #7 created", "1 #-1 refused WatchIdDuplicate[]", "2 #7 events a=1@2");
  }

  @Test
  void negativeStartAndVoidRangesAreRefused() {
    client.stream.create(watching("a", "b", -1));
    client.stream.create(watching("b", "b", 0));
    client.stream.create(watching("b", "a", 0));
    client.stream.create(watching("b", "a", -1));

    assertThat(client.takeAll())
        .containsExactly(
            "1 #-1 refused Compacted[floor=0]",
            "1 #-1 refused WatchRangeEmpty[]",
            "1 #-1 refused WatchRangeEmpty[]",
            "1 #-1 refused Compacted[floor=0]");
  }

  @Test
  void emptyKeyStandsForTheSmallestOne() {
    client.stream.create(watching("", "", 0));
    client.stream.create(watching("", "\0", 0));
    world.revision().put("\0", "1").put("a", "2").publish();

    assertThat(client.takeAll())
        .containsExactly(
            "1 #0 created", "1 #1 created", "2 #1 events \0=1@2 a=2@2", "2 #0 events \0=1@2");
  }

  @Test
  void createdComesBeforeWhatHappensMeanwhile() {
    world.putNow("a", "1");
    client.stream.create(everything(2));
    world.putNow("a", "2");

    assertThat(client.takeAll()).containsExactly("2 #0 created", "3 #0 events a=1@2 a=2@3");
  }

  // 8.2

  @Test
  void startInThePastGivesHistoryAndThenWhatComes() {
    world.putNow("a", "1");
    world.putNow("b", "2");
    world.deleteNow("a");
    client.stream.create(watching("a", "", 3));
    client.stream.create(watching("a", "c", 2));

    assertThat(client.takeAll())
        .containsExactly(
            "4 #0 created", "4 #1 created", "4 #0 events -a@4", "4 #1 events a=1@2 b=2@3 -a@4");
    world.putNow("a", "3");
    assertThat(client.takeAll()).containsExactly("5 #0 events a=3@5", "5 #1 events a=3@5");
  }

  @Test
  void startInTheFutureSuppressesWhatComesBefore() {
    client.stream.create(watching("a", "", 4));
    client.stream.create(everything(4));
    world.putNow("a", "1");
    world.putNow("a", "2");
    assertThat(client.takeAll()).containsExactly("1 #0 created", "1 #1 created");

    world.putNow("a", "3");

    assertThat(client.takeAll())
        .containsExactlyInAnyOrder("4 #0 events a=3@4", "4 #1 events a=3@4");
  }

  @Test
  void historyThatHasLeftMemoryIsReadFromTheEngine() {
    world.putNow("a", "1");
    world.putNow("b", "1");
    world.deleteNow("a");
    world.forget();
    client.stream.create(watching("a", "c", 2));
    client.stream.create(withPrevKv(everything(4)));
    world.time.run();

    assertThat(client.takeAll()).containsExactly("6 #0 created", "6 #1 created");
    world.time.run();
    assertThat(client.takeAll()).containsExactly("4 #0 events a=1@2 b=1@3 -a@4");
    world.time.run();
    assertThat(client.takeAll())
        .containsExactly(
            "5 #1 events -a@4(1) ~filler=600000 bytes@5",
            "6 #1 events ~filler=600000 bytes@6(600000 bytes)");
  }

  @Test
  void startBelowTheFloorIsCreatedAndThenCancelledAndStartAtItIsComplete() {
    world.putNow("a", "1");
    world.putNow("a", "2");
    world.deleteNow("a");
    world.compact(4);
    client.stream.create(watching("a", "", 3));
    client.stream.create(watching("a", "", 4));

    assertThat(client.takeAll())
        .containsExactly("4 #0 created", "0 #0 canceled at 4", "4 #1 created", "4 #1 events -a@4");
    // The id stays taken until the client cancels too.
    client.stream.create(withId(everything(0), 0));
    client.stream.cancel(0);
    client.stream.cancel(0);
    assertThat(client.takeAll()).containsExactly("4 #2 created", "4 #0 canceled");
  }

  // 8.3

  @Test
  void filtersAndPreviousKeyValues() {
    client.stream.create(without(everything(0), true, false));
    client.stream.create(without(watching("a", "b", 0), false, true));
    client.stream.create(withPrevKv(watching("a", "", 0)));
    client.stream.create(without(everything(0), true, true));
    world.putNow("a", "1");
    world.putNow("a", "2");
    world.deleteNow("a");
    world.putNow("a", "3");

    assertThat(client.takeAll())
        .containsExactlyInAnyOrder(
            "1 #0 created",
            "1 #1 created",
            "1 #2 created",
            "1 #3 created",
            "4 #0 events -a@4",
            "5 #1 events a=1@2 a=2@3 a=3@5",
            "5 #2 events a=1@2 a=2@3(1) -a@4(2) a=3@5");
  }

  @Test
  void deletionAndPutOfOneRevisionAreTwoEvents() {
    world.putNow("a", "1");
    client.stream.create(withPrevKv(watching("a", "", 0)));
    world.revision().delete("a").put("a", "2").publish();
    world.revision().put("a", "3").delete("a").publish();

    assertThat(client.takeAll())
        .containsExactly("2 #0 created", "4 #0 events -a@3(1) a=2@3 a=3@4(2) -a@4(2)");
  }

  @Test
  void previousKeyValueIsLeftOutOnceCompacted() {
    world.putNow("a", "1");
    world.putNow("a", "2");
    world.putNow("a", "3");
    world.compact(3);
    client.stream.create(withPrevKv(watching("a", "", 3)));

    assertThat(client.takeAll()).containsExactly("4 #0 created", "4 #0 events a=2@3 a=3@4(2)");
  }

  @Test
  void previousKeyValueThatHasLeftMemoryIsFetched() {
    world.previousInMemory = false;
    world.putNow("a", "1");
    client.stream.create(withPrevKv(watching("a", "", 0)));
    world.putNow("a", "2");
    assertThat(client.takeAll()).containsExactly("2 #0 created");

    world.time.run();

    assertThat(client.takeAll()).containsExactly("3 #0 events a=2@3(1)");
  }

  @Test
  void clientThatLagsGetsEverythingInOneResponse() {
    client.stream.create(everything(0));
    client.stream.create(watching("a", "", 0));
    client.takeAll();
    for (int i = 0; i < 100; i++) {
      world.putNow("a", "1");
    }

    assertThat(client.takeAll())
        .hasSize(2)
        .allMatch(line -> line.startsWith("101 #") && line.endsWith(" a=1@101"));
  }

  @Test
  void responseHoldsAtMostAThousandRevisionsAndAMebibyte() {
    client.stream.create(everything(0));
    client.stream.create(watching("a", "b", 0));
    client.takeAll();
    for (int i = 0; i < 1500; i++) {
      world.putNow("a", "1");
    }
    List<String> lines = client.takeAll();
    assertThat(lines).extracting(line -> line.substring(0, 7)).contains("1001 #0", "1501 #0");
    world.time.run();
    assertThat(client.takeAll()).extracting(line -> line.substring(0, 7)).contains("1001 #1");

    WatchClient another = world.client();
    another.stream.create(everything(0));
    another.takeAll();
    String large = "x".repeat(400_000);
    for (int i = 0; i < 5; i++) {
      world.revision().put("a", large);
    }
    world.publish();
    assertThat(another.takeAll())
        .extracting(line -> line.substring(0, 7))
        .containsExactly("1503 #0", "1505 #0", "1506 #0");
  }

  @Test
  void revisionIsNeverSplitHoweverLarge() {
    client.stream.create(everything(0));
    client.stream.create(watching("a", "z", 0));
    client.takeAll();
    String large = "x".repeat(700_000);
    world.revision().put("a", large).put("b", large).put("c", large).publish();

    assertThat(client.takeAll())
        .containsExactlyInAnyOrder(
            "2 #0 events a=700000 bytes@2 b=700000 bytes@2 c=700000 bytes@2",
            "2 #1 events a=700000 bytes@2 b=700000 bytes@2 c=700000 bytes@2");
  }

  @Test
  void slowClientLosesNothing() {
    client.stream.create(watching("a", "", 0));
    client.takeAll();
    for (int i = 0; i < 5; i++) {
      world.putNow("b", "1");
    }
    for (int i = 0; i < 3 * Watcher.NOTED_MAX; i++) {
      world.putNow("a", "1");
      world.putNow("b", "1");
    }

    List<String> lines = client.takeAll();

    assertThat(String.join("", lines).split("a=1@", -1)).hasSize(1 + 3 * Watcher.NOTED_MAX);
    world.putNow("a", "2");
    assertThat(client.takeAll()).containsExactly("775 #0 events a=2@775");
  }

  @Test
  void compactionOvertakesASlowClient() {
    client.stream.create(watching("a", "", 0));
    client.stream.create(watching("b", "", 0));
    client.takeAll();
    for (int i = 0; i < 2 * Watcher.NOTED_MAX; i++) {
      world.putNow("a", "1");
    }
    world.forget();
    world.compact(world.present());
    world.time.run();
    client.takeAll();
    world.time.run();

    assertThat(client.takeAll()).containsExactly("0 #0 canceled at " + world.floor());
    world.putNow("a", "2");
    long last = world.putNow("b", "2");
    assertThat(client.takeAll()).containsExactly(last + " #1 events b=2@" + last);
  }

  // 8.4

  @Test
  void largeRevisionIsCutWhereEtcdCuts() {
    WatchWorld small = new WatchWorld(400);
    WatchClient whole = small.client();
    WatchClient pieces = small.client();
    whole.stream.create(watching("a", "z", 0));
    pieces.stream.create(withFragments(watching("a", "z", 0)));
    pieces.stream.create(withFragments(everything(0)));
    String value = "x".repeat(100);
    small.revision().put("a", value).put("b", value).put("c", value);
    small.put("d", value).put("e", "x".repeat(500)).put("f", value).publish();

    assertThat(whole.takeAll()).hasSize(2);
    assertThat(pieces.takeAll())
        .containsExactlyInAnyOrder(
            "1 #0 created",
            "1 #1 created",
            "2 #0 fragment a=100 bytes@2 b=100 bytes@2 c=100 bytes@2",
            "2 #0 fragment d=100 bytes@2",
            "2 #0 fragment e=500 bytes@2",
            "2 #0 events f=100 bytes@2",
            "2 #1 fragment a=100 bytes@2 b=100 bytes@2 c=100 bytes@2",
            "2 #1 fragment d=100 bytes@2",
            "2 #1 fragment e=500 bytes@2",
            "2 #1 events f=100 bytes@2");
  }

  // 8.5

  @Test
  void cancelledWatcherSaysNothingMoreAndItsIdIsFree() {
    client.stream.create(withId(everything(0), 3));
    world.putNow("a", "1");
    client.stream.cancel(3);
    client.stream.cancel(4);
    client.stream.create(withId(everything(0), 3));
    world.putNow("a", "2");

    assertThat(client.takeAll())
        .containsExactly("1 #3 created", "2 #3 canceled", "2 #3 created", "3 #3 events a=2@3");
  }

  // 8.6

  @Test
  void requestedProgressComesAfterWhatIsPending() {
    client.stream.create(watching("a", "", 0));
    client.stream.create(watching("b", "", 0));
    client.takeAll();
    world.putNow("a", "1");
    world.putNow("c", "1");
    client.stream.requestProgress();
    world.putNow("b", "1");

    assertThat(client.takeAll())
        .containsExactly("2 #0 events a=1@2", "4 #1 events b=1@4", "3 #-1 progress");
  }

  @Test
  void progressIsNotToldWithoutWatchersOrWhileOneCatchesUpOrIsNotStarted() {
    client.stream.requestProgress();
    assertThat(client.takeAll()).isEmpty();

    world.putNow("a", "1");
    client.stream.create(everything(2));
    client.stream.requestProgress();
    assertThat(client.takeAll()).containsExactly("2 #0 created", "2 #0 events a=1@2");
    client.stream.requestProgress();
    assertThat(client.takeAll()).containsExactly("2 #-1 progress");

    client.stream.create(watching("b", "", 9));
    client.stream.requestProgress();
    assertThat(client.takeAll()).containsExactly("2 #1 created");
  }

  @Test
  void compactedWatcherKeepsProgressFromBeingToldUntilItIsCancelled() {
    world.putNow("a", "1");
    world.putNow("a", "2");
    world.compact(3);
    client.stream.create(everything(2));
    client.stream.requestProgress();
    assertThat(client.takeAll()).containsExactly("3 #0 created", "0 #0 canceled at 3");

    client.stream.cancel(0);
    client.stream.create(everything(0));
    client.stream.requestProgress();

    assertThat(client.takeAll()).containsExactly("3 #0 canceled", "3 #1 created", "3 #-1 progress");
  }

  @Test
  void progressIsNotifiedToThoseWhoAskedAndHeardNothing() {
    client.stream.create(withProgress(watching("a", "", 0)));
    client.stream.create(withProgress(watching("b", "", 0)));
    client.stream.create(watching("c", "", 0));
    client.stream.create(withProgress(watching("d", "", 99)));
    client.takeAll();
    world.putNow("a", "1");
    client.takeAll();
    world.time.passMillis(599_999);
    assertThat(client.takeAll()).isEmpty();

    world.time.passMillis(60_001);
    assertThat(client.takeAll()).containsExactly("2 #1 progress");

    world.time.passMillis(660_000);
    assertThat(client.takeAll()).contains("2 #0 progress", "2 #1 progress").hasSizeBetween(2, 4);
  }

  // 8.7

  @Test
  void streamThatDemandsALeaderEndsWhenThereIsNoneForThreeElectionTimeouts() {
    WatchClient strict =
        new WatchClient(world, new Caller(null, null, true, false, Caller.Call.ENDLESS));
    strict.stream.create(everything(0));
    client.stream.create(everything(0));
    strict.takeAll();
    world.standing.leadership(new Leadership(3, 0, false));
    world.time.passMillis(2_000);
    assertThat(strict.isAwake()).isFalse();

    world.time.passMillis(1_000);

    assertThatThrownBy(strict::take)
        .isInstanceOfSatisfying(
            StoreException.class, end -> assertThat(end.reason()).isEqualTo(new Reason.NoLeader()));
    assertThat(client.takeAll()).containsExactly("1 #0 created");
    assertThat(world.watch.stats()).isEqualTo(new WatchStats(1, 1, 0));
    assertThatThrownBy(
            () -> new WatchClient(world, new Caller(null, null, true, false, Caller.Call.ENDLESS)))
        .isInstanceOf(StoreException.class);
  }

  @Test
  void closedServiceEndsStreams() {
    client.stream.create(everything(0));
    client.takeAll();

    world.watch.close();

    assertThatThrownBy(client::take)
        .isInstanceOfSatisfying(
            StoreException.class, end -> assertThat(end.reason()).isEqualTo(new Reason.Stopped()));
    world.time.run();
    assertThat(world.watch.stats()).isEqualTo(new WatchStats(0, 0, 0));
    assertThat(world.time.timers()).isZero();
  }

  // Bounds.

  @Test
  void nothingIsReadForWatchersThatAreCancelledMeanwhile() {
    world.putNow("a", "1");
    world.forget();

    for (int i = 0; i < 100; i++) {
      client.stream.create(watching("a", "", 2));
      client.takeAll();
      client.stream.cancel(i);
      client.takeAll();
    }
    world.time.run();

    assertThat(world.engineReads).isZero();
    client.stream.create(watching("a", "", 2));
    client.takeAll();
    world.time.run();
    assertThat(client.takeAll()).containsExactly("2 #100 events a=1@2");
  }

  @Test
  void closedStreamLeavesNothingBehind() {
    world.putNow("a", "1");
    world.forget();
    client.stream.create(withProgress(everything(2)));
    client.stream.create(watching("a", "", 2));
    client.takeAll();

    client.stream.close();
    world.time.run();

    assertThat(world.watch.stats()).isEqualTo(new WatchStats(0, 0, 0));
    world.putNow("a", "2");
    assertThat(client.stream.next()).isNull();
    assertThat(world.time.timers()).as("only the look for leaders").isEqualTo(1);
  }

  @Test
  void clientThatReadsNoAnswersIsCutOff() {
    for (int i = 0; i <= ClientStream.ANSWERS_MAX; i++) {
      client.stream.create(withId(everything(-1), 5));
    }

    assertThatThrownBy(client::take)
        .isInstanceOfSatisfying(
            StoreException.class,
            end -> assertThat(end.reason()).isEqualTo(new Reason.ResponsesExhausted()));
  }

  @Test
  void whatIsReadForStalledStreamsIsBounded() {
    String large = "x".repeat(300_000);
    for (int i = 0; i < 10; i++) {
      world.putNow("a", large);
    }
    world.forget();
    WatchClient[] clients = new WatchClient[8];
    for (int i = 0; i < clients.length; i++) {
      clients[i] = world.client();
      clients[i].stream.create(everything(2));
      assertThat(clients[i].takeAll()).hasSize(1);
    }

    // Every stream has asked and none takes.
    world.time.run();

    assertThat(world.watch.stats().heldBytes()).isBetween(1L, (long) (1 << 20));
    for (WatchClient stalled : clients) {
      StringBuilder got = new StringBuilder();
      while (stalled.isAwake()) {
        stalled.takeAll().forEach(got::append);
        world.time.run();
      }
      assertThat(got.toString().split("@", -1)).hasSize(13);
    }
    assertThat(world.watch.stats().heldBytes()).isZero();
  }

  @Test
  void streamFetchesOnForOthersWhenWhatWasReadForOneWasEvicted() {
    world.putNow("a", "x".repeat(700_000));
    world.putNow("a", "x".repeat(700_000));
    world.putNow("b", "1");
    world.forget();
    world.previousInMemory = false;
    client.stream.create(everything(2));
    client.stream.create(watching("b", "", 2));
    client.takeAll();
    WatchClient another = world.client();
    another.stream.create(everything(2));
    another.takeAll();

    // Both are read for, which is more than may be held; then they come for it.
    world.time.run();
    List<String> lines = new ArrayList<>();
    while (client.isAwake() || another.isAwake()) {
      lines.addAll(client.takeAll());
      another.takeAll();
      world.time.run();
    }

    assertThat(lines).anyMatch(line -> line.equals("4 #1 events b=1@4"));
    assertThat(lines).anyMatch(line -> line.contains("~filler=600000 bytes@6"));
  }

  // 8.8

  @Test
  void requestsWaitInOrderUntilItIsKnownWhoAsks() {
    List<CompletableFuture<Identity>> asked = new ArrayList<>();
    WatchWorld guarded =
        new WatchWorld(
            WatchOptions.of(KernelOptions.defaults(11, 22)),
            new Callers(
                new OneUser("ann", KeyRange.single(Bytes.utf8("a"))),
                (caller, view) -> {
                  asked.add(new CompletableFuture<>());
                  return asked.getLast();
                }));
    WatchClient guest = guarded.client();
    guest.stream.create(watching("a", "", 0));
    guest.stream.cancel(0);
    guest.stream.create(watching("a", "\0", 0));
    guest.stream.create(watching("a", "", 0));
    assertThat(guest.takeAll()).isEmpty();

    asked.get(0).complete(new Identity("ann", 1));
    assertThat(guest.takeAll()).containsExactly("1 #0 created", "1 #0 canceled");
    asked.get(1).complete(new Identity("ann", 1));
    assertThat(guest.takeAll()).containsExactly("1 #-1 refused PermissionDenied[]");
    asked.get(2).completeExceptionally(new StoreException(new Reason.InvalidAuthToken()));
    assertThat(guest.takeAll()).containsExactly("1 #-1 refused InvalidAuthToken[]");
  }

  /** Access control that lets one user read one range. */
  private record OneUser(String name, KeyRange readable) implements AccessControl, AccessView {
    @Override
    public boolean isManageable() {
      return false;
    }

    @Override
    public void load(StorageView view) {
      throw new AssertionError("nothing is loaded in this test");
    }

    @Override
    public AuthResult apply(long index, AuthRequest command, List<Mutation> batch) {
      throw new AssertionError("nothing is managed in this test");
    }

    @Override
    public AccessView view() {
      return this;
    }

    @Override
    public boolean enabled() {
      return true;
    }

    @Override
    public long revision() {
      return 1;
    }

    @Override
    public @Nullable Reason check(Identity identity, Access access) {
      boolean allowed =
          identity.user().equals(name)
              && access instanceof Access.Read read
              && read.range().equals(readable);
      return allowed ? null : new Reason.PermissionDenied();
    }
  }
}
