// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.network;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.spi.network.PeerNetwork.Channel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Who is refused, by which name, and what both sides say of it. */
final class HandshakeTest {

  @Test
  void memberOfAnotherClusterIsRefused() throws Exception {
    PeerIdentity elsewhere = new PeerIdentity(0xbad, 1, 101, 1);
    try (TestMember one = new TestMember(elsewhere, TestMember.options()).start();
        TestMember two = new TestMember(2, 1).start()) {
      one.reach(two);

      one.events.await("refused 2 OTHER_CLUSTER");

      one.events.awaitPart("cluster ID mismatch: 1 belongs to cluster bad, 2 to cluster c1");
      two.events.awaitPart("cluster ID mismatch: 1 belongs to cluster bad, 2 to cluster c1");
      assertThat(two.events.count("connected")).isZero();
    }
  }

  @Test
  void callerWhoLooksForAnotherMemberIsRefused() throws Exception {
    try (TestMember one = new TestMember(1, 1).start();
        TestMember two = new TestMember(2, 1).start()) {
      one.network.reach(3, List.of(two.url()));

      one.events.await("refused 3 OTHER_MEMBER");

      two.events.awaitPart("1 looks for member 3 at the address of member 2");
    }
  }

  @Test
  void refusalIsLoggedOnceHoweverOftenItIsRepeated() throws Exception {
    try (TestMember one = new TestMember(1, 1);
        TestMember two = new TestMember(2, 1).start()) {
      AtomicInteger asked = new AtomicInteger();
      two.network.admit((member, incarnation, boot) -> {
        two.events.add("asked " + asked.incrementAndGet());
        return "incarnation " + incarnation + " is not the one that was bound";
      });
      one.start();
      one.reach(two);

      two.events.await("asked 3");

      one.events.await("refused 2 UNWELCOME");
      assertThat(one.events.count("refused 2")).isEqualTo(1);
      assertThat(one.events.count("request sent was ignored")).isEqualTo(1);
      assertThat(two.events.count("rejected stream")).isEqualTo(1);
      assertThat(two.events.count("incarnation 101 is not the one that was bound")).isEqualTo(1);
    }
  }

  @Test
  void memberWhoseCallerDoesNotWelcomeItIsNotSpokenTo() throws Exception {
    try (TestMember one = new TestMember(1, 1);
        TestMember two = new TestMember(2, 1).start()) {
      one.network.admit((member, incarnation, boot) -> "boot " + boot + " was seen before");
      one.start();
      one.reach(two);

      one.events.awaitPart("boot 1 was seen before");

      one.send(two, Channel.CONSENSUS, "never");
      one.events.await("lost 2");
      assertThat(two.events.startingWith("CONSENSUS")).isEmpty();
      assertThat(one.events.count("connected")).isZero();
    }
  }

  /** So a member that lost its directory hears of it from those who came after it. */
  @Test
  void memberWhoseCallerDoesNotWelcomeItIsToldWhyWhenItCallsBack() throws Exception {
    InetSocketAddress address =
        new InetSocketAddress(InetAddress.getLoopbackAddress(), TestMember.freePort());
    PeerNetworkOptions options =
        new PeerNetworkOptions(
            List.of("http://127.0.0.1:" + address.getPort()), null, 1 << 20, 1 << 22, 2000, 1000);
    try (TestMember one = new TestMember(1, 1).start();
        TestMember two = new TestMember(new PeerIdentity(TestMember.CLUSTER, 2, 102, 1), options)) {
      two.network.admit((member, incarnation, boot) -> "not the directory that was bound");
      two.startAt(address);

      two.reach(one);

      one.events.await("refused 2 UNWELCOME");
      one.events.awaitPart("not the directory that was bound");
      assertThat(one.events.count("RPC cancelled")).isZero();
    }
  }

  /** gRPC would take a call that begins while another one is accepted for a part of that one. */
  @Test
  void streamOutlivesTheCallThatPromptedIt() throws Exception {
    InetSocketAddress address =
        new InetSocketAddress(InetAddress.getLoopbackAddress(), TestMember.freePort());
    try (TestMember one = new TestMember(1, 1).start();
        TestMember two = new TestMember(2, 1)) {
      one.network.reach(2, List.of("http://127.0.0.1:" + address.getPort()));
      one.events.awaitPart("peer became inactive");
      two.startAt(address);
      two.reach(one);
      one.events.awaitPart("stream-writer-type=CONSENSUS");

      two.network.reach(1, List.of("http://127.0.0.1:" + TestMember.freePort()));

      one.events.awaitPart("stream-reader-type=CONSENSUS");
      one.send(two, Channel.CONSENSUS, "still here");
      two.events.await("CONSENSUS 1 still here");
      assertThat(one.events.count("RPC cancelled")).isZero();
    }
  }

  @Test
  void removedMemberIsToldByWhoeverKnows() throws Exception {
    try (TestMember one = new TestMember(1, 1).start();
        TestMember two = new TestMember(2, 1).start()) {
      TestMember.connect(one, two);

      one.network.forget(2);

      two.events.await("refused 1 REMOVED");
      two.events.awaitPart("the member 2 has been permanently removed");
      assertThat(two.events.count("refused 1")).isEqualTo(1);
      one.send(two, Channel.CONSENSUS, "never");
      assertThat(two.events.startingWith("CONSENSUS")).isEmpty();
    }
  }

  @Test
  void memberThatWasRemovedWhileItWasAwayIsToldWhenItComes() throws Exception {
    try (TestMember one = new TestMember(1, 1);
        TestMember two = new TestMember(2, 1).start()) {
      one.network.forget(2);
      one.start();

      two.reach(one);

      two.events.await("refused 1 REMOVED");
      one.events.awaitPart("rejected stream from remote peer because it was removed");
    }
  }

  @Test
  void tooManyUnknownMembersAreRefused() throws Exception {
    try (TestMember one = new TestMember(1, 1).start()) {
      List<TestMember> strangers = new ArrayList<>();
      try {
        for (int i = 0; i < 17; i++) {
          TestMember stranger = new TestMember(20 + i, 1).start();
          strangers.add(stranger);
          stranger.reach(one);
          stranger.events.awaitPart(i < 16 ? "connected 1" : "too many unknown members");
        }
      } finally {
        strangers.forEach(TestMember::close);
      }

      assertThat(strangers.getLast().events.count("refused")).isZero();
    }
  }
}
