// SPDX-License-Identifier: Apache-2.0
package io.cairn.endtoend;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.cairn.apiprotos.etcdserverpb.PutRequest;
import io.cairn.apiprotos.etcdserverpb.RangeRequest;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The server on each of its storage backends. */
final class BackendsTest {
  private static final List<String> BACKENDS = List.of("lmdb", "memory", "rocksdb", "sqlite");

  /** {@code -Dcairn.operations=1000000} makes the histories as long as one has patience. */
  private static final int OPERATIONS = Integer.getInteger("cairn.operations", 5_000);

  private static final long SEED = Long.getLong("cairn.seed", System.nanoTime());

  @TempDir Path scratch;

  @Test
  void equalHistoriesGiveEqualAnswersAndHashesOnEveryBackend() throws Exception {
    Map<String, List<String>> seen = new LinkedHashMap<>();
    // One client each, which waits most of the time, so all of them at once.
    try (ExecutorService players = Executors.newFixedThreadPool(BACKENDS.size())) {
      Map<String, Future<List<String>>> playing = new LinkedHashMap<>();
      BACKENDS.forEach(backend -> playing.put(backend, players.submit(() -> play(backend))));
      for (String backend : BACKENDS) {
        seen.put(backend, requireNonNull(playing.get(backend)).get());
      }
    }

    List<String> expected = seen.getOrDefault("memory", List.of());
    assertThat(expected).hasSizeGreaterThan(10);
    for (String backend : BACKENDS) {
      assertThat(seen.get(backend)).as("%s, -Dcairn.seed=%d", backend, SEED).isEqualTo(expected);
    }
  }

  private List<String> play(String backend) throws Exception {
    boolean durable = !backend.equals("memory");
    try (ServerProcess server =
        ServerProcess.start(
            ServerProcess.Kind.CAIRN, scratch.resolve(backend), "--backend", backend)) {
      return new BackendHistory(SEED, server, durable).play(OPERATIONS);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "lmdb, x86_64-linux-gnu.so aarch64-linux-gnu.so",
    "memory, none",
    "rocksdb, librocksdbjni",
    "sqlite, libsqlitejdbc"
  })
  void onlyTheChosenBackendIsLoaded(String backend, String libraries) throws Exception {
    try (ServerProcess server =
        ServerProcess.start(ServerProcess.Kind.CAIRN, scratch, "--backend", backend)) {
      List<String> engines =
          Files.readAllLines(Path.of("/proc", Long.toString(server.pid()), "maps")).stream()
              .filter(line -> line.matches(".*(rocksdb|sqlite|-linux-gnu).*\\.so$"))
              .map(line -> line.substring(line.lastIndexOf('/') + 1))
              .distinct()
              .toList();

      if (libraries.equals("none")) {
        assertThat(engines).isEmpty();
      } else {
        assertThat(engines).hasSize(1);
        assertThat(libraries.split(" ")).anyMatch(engines.getFirst()::startsWith);
      }
      // The package brings the libraries along, so that nothing has to be unpacked.
      assertThat(scratch.resolve("natives")).isEmptyDirectory();
    }
  }

  @Test
  void aBackendOfOthersIsDroppedIn() throws Exception {
    ByteString key = ByteString.copyFromUtf8("greeting");
    Path plugins = Files.createDirectory(scratch.resolve("plugins"));
    packToyBackend(plugins.resolve("toy.jar"));
    try (ServerProcess server =
        ServerProcess.start(
            ServerProcess.Kind.CAIRN,
            scratch.resolve("data"),
            "--backend",
            "toy",
            "--plugins-dir",
            plugins.toString())) {
      try (GrpcClient client = new GrpcClient(server.port())) {
        var _ =
            client
                .kv()
                .put(
                    PutRequest.newBuilder()
                        .setKey(key)
                        .setValue(ByteString.copyFromUtf8("hello"))
                        .build());
      }
      server.stop();
      server.restart();

      try (GrpcClient client = new GrpcClient(server.port())) {
        var found = client.kv().range(RangeRequest.newBuilder().setKey(key).build());
        assertThat(found.getKvs(0).getValue().toStringUtf8()).isEqualTo("hello");
      }
    }
    assertThat(scratch.resolve("data/member/engine-1/content")).isNotEmptyFile();
  }

  /** The example's sources, compiled as its author would. */
  private void packToyBackend(Path jar) throws Exception {
    Path example = Path.of("../examples/toy-backend/src/main");
    Path classes = scratch.resolve("classes");
    List<String> compile =
        new ArrayList<>(
            List.of(
                "-proc:none",
                "-d",
                classes.toString(),
                "-cp",
                System.getProperty("java.class.path")));
    try (Stream<Path> sources = Files.walk(example.resolve("java"))) {
      sources.map(Path::toString).filter(name -> name.endsWith(".java")).forEach(compile::add);
    }
    run("javac", compile);
    String resources = example.resolve("resources").toString();
    run(
        "jar",
        List.of(
            "--create",
            "--file",
            jar.toString(),
            "-C",
            classes.toString(),
            ".",
            "-C",
            resources,
            "."));
  }

  private static void run(String tool, List<String> arguments) {
    StringWriter said = new StringWriter();
    PrintWriter out = new PrintWriter(said);
    int result =
        ToolProvider.findFirst(tool).orElseThrow().run(out, out, arguments.toArray(String[]::new));
    assertThat(result).as(said.toString()).isZero();
  }
}
