// SPDX-License-Identifier: Apache-2.0
package io.cairn.endtoend.wrong;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.conformancetests.protocol.ProtocolExamination;
import io.cairn.conformancetests.report.Outcome;
import io.cairn.conformancetests.report.Report;
import io.cairn.conformancetests.report.RuleResult;
import io.cairn.endtoend.ServerProcess;
import io.cairn.endtoend.wrong.WrongServers.WrongServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The protocol kit notices every server that is wrong, and is content with the right one. */
final class WrongServersIT {
  /** A wrong server keeps tests waiting for what never comes. */
  private static final Duration PATIENCE = Duration.ofSeconds(4);

  @TempDir static Path folder;

  private static ServerProcess right;

  @BeforeAll
  static void start() throws Exception {
    right =
        ServerProcess.start(ServerProcess.Kind.CAIRN, folder.resolve("m1"), "--backend", "memory");
  }

  @AfterAll
  static void stop() {
    right.close();
  }

  static Stream<WrongServer> wrongServers() {
    return WrongServers.ALL.stream();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("wrongServers")
  void wrongServerBreaksItsRule(WrongServer wrong) throws Exception {
    try (FaultyProxy proxy = FaultyProxy.start(right.port(), wrong.fault().get())) {
      Report report =
          new ProtocolExamination(List.of(proxy.url()))
              .only(List.of(wrong.rule()))
              .patience(PATIENCE)
              .run();

      assertThat(tested(report))
          .as(report.toText())
          .extracting(RuleResult::outcome)
          .containsExactly(Outcome.FAILED);
      assertThat(report.conformant()).isFalse();
    }
  }

  @Test
  void rightServerBreaksNoneOfThem() throws Exception {
    List<String> rules = wrongServers().map(WrongServer::rule).distinct().toList();
    try (FaultyProxy proxy = FaultyProxy.start(right.port(), Fault.NONE)) {
      Report report = new ProtocolExamination(List.of(proxy.url())).only(rules).run();

      assertThat(tested(report))
          .as(report.toText())
          .hasSameSizeAs(rules)
          .extracting(RuleResult::outcome)
          .containsOnly(Outcome.PASSED);
      assertThat(report.conformant()).isTrue();
    }
  }

  private static List<RuleResult> tested(Report report) {
    return report.results().stream().filter(result -> result.tests() > 0).toList();
  }
}
