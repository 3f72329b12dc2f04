// SPDX-License-Identifier: Apache-2.0
package io.cairn.distribution;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.kernel.environment.JsonEventLog;
import io.cairn.spi.environment.EventLog;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.Socket;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class InitDaemonTest {
  @TempDir Path folder;

  private final ByteArrayOutputStream written = new ByteArrayOutputStream();
  private final EventLog log =
      new JsonEventLog(List.of(written), EventLog.Level.INFO, JsonEventLog.Form.JSON);
  private Socket daemon;

  @BeforeEach
  void openSocket() {
    Epoll.ensureAvailability();
    daemon = Socket.newSocketDomainDgram();
  }

  @AfterEach
  void closeSocket() throws IOException {
    daemon.close();
  }

  @Test
  void theSocketOfTheEnvironmentIsToldOnce() throws IOException {
    String path = folder.resolve("notify").toString();
    daemon.bind(new DomainSocketAddress(path));

    InitDaemon.tellReady(path, log);

    assertThat(received()).isEqualTo("READY=1");
    assertThat(written.toString(UTF_8))
        .contains("notifying init daemon", "successfully notified init daemon");
  }

  @Test
  void aSocketWithoutAFileIsTold() throws IOException {
    String name = "cairn-init-daemon-test-" + ProcessHandle.current().pid();
    daemon.bind(new DomainSocketAddress('\0' + name));

    InitDaemon.tellReady("@" + name, log);

    assertThat(received()).isEqualTo("READY=1");
  }

  @Test
  void withoutASocketNobodyIsTold() {
    InitDaemon.tellReady(null, log);
    InitDaemon.tellReady("", log);

    assertThat(written.toString(UTF_8)).isEmpty();
  }

  @Test
  void aSocketThatCannotBeReachedIsAnErrorInTheLog() throws IOException {
    Path gone = folder.resolve("gone");

    InitDaemon.tellReady(gone.toString(), log);
    InitDaemon.tellReady("vsock:2:1", log);

    assertThat(Files.exists(gone)).isFalse();
    assertThat(written.toString(UTF_8).lines().filter(line -> line.contains("\"error\"")))
        .hasSize(2)
        .allMatch(line -> line.contains("failed to notify systemd for readiness"));
  }

  private String received() throws IOException {
    ByteBuffer buffer = ByteBuffer.allocateDirect(100);
    int length = daemon.recvFromDomainSocket(buffer, 0, buffer.capacity()).receivedAmount();
    byte[] text = new byte[length];
    buffer.get(text);
    return new String(text, UTF_8);
  }
}
