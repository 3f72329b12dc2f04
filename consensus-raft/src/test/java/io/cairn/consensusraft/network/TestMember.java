// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.network;

import io.cairn.spi.environment.Rng;
import io.cairn.spi.network.PeerNetwork.Channel;
import io.cairn.spi.network.PeerNetwork.Refusal;
import io.cairn.spi.network.PeerNetwork.Watcher;
import io.cairn.spi.store.Bytes;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A network with everything registered that records what happens: {@code <CHANNEL> <from> <text>}
 * for messages, {@code connected}, {@code lost} and {@code refused} with the member, and log lines.
 */
final class TestMember implements AutoCloseable {
  static final long CLUSTER = 0xc1;

  final Events events = new Events();
  final GrpcPeerNetwork network;
  final PeerIdentity self;
  private final RealTime time = new RealTime();
  private InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  TestMember(long id, long boot) {
    this(new PeerIdentity(CLUSTER, id, 100 + id, boot), options());
  }

  TestMember(PeerIdentity self, PeerNetworkOptions options) {
    this.self = self;
    this.network =
        new GrpcPeerNetwork(
            options,
            time,
            time,
            new Chance(self.memberId()),
            events,
            (what, cause) -> {
              events.add("exit " + what + ": " + cause);
              return new AssertionError(what, cause);
            });
    for (Channel channel : Channel.values()) {
      network.receive(channel, (from, message) -> events.add(line(channel, from, message)));
    }
    network.watch(new Watching());
    network.describe(() -> Bytes.utf8("member " + self.memberId()));
  }

  /** Small queues, and a second of silence. */
  static PeerNetworkOptions options() {
    return new PeerNetworkOptions(List.of(), null, 1 << 20, 1 << 22, 2000, 1000);
  }

  private static String line(Channel channel, long from, Bytes message) {
    String text = message.length() > 64 ? message.length() + " bytes" : message.toUtf8();
    return channel + " " + from + " " + text;
  }

  /** A port of this machine on which nobody listens. */
  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** Listens and starts. */
  TestMember start() throws IOException {
    bind(address);
    network.start(self);
    return this;
  }

  /** Listens where {@code address} says. */
  void bind(InetSocketAddress wanted) throws IOException {
    address = network.bind(List.of(wanted)).getFirst();
  }

  /** Starts where another member was. */
  TestMember startAt(InetSocketAddress wanted) throws IOException {
    address = wanted;
    return start();
  }

  InetSocketAddress address() {
    return address;
  }

  String url() {
    return "http://127.0.0.1:" + address.getPort();
  }

  /** Lets this member know the other one. */
  void reach(TestMember other) {
    network.reach(other.self.memberId(), List.of(other.url()));
  }

  void send(TestMember to, Channel channel, String text) {
    network.send(to.self.memberId(), channel, Bytes.utf8(text));
  }

  /** Lets two members know each other and waits until they do. */
  static void connect(TestMember one, TestMember other) throws InterruptedException {
    one.reach(other);
    other.reach(one);
    one.events.awaitPart("peer became active");
    other.events.awaitPart("peer became active");
  }

  @Override
  public void close() {
    network.stop();
    time.close();
  }

  private final class Watching implements Watcher {
    @Override
    public void connected(long member, long incarnation, long boot) {
      events.add("connected " + member + " " + incarnation + " " + boot);
    }

    @Override
    public void lost(long member) {
      events.add("lost " + member);
    }

    @Override
    public void refused(long member, Refusal refusal) {
      events.add("refused " + member + " " + refusal);
    }
  }

  private static final class Chance implements Rng {
    private final SplittableRandom random;

    Chance(long seed) {
      random = new SplittableRandom(seed);
    }

    @Override
    public long next() {
      return random.nextLong();
    }

    @Override
    public int below(int bound) {
      return random.nextInt(bound);
    }

    @Override
    public Rng split(String label) {
      return new Chance(label.hashCode());
    }
  }
}
