// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.cluster;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Judges the URLs under which a member is to be reached by others: {@code http} or {@code https}
 * with host and port and nothing behind them, or {@code unix} or {@code unixs} with anything.
 */
final class PeerUrls {
  private PeerUrls() {}

  /** The URLs without surrounding blanks, in order; empty if there is none or one is malformed. */
  static Optional<List<String>> parse(List<String> urls) {
    List<String> parsed = new ArrayList<>();
    for (String url : urls) {
      String trimmed = url.strip();
      if (!isWellFormed(trimmed)) {
        return Optional.empty();
      }
      parsed.add(trimmed);
    }
    return parsed.isEmpty() ? Optional.empty() : Optional.of(List.copyOf(parsed));
  }

  private static boolean isWellFormed(String url) {
    int colon = url.indexOf("://");
    if (colon < 0 || url.chars().anyMatch(c -> c <= ' ' || c == 0x7f)) {
      return false;
    }
    String rest = url.substring(colon + 3);
    return switch (url.substring(0, colon)) {
      case "http", "https" -> isHostAndPort(rest);
      case "unix", "unixs" -> !rest.isEmpty();
      default -> false;
    };
  }

  private static boolean isHostAndPort(String text) {
    int portColon = text.lastIndexOf(':');
    if (portColon < 0) {
      return false;
    }
    String host = text.substring(0, portColon);
    String port = text.substring(portColon + 1);
    boolean bracketed = host.startsWith("[") && host.endsWith("]");
    boolean hostPlain = bracketed || host.chars().noneMatch(c -> "/?#:[]@".indexOf(c) >= 0);
    return hostPlain && !port.isEmpty() && port.chars().allMatch(c -> c >= '0' && c <= '9');
  }
}
