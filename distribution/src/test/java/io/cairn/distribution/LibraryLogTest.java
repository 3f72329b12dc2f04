// SPDX-License-Identifier: Apache-2.0
package io.cairn.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.kernel.environment.JsonEventLog;
import io.cairn.spi.environment.EventLog;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class LibraryLogTest {
  private static final Logger ROOT = Logger.getLogger("");
  private static final Logger LIBRARY = Logger.getLogger("io.grpc.netty.Something");

  private final ByteArrayOutputStream written = new ByteArrayOutputStream();
  private Handler[] handlersBefore = {};
  private Level levelBefore = Level.INFO;

  @BeforeEach
  void rememberLoggingOfThisProcess() {
    handlersBefore = ROOT.getHandlers();
    levelBefore = ROOT.getLevel();
  }

  @AfterEach
  void restoreLoggingOfThisProcess() {
    for (Handler handler : ROOT.getHandlers()) {
      ROOT.removeHandler(handler);
    }
    for (Handler handler : handlersBefore) {
      ROOT.addHandler(handler);
    }
    ROOT.setLevel(levelBefore);
  }

  @Test
  void warningsOfLibrariesBecomeLinesOfTheLog() {
    LibraryLog.install(log(EventLog.Level.INFO));

    LIBRARY.log(Level.WARNING, "no room for {0}", "x");
    LIBRARY.log(Level.SEVERE, "broken", new IllegalStateException("because"));

    assertThat(lines()).hasSize(2);
    assertThat(lines().getFirst())
        .startsWith("{\"level\":\"warn\"")
        .endsWith("\"msg\":\"no room for x\",\"logger\":\"io.grpc.netty.Something\"}");
    assertThat(lines().getLast())
        .startsWith("{\"level\":\"error\"")
        .contains("\"msg\":\"broken\"", "java.lang.IllegalStateException: because");
  }

  @Test
  void chatterOfLibrariesIsDropped() {
    LibraryLog.install(log(EventLog.Level.INFO));

    LIBRARY.info("Transport failed");
    LIBRARY.fine("a frame");

    assertThat(lines()).isEmpty();
  }

  @Test
  void whatClientsDoWrongIsDropped() {
    LibraryLog.install(log(EventLog.Level.INFO));

    LIBRARY.log(
        Level.WARNING,
        "Stream Error",
        Http2Exception.streamError(3, Http2Error.INTERNAL_ERROR, "the client has left"));

    assertThat(lines()).isEmpty();
  }

  @Test
  void developersSeeTheChatter() {
    LibraryLog.install(log(EventLog.Level.DEBUG));

    LIBRARY.info("Transport failed");
    LIBRARY.fine("a frame");

    assertThat(lines())
        .satisfiesExactly(
            line -> assertThat(line).startsWith("{\"level\":\"info\"").contains("Transport failed"),
            line -> assertThat(line).startsWith("{\"level\":\"debug\"").contains("a frame"));
  }

  @Test
  void nobodyElseHearsOfLibraries() {
    LibraryLog.install(log(EventLog.Level.INFO));

    assertThat(ROOT.getHandlers()).singleElement().isInstanceOf(LibraryLog.class);
  }

  private EventLog log(EventLog.Level least) {
    return new JsonEventLog(List.of(written), least, JsonEventLog.Form.JSON);
  }

  private List<String> lines() {
    return written.toString(StandardCharsets.UTF_8).lines().toList();
  }
}
