// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.network;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.spi.network.PeerNetwork.Channel;
import io.cairn.spi.store.Bytes;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Whatever comes to the port, the member goes on, holds little, and says who it was. */
final class HostilePeerTest {

  @Test
  void connectionThatSpeaksSomethingElseIsClosed() throws Exception {
    try (TestMember one = new TestMember(1, 1).start();
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), one.address().getPort())) {
      OutputStream out = socket.getOutputStream();
      out.write("PRI * HT".getBytes(US_ASCII)); // As it should begin, and then not.
      out.flush();
      out.write("GET / HTTP/1.1\r\n\r\n".getBytes(US_ASCII));
      out.flush();

      assertThat(isClosed(socket)).isTrue();
      one.events.awaitPart("rejected connection on peer endpoint");
      one.events.awaitPart("it does not speak HTTP/2");
    }
  }

  /** Reads what there is, and whether it ends. */
  private static boolean isClosed(Socket socket) throws IOException {
    InputStream in = socket.getInputStream();
    try {
      while (in.read() >= 0) {
        // Settings that the member sends before it knows better.
      }
    } catch (IOException e) {
      return true; // Reset, since the member has not read everything.
    }
    return true;
  }

  @Test
  void connectionsAreBounded() throws Exception {
    List<Socket> sockets = new ArrayList<>();
    try (TestMember one = new TestMember(1, 1).start()) {
      for (int i = 0; i < 257; i++) {
        sockets.add(new Socket(InetAddress.getLoopbackAddress(), one.address().getPort()));
      }

      one.events.awaitPart("there are 256 connections already");

      for (Socket socket : sockets) {
        socket.close();
      }
      try (TestMember two = new TestMember(2, 1).start()) {
        two.reach(one); // Until there is room again.
        two.events.await("connected 1 101 1");
      }
    } finally {
      for (Socket socket : sockets) {
        socket.close();
      }
    }
  }

  @Test
  void streamWithoutGreetingIsRefused() throws Exception {
    try (TestMember one = new TestMember(1, 1).start();
        Stranger stranger = new Stranger(one)) {
      stranger.call(new Metadata());

      stranger.events.awaitPart("closed FAILED_PRECONDITION it does not introduce itself");
      one.events.awaitPart("refusal=UNINTELLIGIBLE error=it does not introduce itself");
    }
  }

  @Test
  void greetingThatCannotBeReadIsRefused() throws Exception {
    try (TestMember one = new TestMember(1, 1).start();
        Stranger stranger = new Stranger(one)) {
      Metadata headers = new Metadata();
      headers.put(PeerMethods.HELLO, new byte[] {0, 1, 0, 1, 7});

      stranger.call(headers);

      stranger.events.awaitPart("closed FAILED_PRECONDITION its greeting is cut short");
    }
  }

  @Test
  void streamOfGarbageIsCutOffAndTheOthersGoOn() throws Exception {
    try (TestMember one = new TestMember(1, 1).start();
        TestMember two = new TestMember(2, 1).start();
        Stranger stranger = new Stranger(one)) {
      TestMember.connect(one, two);
      ClientCall<byte[], byte[]> call = stranger.call(stranger.greeting(5));

      call.sendMessage(new byte[] {0, 0, 0, 2, 99, 1});

      stranger.events.awaitPart("closed INVALID_ARGUMENT a frame of the unknown kind 99");
      one.events.awaitPart("rejected stream from remote peer because it cannot be read");
      two.send(one, Channel.CONSENSUS, "still here");
      one.events.await("CONSENSUS 2 still here");
    }
  }

  @Test
  void messageBeyondTheBoundIsNotTaken() throws Exception {
    try (TestMember one = new TestMember(1, 1).start();
        Stranger stranger = new Stranger(one)) {
      ClientCall<byte[], byte[]> call = stranger.call(stranger.greeting(5));

      call.sendMessage(new byte[2 << 20]);

      stranger.events.awaitPart("closed");
      one.events.awaitPart("lost TCP streaming connection with remote peer");
      assertThat(one.events.startingWith("CONSENSUS")).isEmpty();
    }
  }

  @Test
  void receiverThatStumblesCostsTheStreamAndNotTheProcess() throws Exception {
    try (TestMember one = new TestMember(1, 1);
        TestMember two = new TestMember(2, 1).start()) {
      one.network.receive(
          Channel.CONSENSUS,
          (from, message) -> {
            if (message.toUtf8().equals("bad")) {
              throw new IllegalArgumentException("cannot read it");
            }
            one.events.add("took " + message.toUtf8());
          });
      one.start();
      TestMember.connect(one, two);

      two.send(one, Channel.CONSENSUS, "bad");

      one.events.awaitPart("a message of a remote peer could not be taken");
      two.events.await("lost 1");
      two.events.awaitCount("peer became active", 2);
      two.send(one, Channel.CONSENSUS, "good");
      one.events.await("took good");
      assertThat(one.events.startingWith("exit")).isEmpty();
    }
  }

  @Test
  void memberThatStopsReadingIsGivenUpAndFoundAgain() throws Exception {
    CountDownLatch stuck = new CountDownLatch(1);
    try (TestMember one = new TestMember(1, 1).start();
        TestMember two = new TestMember(2, 1)) {
      two.network.receive(
          Channel.CONSENSUS,
          (from, message) -> {
            if (message.length() == 5) {
              awaitUninterruptibly(stuck); // Holds its network up, as a stopped process does.
            }
          });
      two.start();
      TestMember.connect(one, two);
      one.send(two, Channel.CONSENSUS, "stuck");
      Bytes large = Bytes.of(new byte[1 << 19]);
      for (int i = 0; i < 100; i++) { // More than the queue and what is under way may hold.
        one.network.send(2, Channel.CONSENSUS, large);
      }

      one.events.await("lost 2");
      one.events.awaitPart("sending buffer is full");
      one.events.awaitPart("no answer for 1000 ms");

      stuck.countDown();
      one.events.awaitCount("peer became active", 2);
    } finally {
      stuck.countDown();
    }
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Somebody with gRPC of its own who sends what it likes. */
  private static final class Stranger implements AutoCloseable {
    private static final MethodDescriptor.Marshaller<byte[]> AS_IT_IS =
        new MethodDescriptor.Marshaller<>() {
          @Override
          public InputStream stream(byte[] message) {
            return new ByteArrayInputStream(message);
          }

          @Override
          public byte[] parse(InputStream stream) {
            return new byte[0];
          }
        };

    private static final MethodDescriptor<byte[], byte[]> METHOD =
        PeerMethods.of(Channel.CONSENSUS).toBuilder(AS_IT_IS, AS_IT_IS).build();

    final Events events = new Events();
    private final TestMember target;
    private final ManagedChannel connection;

    Stranger(TestMember target) {
      this.target = target;
      this.connection =
          NettyChannelBuilder.forAddress(target.address()).usePlaintext().directExecutor().build();
    }

    /** What member {@code id} would say. */
    Metadata greeting(long id) {
      Metadata headers = new Metadata();
      PeerIdentity self = new PeerIdentity(TestMember.CLUSTER, id, 1, 1);
      headers.put(PeerMethods.HELLO, Hello.of(self, target.self.memberId(), List.of()).encode());
      return headers;
    }

    ClientCall<byte[], byte[]> call(Metadata headers) {
      ClientCall<byte[], byte[]> call = connection.newCall(METHOD, CallOptions.DEFAULT);
      call.start(
          new ClientCall.Listener<>() {
            @Override
            public void onClose(Status status, Metadata trailers) {
              events.add("closed " + status.getCode() + " " + status.getDescription());
            }
          },
          headers);
      call.request(1);
      return call;
    }

    @Override
    public void close() {
      connection.shutdownNow();
    }
  }
}
