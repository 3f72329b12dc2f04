// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.environment;

import static io.cairn.spi.environment.EventLog.field;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.spi.environment.EventLog.Level;
import java.io.ByteArrayOutputStream;
import java.util.List;
import org.junit.jupiter.api.Test;

final class JsonEventLogTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  @Test
  void lineIsOneJsonObjectInTheOrderThatToolsExpect() {
    var log = new JsonEventLog(List.of(out), Level.INFO, JsonEventLog.Form.JSON);

    log.info("ready", field("address", "127.0.0.1:2379"), field("count", 3), field("ok", true));

    assertThat(out.toString(UTF_8))
        .matches(
            "\\{\"level\":\"info\",\"ts\":\"[0-9-]+T[0-9:]+\\.[0-9]{6}(Z|[+-][0-9]{4})\","
                + "\"caller\":\"environment/JsonEventLogTest\\.java:[0-9]+\",\"msg\":\"ready\","
                + "\"address\":\"127\\.0\\.0\\.1:2379\",\"count\":3,\"ok\":true}\n");
  }

  @Test
  void whatWouldBreakALineIsEscaped() {
    var log = new JsonEventLog(List.of(out), Level.INFO, JsonEventLog.Form.JSON);

    log.warn("a \"b\"\\\n", field("list", List.of("x", 1)));

    assertThat(out.toString(UTF_8))
        .contains("\"msg\":\"a \\\"b\\\"\\\\\\n\",\"list\":[\"x\",1]}\n");
  }

  @Test
  void eventsBelowTheLevelAreNotWritten() {
    var log = new JsonEventLog(List.of(out), Level.WARN, JsonEventLog.Form.JSON);

    log.info("quiet");

    assertThat(out.size()).isZero();
    assertThat(log.writes(Level.INFO)).isFalse();
  }

  @Test
  void messageThatRepeatsIsWrittenAHundredTimesASecondAtMost() {
    var log = new JsonEventLog(List.of(out), Level.INFO, JsonEventLog.Form.JSON);

    for (int i = 0; i < 1000; i++) {
      log.info("again");
    }

    // The loop may cross a few seconds on a busy machine, each with its own hundred.
    assertThat(out.toString(UTF_8).lines().count()).isBetween(100L, 999L);
  }

  @Test
  void consoleLineHasColumns() {
    var log = new JsonEventLog(List.of(out), Level.INFO, JsonEventLog.Form.CONSOLE);

    log.info("ready", field("name", "default"));

    assertThat(out.toString(UTF_8).split("\t", -1))
        .hasSize(5)
        .contains("info", "ready", "{\"name\": \"default\"}\n");
  }
}
