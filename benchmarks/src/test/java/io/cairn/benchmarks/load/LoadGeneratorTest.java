// SPDX-License-Identifier: Apache-2.0
package io.cairn.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.benchmarks.load.Workload.Operation;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Against a server of grpc-java, whose HTTP/2 is not ours. */
@Timeout(120)
final class LoadGeneratorTest {
  private static final double SECONDS_MAX = 60;

  @ParameterizedTest
  @EnumSource
  void everyOperationIsAnsweredAsOftenAsAsked(Operation operation) throws IOException {
    try (FakeStore store = new FakeStore()) {
      LoadResult result = count(store, Workload.of(operation, 50, 1_000), 5_000);

      assertThat(result.failed()).as(result.lastFailure()).isZero();
      assertThat(result.requests()).isEqualTo(5_000);
      assertThat(result.p50Micros()).isPositive().isLessThanOrEqualTo(result.p99Micros());
      assertThat(result.p99Micros()).isLessThanOrEqualTo(result.maxMicros());
      assertThat(result.generatorCpuSeconds()).isPositive();
      boolean writes =
          operation == Operation.PUT || operation == Operation.TXN || operation == Operation.CAS;
      assertThat(store.revision()).isEqualTo(writes ? 5_001 : 1);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 16_000, 16_384, 65_536, 1 << 20, 4 << 20})
  void valuesOfAnySizeArriveWhole(int valueBytes) throws IOException {
    // Windows smaller than the values, so that they have to be sent in turns.
    try (FakeStore store = new FakeStore(builder -> builder.initialFlowControlWindow(70_000))) {
      Workload puts = new Workload(Operation.PUT, 2, 8, 0, 10, valueBytes, 1, false, 0, 0, false);

      LoadResult written = count(store, puts, 40);
      LoadResult read = count(store, Workload.of(Operation.GET, 8, 10), 40);

      assertThat(written.failed()).as(written.lastFailure()).isZero();
      assertThat(written.requests()).isEqualTo(40);
      assertThat(store.lastValue().size()).isEqualTo(valueBytes);
      assertThat(read.failed()).as(read.lastFailure()).isZero();
      assertThat(read.requests()).isEqualTo(40);
    }
  }

  @Test
  void manyConnectionsShareTheRequests() throws IOException {
    try (FakeStore store = new FakeStore()) {
      Workload puts = new Workload(Operation.PUT, 200, 500, 0, 10, 16, 1, false, 0, 0, false);

      LoadResult result = count(store, puts, 3_000);

      assertThat(result.requests()).isEqualTo(3_000);
      assertThat(store.revision()).isEqualTo(3_001);
    }
  }

  @Test
  void timedRunMeasuresAfterWarmingUp() throws IOException {
    try (FakeStore store = new FakeStore();
        LoadGenerator generator = generator(store, Workload.of(Operation.PUT, 10, 100))) {
      LoadResult result = generator.run(0.2, 0.3);

      assertThat(result.failed()).isZero();
      assertThat(result.seconds()).isBetween(0.3, 30.0);
      assertThat(result.requests()).isLessThan(store.revision());
      assertThat(result.perSecond()).isEqualTo(result.requests() / result.seconds());
    }
  }

  @Test
  void refusalsAreCountedWithWhatTheServerSaid() throws IOException {
    try (FakeStore store = new FakeStore()) {
      Workload puts = new Workload(Operation.PUT, 1, 4, 0, 10, 0, 1, false, 0, 0, false);

      LoadResult result = count(store, puts, 20);

      assertThat(result.requests()).isEqualTo(20);
      assertThat(result.failed()).isEqualTo(20);
      assertThat(result.lastFailure()).isEqualTo("status 3: no value");
    }
  }

  @Test
  void watchersSeeEveryPut() throws IOException {
    Workload puts = Workload.of(Operation.PUT, 4, 10);
    try (FakeStore store = new FakeStore();
        Selector selector = Selector.open();
        WatchListener listener =
            new WatchListener(
                store.endpoints().getFirst(), selector, new RequestWriter(puts, 1), 7)) {
      while (listener.created() < 7) {
        read(selector);
      }

      count(store, puts, 100);
      while (listener.events() < 700) {
        read(selector);
      }

      assertThat(listener.events()).isEqualTo(700);
      assertThat(listener.ended()).isZero();
    }
  }

