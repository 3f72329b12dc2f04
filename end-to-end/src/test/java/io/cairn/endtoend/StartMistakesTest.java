// SPDX-License-Identifier: Apache-2.0
package io.cairn.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.google.protobuf.ByteString;
import io.cairn.apiprotos.etcdserverpb.PutRequest;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whoever starts the server in a way that cannot work learns in one line what is wrong. */
final class StartMistakesTest {
  private static final Pattern DAMAGE = Pattern.compile("in '([^']+)' at offset ([0-9]+)");
  private static final int SIGTERM_EXIT = 128 + 15;

  /** What a batch with one small put takes at most, headers and all. */
  private static final int SMALL_BATCH_BYTES_MAX = 512;

  @TempDir Path scratch;

  @Test
  void unknownFlagIsNamed() throws Exception {
    var ended =
        ServerProcess.run(
            null, Map.of(), List.of(ServerProcess.launcher().toString(), "--frobnicate=1"));

    assertThat(ended.exitCode()).isEqualTo(2);
    assertThat(ended.lines().getFirst()).isEqualTo("flag provided but not defined: -frobnicate");
    assertThat(ended.lines().get(1)).isEqualTo("Usage:");
  }

  @Test
  void fileInPlaceOfTheDataDirectoryIsRefused() throws Exception {
    Path file = Files.writeString(scratch.resolve("data"), "no directory");

    var ended = ServerProcess.startInVain(file);

    assertThat(lastWords(ended)).contains("cannot use the data directory '" + file + "'");
    assertThat(file).hasContent("no directory");
  }

  @Test
  void dataDirectoryWithoutPermissionIsRefused() throws Exception {
    Path dataDir = Files.createDirectory(scratch.resolve("data"));
    Files.setPosixFilePermissions(dataDir, PosixFilePermissions.fromString("---------"));
    // No permission keeps root out.
    assumeThat(Files.isReadable(dataDir)).isFalse();

    var ended = ServerProcess.startInVain(dataDir);

    assertThat(lastWords(ended)).contains("'" + dataDir + "'", "permission denied");
  }

  @ParameterizedTest
  @ValueSource(strings = {"lmdb", "memory", "sqlite"})
  void directoryOfAnotherBackendIsRefused(String backend) throws Exception {
    try (ServerProcess server =
        ServerProcess.start(ServerProcess.Kind.CAIRN, scratch, "--backend", backend)) {
      assertThat(server.stop()).isEqualTo(SIGTERM_EXIT);
    }

    var ended = ServerProcess.startInVain(scratch, "--backend", "rocksdb");

    assertThat(lastWords(ended))
        .contains(
            "the data directory '"
                + scratch
                + "' was written by backend '"
                + backend
                + "' and cannot be opened with backend 'rocksdb'");
  }

  @Test
  void unknownBackendIsRefusedAndTheOthersNamed() throws Exception {
    var ended = ServerProcess.startInVain(scratch, "--backend", "clay");

    assertThat(lastWords(ended)).contains("'clay'", "[lmdb, memory, rocksdb, sqlite]");
  }

  @Test
  void portInUseIsNamed() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String address = "127.0.0.1:" + taken.getLocalPort();

      var ended =
          ServerProcess.startInVain(
              scratch.resolve("data"),
              "--listen-client-urls",
              "http://" + address,
              "--advertise-client-urls",
              "http://" + address);

      assertThat(lastWords(ended))
          .contains("listen tcp " + address + ": bind: address already in use")
          .contains("--listen-client-urls");
    }
  }

  @Test
  void directoryThatAnotherServerUsesIsRefused() throws Exception {
    try (ServerProcess server = ServerProcess.start(ServerProcess.Kind.CAIRN, scratch);
        GrpcClient client = new GrpcClient(server.port())) {
      var ended = ServerProcess.startInVain(scratch);

      assertThat(lastWords(ended)).contains("'" + scratch, "is in use by another process");
      assertThat(client.kv().put(put("after")).getHeader().getRevision()).isEqualTo(2);
    }
  }

  @Test
  void directoryOfEtcdIsRefused() throws Exception {
    Files.createDirectories(scratch.resolve("member/snap"));
    Files.createDirectories(scratch.resolve("member/wal"));
    Files.writeString(scratch.resolve("member/snap/db"), "etcd's");

    var ended = ServerProcess.startInVain(scratch);

    assertThat(lastWords(ended))
        .contains("'" + scratch + "' was written by etcd", "cairnutl snapshot restore");
    assertThat(scratch.resolve("member/snap/db")).hasContent("etcd's");
  }

  @Test
  void damageInTheMiddleOfTheLogIsNamedWithItsPlace() throws Exception {
    try (ServerProcess server = ServerProcess.start(ServerProcess.Kind.CAIRN, scratch);
        GrpcClient client = new GrpcClient(server.port())) {
      for (String key : List.of("before", "here-it-happens", "after")) {
        var _ = client.kv().put(put(key));
      }
      assertThat(server.stop()).isEqualTo(SIGTERM_EXIT);
    }
    Path segment = firstSegment();
    int at = flipByteAt(segment, "here-it-happens");

    var ended = ServerProcess.startInVain(scratch);

    Matcher damage = DAMAGE.matcher(lastWords(ended));
    assertThat(damage.find()).as("%s", ended).isTrue();
    assertThat(damage.group(1)).endsWith("member/wal/" + segment.getFileName());
    assertThat(Integer.parseInt(damage.group(2))).isBetween(at - SMALL_BATCH_BYTES_MAX, at);
  }

  /** The message of the one line that says why the server did not start. */
  private static String lastWords(ServerProcess.Ended ended) {
    assertThat(ended.exitCode()).as("%s", ended).isEqualTo(1);
    assertThat(ended.lines()).allMatch(line -> line.startsWith("{\"level\":\""));
    List<String> fatal =
        ended.lines().stream().filter(line -> line.startsWith("{\"level\":\"fatal\"")).toList();
    assertThat(fatal).hasSize(1);
    assertThat(fatal.getFirst()).contains("\"msg\":\"failed to start\",\"error\":");
    return fatal.getFirst();
  }

  private Path firstSegment() throws Exception {
    try (var files = Files.list(scratch.resolve("member/wal"))) {
      return files.filter(file -> file.toString().endsWith(".wal")).sorted().toList().getFirst();
    }
  }

  /** Damages the first byte of {@code text} and returns where that is. */
  private static int flipByteAt(Path file, String text) throws Exception {
    byte[] content = Files.readAllBytes(file);
    int at = new String(content, StandardCharsets.ISO_8859_1).indexOf(text);
    assertThat(at).isPositive();
    content[at] ^= 1;
    Files.write(file, content);
    return at;
  }

  private static PutRequest put(String key) {
    return PutRequest.newBuilder().setKey(ByteString.copyFromUtf8(key)).build();
  }
}
