// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.spi.network.PeerNetwork;
import io.cairn.spi.network.PeerNetwork.Channel;
import io.cairn.spi.store.Bytes;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class GrpcPeerNetworkTest {
  private static final long LONG = TimeUnit.SECONDS.toNanos(60);

  @Test
  void messagesOfAChannelArriveInOrder() throws Exception {
    try (TestMember one = new TestMember(1, 1).start();
        TestMember two = new TestMember(2, 1).start()) {
      one.reach(two);

      for (int i = 0; i < 500; i++) {
        one.send(two, Channel.CONSENSUS, "m" + i);
      }

      two.events.await("CONSENSUS 1 m499");
      assertThat(two.events.startingWith("CONSENSUS"))
          .isEqualTo(IntStream.range(0, 500).mapToObj(i -> "CONSENSUS 1 m" + i).toList());
    }
  }

  @Test
  void channelsHaveReceiversOfTheirOwn() throws Exception {
    try (TestMember one = new TestMember(1, 1).start();
        TestMember two = new TestMember(2, 1).start()) {
      one.reach(two);

      one.send(two, Channel.SNAPSHOT, "part");
      one.send(two, Channel.KERNEL, "word");

      two.events.await("SNAPSHOT 1 part");
      two.events.await("KERNEL 1 word");
    }
  }

  @Test
  void membersLearnWhoseMessagesTheyHearAndHowLongTheyHaveBeenConnected() throws Exception {
    try (TestMember one = new TestMember(1, 5).start();
        TestMember two = new TestMember(2, 7).start()) {
      assertThat(one.network.connectedNanos(2)).isEqualTo(PeerNetwork.DISCONNECTED);

      TestMember.connect(one, two);

      one.events.await("connected 2 102 7");
      two.events.await("connected 1 101 5");
      assertThat(one.network.connectedNanos(2)).isNotNegative();
      assertThat(one.network.connectedNanos(3)).isEqualTo(PeerNetwork.DISCONNECTED);
    }
  }

  @Test
  void addressesToldBeforeTheStartAreUsedAfterIt() throws Exception {
    try (TestMember one = new TestMember(1, 1);
        TestMember two = new TestMember(2, 1).start()) {
      one.reach(two);
      one.network.reach(1, List.of("http://127.0.0.1:1")); // itself, to be left alone

      one.start();

      one.events.await("connected 2 102 1");
      assertThat(one.network.connectedNanos(1)).isEqualTo(PeerNetwork.DISCONNECTED);
    }
  }

  @Test
  void memberThatComesBackAtItsAddressIsFoundAgainInItsNewLife() throws Exception {
    try (TestMember one = new TestMember(1, 1).start()) {
      InetSocketAddress address;
      try (TestMember two = new TestMember(2, 1).start()) {
        TestMember.connect(one, two);
        address = two.address();
      }
      one.events.await("lost 2");
      assertThat(one.network.connectedNanos(2)).isEqualTo(PeerNetwork.DISCONNECTED);

      try (TestMember again = new TestMember(2, 2).startAt(address)) {
        one.events.await("connected 2 102 2");
        one.events.awaitCount("peer became active", 2);

        one.send(again, Channel.CONSENSUS, "hello again");
        again.events.await("CONSENSUS 1 hello again");
      }
    }
  }

  @Test
  void urlsAreTriedInTurnAndThoseThatCannotBeUsedAreReported() throws Exception {
    try (TestMember one = new TestMember(1, 1).start();
        TestMember two = new TestMember(2, 1).start()) {
      String deaf = "http://127.0.0.1:" + TestMember.freePort();

      one.network.reach(2, List.of("https://127.0.0.1:1", deaf, two.url()));

      one.events.await("connected 2 102 1");
      one.events.awaitPart("wanted 'http://host:port'");
    }
  }

  @Test
  void memberThatIsNotKnownIsHeardAndAnsweredAtTheUrlsItNames() throws Exception {
    int port = TestMember.freePort();
    PeerNetworkOptions options =
        new PeerNetworkOptions(
            List.of("http://127.0.0.1:" + port), null, 1 << 20, 1 << 22, 1000, 1000);
    PeerIdentity self = new PeerIdentity(TestMember.CLUSTER, 9, 109, 1);
    try (TestMember two = new TestMember(2, 1).start();
        TestMember newcomer =
            new TestMember(self, options)
                .startAt(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))) {
      newcomer.reach(two);
      newcomer.send(two, Channel.CONSENSUS, "append");
      two.events.await("CONSENSUS 9 append");

      two.network.send(9, Channel.CONSENSUS, Bytes.utf8("accepted"));

      newcomer.events.await("CONSENSUS 2 accepted");
    }
  }

  @Test
  void changedUrlIsTriedAtOnce() throws Exception {
    try (TestMember one = new TestMember(1, 1).start();
        TestMember two = new TestMember(2, 1).start()) {
      one.network.reach(2, List.of("http://127.0.0.1:" + TestMember.freePort()));
      one.events.await("lost 2");

      one.reach(two);

      one.events.await("connected 2 102 1");
    }
  }

  @Test
  void silentMemberIsGivenUp() throws Exception {
    try (TestMember one = new TestMember(1, 1).start();
        ServerSocket silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
      // The machine accepts the connection, and nobody ever answers.
      one.network.reach(2, List.of("http://127.0.0.1:" + silent.getLocalPort()));

      one.events.await("lost 2");

      one.events.awaitPart("no answer to the greeting");
    }
  }

  @Test
  void queueThatIsFullDropsAndSaysSoOnce() throws Exception {
    PeerNetworkOptions narrow = new PeerNetworkOptions(List.of(), null, 1024, 1 << 20, 3, 60_000);
    PeerIdentity self = new PeerIdentity(TestMember.CLUSTER, 1, 101, 1);
    try (TestMember one = new TestMember(self, narrow).start();
        ServerSocket silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
      one.network.reach(2, List.of("http://127.0.0.1:" + silent.getLocalPort()));

      for (int i = 0; i < 50; i++) {
        one.network.send(2, Channel.CONSENSUS, Bytes.utf8("m" + i));
      }

      one.events.await("lost 2");
      one.events.awaitPart("sending buffer is full");
      assertThat(one.events.count("sending buffer is full")).isEqualTo(1);
      assertThat(one.events.count("lost 2")).isEqualTo(1);
    }
  }

  @Test
  void messageThatIsTooLargeIsDroppedWithAWord() throws Exception {
    try (TestMember one = new TestMember(1, 1).start();
        TestMember two = new TestMember(2, 1).start()) {
      one.reach(two);

      one.network.send(2, Channel.CONSENSUS, Bytes.of(new byte[(1 << 20) + 1]));
      one.network.send(2, Channel.CONSENSUS, Bytes.of(new byte[1 << 20]));

      two.events.await("CONSENSUS 1 1048576 bytes");
      assertThat(one.events.count("because it is too large")).isEqualTo(1);
    }
  }

  @Test
  void snapshotThatIsNotTakenDoesNotHoldUpOtherChannels() throws Exception {
    try (TestMember one = new TestMember(1, 1).start();
        TestMember two = new TestMember(2, 1).start()) {
      TestMember.connect(one, two);
      byte[] part = new byte[1 << 18];
      for (int i = 0; i < 200; i++) { // Far more than queue and windows hold.
        one.network.send(2, Channel.SNAPSHOT, Bytes.of(part));
      }

      one.send(two, Channel.CONSENSUS, "heartbeat");

      two.events.await("CONSENSUS 1 heartbeat");
      two.events.awaitPart("SNAPSHOT 1 262144 bytes");
    }
  }

  @Test
  void anybodyMayAskAMemberToDescribeItself() throws Exception {
    try (TestMember stranger = new TestMember(9, 1);
        TestMember two = new TestMember(2, 1).start()) {
      Bytes answer = stranger.network.ask(two.url(), LONG).toCompletableFuture().get();

      assertThat(answer.toUtf8()).isEqualTo("member 2");
    }
  }

  @Test
  void askingFailsWhereNobodyListens() throws Exception {
    try (TestMember stranger = new TestMember(9, 1)) {
      String deaf = "http://127.0.0.1:" + TestMember.freePort();

      assertThatThrownBy(() -> stranger.network.ask(deaf, LONG).toCompletableFuture().get())
          .hasCauseInstanceOf(IOException.class)
          .hasMessageContaining(deaf);
      assertThatThrownBy(
              () -> stranger.network.ask("https://a:1", LONG).toCompletableFuture().get())
          .hasCauseInstanceOf(IllegalArgumentException.class);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://127.0.0.1:70000", "http://host:70000", "http://host:0"})
  void askingAtAPortThatThereIsNotFailsAndNothingElseDoes(String url) throws Exception {
    try (TestMember stranger = new TestMember(9, 1)) {
      CompletableFuture<Bytes> answer = stranger.network.ask(url, LONG).toCompletableFuture();

      assertThatThrownBy(() -> answer.get(10, TimeUnit.SECONDS))
          .hasCauseInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(url);
      assertThat(stranger.events.startingWith("exit")).isEmpty();
    }
  }

  @Test
  void askingEndsWhenNobodyAnswers() throws Exception {
    try (TestMember stranger = new TestMember(9, 1);
        ServerSocket silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
      String mute = "http://127.0.0.1:" + silent.getLocalPort();
      long brief = TimeUnit.MILLISECONDS.toNanos(50);

      assertThatThrownBy(() -> stranger.network.ask(mute, brief).toCompletableFuture().get())
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(TimeoutException.class);
    }
  }

  @Test
  void memberThatIsBoundButNotStartedSaysSo() throws Exception {
    try (TestMember one = new TestMember(1, 1).start();
        TestMember starting = new TestMember(2, 1)) {
      starting.bind(starting.address());

      assertThatThrownBy(() -> one.network.ask(starting.url(), LONG).toCompletableFuture().get())
          .hasCauseInstanceOf(IOException.class)
          .hasMessageContaining("the member is starting");
      one.reach(starting);
      one.events.awaitPart("error=the member is starting");

      starting.network.start(starting.self);
      one.events.await("connected 2 102 1");
    }
  }

  @Test
  void addressInUseIsNamedAndNothingIsLeftBound() throws Exception {
    try (TestMember one = new TestMember(1, 1);
        ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      InetSocketAddress address =
          new InetSocketAddress(InetAddress.getLoopbackAddress(), taken.getLocalPort());

      assertThatThrownBy(() ->
              one.network.bind(
                  List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), address)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("listen tcp 127.0.0.1:" + address.getPort());
    }
  }

  @Test
  void outgoingConnectionsComeFromTheLocalAddress() throws Exception {
    PeerNetworkOptions options =
        TestMember.options().withLocalAddress(InetAddress.getByName("127.0.0.3"));
    PeerIdentity elsewhere = new PeerIdentity(0xbad, 1, 101, 1);
    try (TestMember one = new TestMember(elsewhere, options).start();
        TestMember two = new TestMember(2, 1).start()) {
      one.reach(two);

      two.events.awaitPart("remote-address=127.0.0.3");
    }
  }

  @Test
  void lastWordsBeforeTheStopAreSent() throws Exception {
    try (TestMember two = new TestMember(2, 1).start()) {
      try (TestMember one = new TestMember(1, 1).start()) {
        TestMember.connect(one, two);
        one.send(two, Channel.CONSENSUS, "take over");
      }

      two.events.await("CONSENSUS 1 take over");
    }
  }

  @Test
  void stoppedNetworkFreesItsAddressAndTakesNothing() throws Exception {
    TestMember one = new TestMember(1, 1).start();
    one.close();
    one.close();

    one.network.send(2, Channel.CONSENSUS, Bytes.utf8("x"));

    try (TestMember successor = new TestMember(1, 2).startAt(one.address())) {
      assertThat(successor.address()).isEqualTo(one.address());
    }
  }
}
