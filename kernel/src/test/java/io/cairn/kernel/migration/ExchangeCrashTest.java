// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.migration;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.kernel.directory.EngineExchange;
import io.cairn.kernel.directory.MemberDirectory;
import io.cairn.kernel.directory.MemberIdentity;
import io.cairn.kernel.state.Tables;
import io.cairn.kernel.virtual.CrashingEngine;
import io.cairn.kernel.virtual.FaultyHome;
import io.cairn.spi.storage.Mutation;
import io.cairn.spi.storage.StorageEngine;
import io.cairn.spi.store.Bytes;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The power is cut at every step of exchanging an engine for one of another backend. */
final class ExchangeCrashTest {
  private static final String OLD = "memory"; // What FaultyHome says.
  private static final String NEW = "other";
  private static final int ROWS = 3;
  private static final Bytes VALUE = Bytes.of(new byte[8 << 20]); // Enough for a commit.

  @TempDir Path data;

  /** Of what no barrier covers, nothing is left, or everything. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void nextStartFindsEitherEngineWhole(boolean kept) throws IOException {
    boolean cut = true;
    int olds = 0;
    for (int steps = 0; cut; steps++) {
      FaultyHome home = filled(data.resolve("cut-" + steps));
      cut = exchangeIsCut(home, steps);
      home.restore(kept ? CrashingEngine::commits : CrashingEngine::durableCommits);

      MemberDirectory directory = new MemberDirectory(home.disk(), "data");
      MemberIdentity identity = directory.read().orElseThrow();
      var _ = directory.boot(identity, identity.backend());
      try (StorageEngine engine = home.engines().open()) {
        assertThat(rows(engine)).as("rows after %d steps", steps).isEqualTo(ROWS);
      }
      assertTidy(home, identity.backend());
      olds += identity.backend().equals(OLD) ? 1 : 0;
      assertThat(identity.backend()).isEqualTo(cut && olds == steps + 1 ? OLD : NEW);
    }
    assertThat(olds).isGreaterThan(10);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void nextExchangeGoesToItsEnd(boolean cutAgain) throws IOException {
    boolean cut = true;
    for (int steps = 0; cut; steps++) {
      FaultyHome home = filled(data.resolve("cut-" + steps));
      cut = exchangeIsCut(home, steps);
      home.restore(CrashingEngine::durableCommits);
      if (cutAgain && exchangeIsCut(home, steps / 2)) {
        home.restore(CrashingEngine::durableCommits);
      }

      exchange(home);

      MemberDirectory directory = new MemberDirectory(home.disk(), "data");
      var _ = directory.boot(directory.read().orElseThrow(), NEW);
      try (StorageEngine engine = home.engines().open()) {
        assertThat(rows(engine)).as("rows after %d steps", steps).isEqualTo(ROWS);
      }
      assertTidy(home, NEW);
    }
  }

  private static boolean exchangeIsCut(FaultyHome home, int steps) throws IOException {
    home.cutAfter(steps);
    try {
      exchange(home);
      return false;
    } catch (FaultyHome.PowerCut cut) {
      return true;
    }
  }

  private static void exchange(FaultyHome home) throws IOException {
    MemberDirectory directory = new MemberDirectory(home.disk(), "data");
    EngineExchange exchange = new EngineExchange(home.disk(), directory);
    if (exchange.resume() != null || directory.read().orElseThrow().backend().equals(NEW)) {
      return;
    }
    try (StorageEngine present = home.open(exchange.current());
        StorageEngine next = home.open(exchange.begin())) {
      var _ = EngineCopy.copy(present, next, (rows, bytes) -> {});
      var _ = EngineCopy.compare(present, next, (rows, bytes) -> {});
    }
    exchange.complete(NEW);
  }

  private static FaultyHome filled(Path root) throws IOException {
    FaultyHome home = new FaultyHome(root, () -> 0);
    try (StorageEngine engine = home.engines().open()) {
      List<Mutation> batch = new ArrayList<>();
      for (int i = 0; i < ROWS; i++) {
        batch.add(new Mutation.Put(Tables.LEASES, Bytes.utf8("row-" + i), VALUE));
      }
      engine.commit(batch);
      engine.barrier();
    }
    return home;
  }

  private static long rows(StorageEngine engine) {
    return EngineCopy.compare(engine, engine, (rows, bytes) -> {}).rows();
  }

  private static void assertTidy(FaultyHome home, String backend) throws IOException {
    assertThat(
            home.names().stream()
                .filter(name -> name.startsWith("engine-") && !name.endsWith(".tmp")))
        .hasSize(1);
    assertThat(new MemberDirectory(home.disk(), "data").read().orElseThrow().backend())
        .isEqualTo(backend);
  }
}
