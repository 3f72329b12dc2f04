// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.network;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/** Where a member listens: a host, by name or address, and a port. */
record PeerUrl(String host, int port) {
  private static final int PORT_MAX = 65535;

  /**
   * Reads a URL.
   *
   * @throws IllegalArgumentException saying what is wrong with it
   */
  static PeerUrl parse(String text) {
    URI uri;
    try {
      uri = new URI(text);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException("'" + text + "' is no URL: " + e.getReason(), e);
    }
    String host = uri.getHost();
    if (!"http".equals(uri.getScheme()) || host == null || uri.getPort() < 0) {
      throw new IllegalArgumentException(
          "'" + text + "' is no peer URL; wanted 'http://host:port'");
    }
    if (uri.getPort() < 1 || uri.getPort() > PORT_MAX) {
      throw new IllegalArgumentException(
          "'" + text + "' has no port from 1 to " + PORT_MAX + ": " + uri.getPort());
    }
    boolean bracketed = host.startsWith("[") && host.endsWith("]");
    return new PeerUrl(bracketed ? host.substring(1, host.length() - 1) : host, uri.getPort());
  }

  /** The address, if the host is one; null if it is a name that has to be looked up. */
  @Nullable InetSocketAddress literal() {
    byte[] address = NetUtil.createByteArrayFromIpAddressString(host);
    if (address == null) {
      return null;
    }
    try {
      return new InetSocketAddress(InetAddress.getByAddress(address), port);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an address of " + address.length + " bytes", e);
    }
  }
}