  @Test
  void watchersAreThereBeforeTheFirstPut() throws IOException {
    try (FakeStore store = new FakeStore();
        LoadGenerator generator =
            generator(store, Workload.of(Operation.PUT, 4, 10).watchedBy(7, 3))) {
      assertThat(store.watchers()).isEqualTo(7);

      LoadResult result = generator.runCount(500, SECONDS_MAX);

      assertThat(result.failed()).as(result.lastFailure()).isZero();
      // The last ones may still be under way.
      assertThat(result.events()).isLessThanOrEqualTo(7 * 500);
    }
  }

  @Test
  void compactionsFollowEachOther() throws IOException {
    Workload puts = Workload.of(Operation.PUT, 4, 10);
    try (FakeStore store = new FakeStore();
        Selector selector = Selector.open();
        Compactor compactor =
            new Compactor(store.endpoints().getFirst(), selector, new RequestWriter(puts, 1))) {
      for (int i = 1; i <= 3; i++) {
        count(store, puts, 10);

        while (store.compactedTo() < store.revision()) {
          compactor.turn(System.nanoTime());
          read(selector);
        }

        assertThat(store.compactedTo()).isEqualTo(1 + 10 * i);
        assertThat(compactor.begun()).isEqualTo(i);
        assertThat(compactor.failed()).as(compactor.lastFailure()).isZero();
      }
    }
  }

  @Test
  void limitOfTheServerIsSaid() throws IOException {
    try (FakeStore store = new FakeStore(builder -> builder.maxConcurrentCallsPerConnection(3));
        FakeStore other = new FakeStore()) {
      Workload puts = Workload.of(Operation.PUT, 80, 10);

      assertThat(count(other, puts, 100).requests()).isEqualTo(100);
      assertThatThrownBy(() -> generator(store, puts))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("only 3 calls at a time on a connection, not 10");
    }
  }

  @Test
  void endOfTheServerEndsTheRun() throws IOException {
    FakeStore store = new FakeStore();
    try (LoadGenerator generator = generator(store, Workload.of(Operation.PUT, 8, 10))) {
      generator.runCount(10, SECONDS_MAX);
      store.close();

      assertThatThrownBy(() -> generator.runCount(1_000_000, SECONDS_MAX))
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void absentServerIsSaid() throws IOException {
    // Bound and not listening: nobody else gets the port, and no connection waits in a backlog.
    try (Socket deaf = new Socket()) {
      deaf.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      List<InetSocketAddress> endpoints = List.of((InetSocketAddress) deaf.getLocalSocketAddress());

      assertThatThrownBy(() ->
              new LoadGenerator(endpoints, Workload.of(Operation.PUT, 1, 1), List.of(), _ -> {}))
          .isInstanceOf(ConnectException.class);
    }
  }

  @Test
  void progressIsToldEverySecond() throws IOException {
    List<String> lines = new ArrayList<>();
    try (FakeStore store = new FakeStore();
        LoadGenerator generator =
            new LoadGenerator(
                store.endpoints(), Workload.of(Operation.GET, 8, 10), List.of(), lines::add)) {
      generator.run(0, 1.2);
    }

    assertThat(lines).isNotEmpty().first().asString().matches("measuring: [0-9]+ requests .*");
  }

  private static LoadResult count(FakeStore store, Workload workload, long count)
      throws IOException {
    try (LoadGenerator generator = generator(store, workload)) {
      return generator.runCount(count, SECONDS_MAX);
    }
  }

  private static LoadGenerator generator(FakeStore store, Workload workload) throws IOException {
    return new LoadGenerator(store.endpoints(), workload, List.of(), _ -> {});
  }

  private static void read(Selector selector) throws IOException {
    selector.select(10);
    for (SelectionKey key : selector.selectedKeys()) {
      HttpConnection connection = (HttpConnection) key.attachment();
      connection.read();
      connection.flush();
    }
    selector.selectedKeys().clear();
  }
}
