// SPDX-License-Identifier: Apache-2.0
package io.cairn.endtoend;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import io.cairn.apiprotos.etcdserverpb.PutRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever a client sends, it gets etcd's answer, and the server serves and logs as before. */
final class ClientMistakesTest {
  private static final int MEBIBYTE = 1 << 20;
  private static final int MILLIS_MAX = 30_000;

  @TempDir Path dataDir;

  private ServerProcess server;
  private GrpcClient client;

  @BeforeEach
  void start() throws Exception {
    server = ServerProcess.start(ServerProcess.Kind.CAIRN, dataDir);
    client = new GrpcClient(server.port());
  }

  @AfterEach
  void stop() {
    client.close();
    server.close();
  }

  @Test
  void requestBeyondTheLimitOfRequestsIsRefused() throws Exception {
    StatusRuntimeException refusal =
        catchThrowableOfType(
            StatusRuntimeException.class, () -> client.kv().put(putOf(MEBIBYTE * 7 / 4)));

    assertThat(refusal.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(refusal.getStatus().getDescription()).isEqualTo("etcdserver: request is too large");
    assertStillServes();
  }

  @Test
  void messageBeyondTheLimitOfTheTransportIsRefused() throws Exception {
    PutRequest request = putOf(3 * MEBIBYTE);

    StatusRuntimeException refusal =
        catchThrowableOfType(StatusRuntimeException.class, () -> client.kv().put(request));

    assertThat(refusal.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(refusal.getStatus().getDescription())
        .isEqualTo(
            "grpc: received message larger than max (%d vs. %d)"
                .formatted(request.getSerializedSize(), 2 * MEBIBYTE));
    assertStillServes();
  }

  @Test
  void bytesThatAreNoMessageAreRefused() throws Exception {
    byte[] keyThatEndsTooEarly = {0x0a, 0x7f, 'k'};

    StatusRuntimeException refusal =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () -> client.call("etcdserverpb.KV/Put", keyThatEndsTooEarly));

    assertThat(refusal.getStatus().getCode()).isEqualTo(Status.Code.INTERNAL);
    assertThat(refusal.getStatus().getDescription())
        .startsWith("grpc: error unmarshalling request: ");
    assertStillServes();
  }

  @Test
  void methodThatNobodyServesIsRefused() throws Exception {
    StatusRuntimeException refusal =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () -> client.call("etcdserverpb.KV/Frobnicate", new byte[0]));

    assertThat(refusal.getStatus().getCode()).isEqualTo(Status.Code.UNIMPLEMENTED);
    assertThat(refusal.getStatus().getDescription())
        .isEqualTo("unknown method Frobnicate for service etcdserverpb.KV");
    assertStillServes();
  }

  @Test
  void connectionsThatSpeakOtherProtocolsAreClosed() throws Exception {
    List<byte[]> openings =
        List.of(
            "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(US_ASCII),
            HexFormat.of().parseHex("16030100050100000000"), // The beginning of TLS.
            // HTTP/2 in order, then a frame that is longer than frames may be.
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0\u007f\u007f\u007f\0\0\0\0\0\1"
                .getBytes(US_ASCII),
            new byte[10_000]);

    for (byte[] opening : openings) {
      assertClosedAfter(opening);
    }

    assertStillServes();
  }

  private void assertClosedAfter(byte[] opening) throws Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      socket.setSoTimeout(MILLIS_MAX);
      socket.getOutputStream().write(opening);
      assertThat(readToTheEnd(socket)).hasSizeLessThan(MEBIBYTE);
    }
  }

  private static byte[] readToTheEnd(Socket socket) throws IOException {
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    try {
      socket.getInputStream().transferTo(answer);
    } catch (SocketException e) {
      // A server that closes before it has read everything resets the connection, as it should.
      assertThat(e).hasMessageContaining("reset");
    }
    return answer.toByteArray();
  }

  private void assertStillServes() throws Exception {
    assertThat(client.kv().put(putOf(1)).getHeader().getRevision()).isPositive();
    assertThat(server.stop()).isEqualTo(128 + 15);
    assertThat(server.logLines()).allMatch(line -> line.startsWith("{\"level\":\""));
  }

  private static PutRequest putOf(int bytes) {
    return PutRequest.newBuilder()
        .setKey(ByteString.copyFromUtf8("key"))
        .setValue(ByteString.copyFrom(new byte[bytes]))
        .build();
  }
}
