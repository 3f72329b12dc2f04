// SPDX-License-Identifier: Apache-2.0
package io.cairn.distribution;

import static io.cairn.spi.environment.EventLog.field;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.cairn.spi.environment.EventLog;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Tells systemd when the server is ready, so that units of {@code Type=notify}, as etcd's packages
 * install them, can start this server too. It is one datagram to the socket that the environment
 * names, as in sd_notify(3); the JDK has no datagrams on such sockets, Netty has.
 */
final class InitDaemon {
  /** The environment variable that names the socket; absent where nobody waits. */
  static final String VARIABLE = "NOTIFY_SOCKET";

  private static final byte[] READY = "READY=1".getBytes(UTF_8);

  private InitDaemon() {}

  /**
   * Says that clients are served. A failure is logged and no more: whoever waits for the word will
   * end the server if it must.
   *
   * @param address a path, or a name in Linux's abstract namespace behind {@code @}
   */
  static void tellReady(@Nullable String address, EventLog log) {
    if (address == null || address.isEmpty()) {
      return;
    }
    log.info("notifying init daemon");
    try {
      send(address);
      log.info("successfully notified init daemon");
    } catch (IOException e) {
      log.error(
          "failed to notify systemd for readiness",
          field("socket", address),
          field("error", e.toString()));
    }
  }

  private static void send(String address) throws IOException {
    if (!address.startsWith("/") && !address.startsWith("@")) {
      throw new IOException("'" + address + "' is neither a path nor a name behind '@'");
    }
    if (!Epoll.isAvailable()) {
      throw new IOException("Netty's library for this platform is missing");
    }
    byte[] name = address.getBytes(UTF_8);
    if (name[0] == '@') {
      name[0] = 0;
    }
    ByteBuffer message = ByteBuffer.allocateDirect(READY.length).put(READY);
    Socket socket = Socket.newSocketDomainDgram();
    try {
      var _ = socket.sendToDomainSocket(message, 0, READY.length, name);
    } finally {
      socket.close();
    }
  }
}
