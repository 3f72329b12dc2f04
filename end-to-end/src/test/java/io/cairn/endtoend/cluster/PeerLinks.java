// SPDX-License-Identifier: Apache-2.0
package io.cairn.endtoend.cluster;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/**
 * A TCP proxy before the peer port of every member, so that each way from one member to another can
 * be cut, silenced or slowed by itself. All members dial the same address of a member; who dials is
 * told by the process that owns the connection's other end.
 */
final class PeerLinks implements AutoCloseable {
  private static final int CHUNK_BYTES = 64 << 10;
  private static final int BACKLOG = 100;

  private final Supplier<Map<Long, String>> membersByPid;
  private final Map<Pair, Link> links = new ConcurrentHashMap<>();
  private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
  private final List<ServerSocket> listeners = new CopyOnWriteArrayList<>();

  private record Pair(String from, String to) {}

  private record Connection(String dialer, String target, Socket ours, Socket theirs) {
    boolean isBetween(String one, String other) {
      return (dialer.equals(one) && target.equals(other))
          || (dialer.equals(other) && target.equals(one));
    }

    void close() {
      closeQuietly(ours);
      closeQuietly(theirs);
    }
  }

  /**
   * Begins without any link.
   *
   * @param membersByPid which process is which member, now
   */
  PeerLinks(Supplier<Map<Long, String>> membersByPid) {
    this.membersByPid = membersByPid;
  }

  /** Listens before {@code target}, the peer port of {@code member}; returns the port. */
  int open(String member, InetAddress address, InetSocketAddress target) throws IOException {
    ServerSocket listener = new ServerSocket(0, BACKLOG, address);
    listeners.add(listener);
    Thread.ofVirtual().start(() -> accept(listener, member, target));
    return listener.getLocalPort();
  }

  /** Makes a rule for what {@code from} sends to {@code to}. */
  void rule(String from, String to, Link.Rule rule) {
    link(from, to).rule(rule);
    if (rule instanceof Link.Rule.Broken) {
      for (Connection connection : connections) {
        if (connection.isBetween(from, to)) {
          connection.close();
        }
      }
    }
  }

  /** Makes a rule for both ways between each of {@code some} and each of {@code others}. */
  void between(Collection<String> some, Collection<String> others, Link.Rule rule) {
    for (String one : some) {
      for (String other : others) {
        if (!one.equals(other)) {
          rule(one, other, rule);
          rule(other, one, rule);
        }
      }
    }
  }

  /** Opens all links. */
  void heal() {
    links.values().forEach(link -> link.rule(new Link.Rule.Open()));
  }

  @Override
  public void close() throws IOException {
    for (ServerSocket listener : listeners) {
      listener.close();
    }
    connections.forEach(Connection::close);
    heal(); // Whoever waits at a silent link finds its connection closed.
  }

  private Link link(String from, String to) {
    return links.computeIfAbsent(new Pair(from, to), _ -> new Link());
  }

  private void accept(ServerSocket listener, String member, InetSocketAddress target) {
    while (!listener.isClosed()) {
      try {
        Socket accepted = listener.accept();
        Thread.ofVirtual().start(() -> connect(accepted, member, target));
      } catch (IOException e) {
        // Closed, or the dialer has gone away already.
      }
    }
  }

  private void connect(Socket accepted, String member, InetSocketAddress target) {
    try {
      Optional<String> dialer = dialer(accepted);
      if (dialer.isEmpty() || isBroken(dialer.get(), member)) {
        closeQuietly(accepted);
        return;
      }
      Socket onward = new Socket(target.getAddress(), target.getPort());
      accepted.setTcpNoDelay(true);
      onward.setTcpNoDelay(true);
      Connection connection = new Connection(dialer.get(), member, accepted, onward);
      connections.add(connection);
      Link there = link(dialer.get(), member);
      Link back = link(member, dialer.get());
      Thread.ofVirtual().start(() -> pump(connection, accepted, onward, there));
      Thread.ofVirtual().start(() -> pump(connection, onward, accepted, back));
    } catch (IOException e) {
      closeQuietly(accepted); // The member does not listen; its peer sees a connection that ends.
    }
  }

  private Optional<String> dialer(Socket accepted) throws IOException {
    Map<Long, String> members = membersByPid.get();
    OptionalLong pid =
        SocketOwner.pidOf(accepted.getPort(), accepted.getLocalPort(), members.keySet());
    return pid.isEmpty() ? Optional.empty() : Optional.ofNullable(members.get(pid.getAsLong()));
  }

  private boolean isBroken(String one, String other) {
    return link(one, other).rule() instanceof Link.Rule.Broken
        || link(other, one).rule() instanceof Link.Rule.Broken;
  }

  private void pump(Connection connection, Socket from, Socket to, Link link) {
    byte[] chunk = new byte[CHUNK_BYTES];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      int length = in.read(chunk);
      while (length >= 0) {
        link.pass(System.nanoTime());
        out.write(chunk, 0, length);
        length = in.read(chunk);
      }
    } catch (IOException e) {
      // One end has gone, or the link is broken: either way the connection is over.
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts a link", e);
    } finally {
      connection.close();
      connections.remove(connection);
    }
  }

  private static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // There is nothing left that could be done with it.
    }
  }
}
