// SPDX-License-Identifier: Apache-2.0
package io.cairn.distribution;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Finds the address that connections to other members are to come from. */
final class LocalAddress {
  private LocalAddress() {}

  /**
   * The first address in the advertised peer URLs that can be reached from elsewhere; null if all
   * of them are loopback addresses or names.
   */
  static @Nullable InetAddress of(List<String> advertisedPeerUrls) {
    return advertisedPeerUrls.stream()
        .map(url -> URI.create(url).getHost())
        .map(LocalAddress::literal)
        .filter(Objects::nonNull)
        .findFirst()
        .orElse(null);
  }

  private static @Nullable InetAddress literal(@Nullable String host) {
    if (host == null || !isLiteral(host)) {
      return null;
    }
    try {
      InetAddress address = InetAddress.getByName(host);
      return address.isLoopbackAddress() || address.isAnyLocalAddress() ? null : address;
    } catch (UnknownHostException e) {
      return null; // Such as 999.1.1.1, where nobody will reach the member either.
    }
  }

  private static boolean isLiteral(String host) {
    return host.startsWith("[") || host.matches("[0-9.]+");
  }
}
