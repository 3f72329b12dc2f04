// SPDX-License-Identifier: Apache-2.0
package io.cairn.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.conformancetests.protocol.ProtocolExamination;
import io.cairn.conformancetests.report.Outcome;
import io.cairn.conformancetests.report.Report;
import io.cairn.conformancetests.report.RuleResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The protocol kit on Cairn, on every backend, and on etcd, which wrote the protocol. */
public final class ProtocolIT {
  private static final Path REPORTS = Path.of("target", "protocol");

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"lmdb", "memory", "rocksdb", "sqlite"})
  void cairnSpeaksTheProtocolOnEveryBackend(String backend) throws Exception {
    try (ServerProcess server =
        ServerProcess.start(ServerProcess.Kind.CAIRN, folder, "--backend", backend)) {
      Report report = new ProtocolExamination(List.of(server.endpoint())).run();

      keep(report, "cairn-" + backend);
      assertConformant(report);
      assertThat(report.results())
          .filteredOn(result -> result.outcome() == Outcome.EXPLAINED)
          .isEmpty();
    }
  }

  @Test
  void etcdDiffersOnlyWhereTheTableSaysSo() throws Exception {
    try (ServerProcess server = ServerProcess.start(ServerProcess.Kind.ETCD, folder)) {
      Report report = new ProtocolExamination(List.of(server.endpoint())).run();

      keep(report, "etcd");
      assertConformant(report);
      assertThat(report.results())
          .filteredOn(result -> result.outcome() == Outcome.EXPLAINED)
          .hasSizeLessThan(25);
      assertThat(report.results())
          .as("what the table says to differ, but does not")
          .filteredOn(result -> result.outcome() == Outcome.PASSED)
          .extracting(RuleResult::notes)
          .allSatisfy(notes -> assertThat(notes).isEmpty());
    }
  }

  /** Keeps a report where a person finds it. */
  public static void keep(Report report, String name) throws Exception {
    Files.createDirectories(REPORTS);
    Files.writeString(REPORTS.resolve(name + ".html"), report.toHtml());
    Files.writeString(REPORTS.resolve(name + ".json"), report.toJson());
  }

  /** Fails with the whole report unless it is without fault. */
  public static void assertConformant(Report report) {
    assertThat(report.conformant()).as(report.toText()).isTrue();
    assertThat(report.results())
        .filteredOn(result -> result.outcome() == Outcome.PASSED)
        .hasSizeGreaterThan(140);
  }
}
