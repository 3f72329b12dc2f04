// SPDX-License-Identifier: Apache-2.0
package io.cairn.distribution.config;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.TreeSet;

/** URLs as etcd takes them: separated by commas, without a path, sorted, each once. */
final class UrlList {
  private UrlList() {}

  /**
   * The URLs in {@code text}.
   *
   * @throws ConfigException naming the URL that is not one
   */
  static List<String> parse(String option, String text) {
    TreeSet<String> urls = new TreeSet<>();
    for (String part : text.split(",", -1)) {
      String url = part.strip();
      try {
        check(url);
      } catch (IllegalArgumentException e) {
        throw ConfigException.syntax(
            "invalid value \"" + text + "\" for flag -" + option + ": " + e.getMessage());
      }
      urls.add(url);
    }
    return List.copyOf(urls);
  }

  /**
   * The address on which to listen for {@code url}.
   *
   * @throws ConfigException if the host is neither an IP address nor {@code localhost}
   */
  static InetSocketAddress bindAddress(String option, String url) {
    String authority = authority(url);
    String host = host(authority);
    boolean isIp = host.matches("[0-9.]+") || host.contains(":");
    if (!isIp && !host.equals("localhost")) {
      throw ConfigException.invalid(
          "--" + option + ": expected IP in URL for binding (" + url + ")");
    }
    return new InetSocketAddress(host, port(authority));
  }

  static String scheme(String url) {
    int end = url.indexOf("://");
    return end < 0 ? "" : url.substring(0, end);
  }

  private static void check(String url) {
    switch (scheme(url)) {
      case "http", "https" -> {
        String authority = authority(url);
        if (authority.indexOf('/') >= 0) {
          throw new IllegalArgumentException("URL must not contain a path: " + url);
        }
        if (authority.lastIndexOf(':') <= authority.lastIndexOf(']') || port(authority) < 0) {
          throw new IllegalArgumentException(
              "URL address does not have the form \"host:port\": " + url);
        }
      }
      case "unix", "unixs" -> {
        // A path of the file system, of any form.
      }
      default ->
          throw new IllegalArgumentException(
              "URL scheme must be http, https, unix, or unixs: " + url);
    }
  }

  private static String authority(String url) {
    return url.substring(url.indexOf("://") + 3);
  }

  private static String host(String authority) {
    String host = authority.substring(0, authority.lastIndexOf(':'));
    return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
  }

  private static int port(String authority) {
    try {
      int port = Integer.parseInt(authority.substring(authority.lastIndexOf(':') + 1));
      return port >= 0 && port <= 65_535 ? port : -1;
    } catch (NumberFormatException e) {
      return -1;
    }
  }
}
