// SPDX-License-Identifier: Apache-2.0
package io.cairn.distribution;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Compares lists of peer URLs as etcd does: equal as texts, or equal once the names in them have
 * been looked up. Order and repetition do not matter.
 */
final class PeerUrlMatch {
  /** Finds the address of a host. */
  @FunctionalInterface
  interface Resolver {
    /** Asks the system. */
    Resolver SYSTEM = host -> InetAddress.getByName(host).getHostAddress();

    /** The address that {@code host} stands for. */
    String resolve(String host) throws UnknownHostException;
  }

  private final Resolver resolver;

  PeerUrlMatch(Resolver resolver) {
    this.resolver = resolver;
  }

  /**
   * Whether both lists name the same places.
   *
   * @throws UnknownHostException naming the host that has no address, if it comes to that
   */
  boolean isSame(List<String> one, List<String> other) throws UnknownHostException {
    Set<String> ones = new TreeSet<>(one);
    Set<String> others = new TreeSet<>(other);
    return ones.equals(others)
        || (ones.size() == others.size() && resolved(ones).equals(resolved(others)));
  }

  private Set<String> resolved(Set<String> urls) throws UnknownHostException {
    Set<String> resolved = new TreeSet<>();
    for (String url : urls) {
      URI uri = URI.create(url);
      String host = uri.getHost();
      String address = host == null ? url : resolver.resolve(host);
      resolved.add(uri.getScheme() + "://" + address + ":" + uri.getPort());
    }
    return resolved;
  }
}
