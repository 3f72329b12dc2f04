// SPDX-License-Identifier: Apache-2.0
package io.cairn.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.backendlmdb.LmdbBackend;
import io.cairn.backendmemory.MemoryBackend;
import io.cairn.backendrocksdb.RocksDbBackend;
import io.cairn.backendsqlite.SqliteBackend;
import io.cairn.kernel.directory.MemberDirectory;
import io.cairn.kernel.environment.DirectoryLock;
import io.cairn.kernel.environment.FileDisk;
import io.cairn.kernel.records.RecordFormat;
import io.cairn.kernel.records.RevisionKey;
import io.cairn.kernel.state.Tables;
import io.cairn.spi.storage.Cursor;
import io.cairn.spi.storage.Mutation;
import io.cairn.spi.storage.StorageBackend;
import io.cairn.spi.storage.StorageEngine;
import io.cairn.spi.storage.StorageOptions;
import io.cairn.spi.storage.StorageView;
import io.cairn.spi.storage.Table;
import io.cairn.spi.store.Bytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

final class MigrateTest {
  private static final RecordFormat RECORDS = new RecordFormat(Tables.REVISIONS);
  private static final Map<String, StorageBackend> BACKENDS =
      new TreeMap<>(
          Map.of(
              "lmdb", new LmdbBackend(),
              "memory", new MemoryBackend(),
              "rocksdb", new RocksDbBackend(),
              "sqlite", new SqliteBackend()));

  record Pair(String from, String to) {}

  /** What a call gave. */
  private record Said(int exitCode, String out, String err) {}

  @TempDir Path scratch;

  static Stream<Pair> pairs() {
    List<String> durable = List.of("lmdb", "rocksdb", "sqlite");
    return durable.stream()
        .flatMap(
            from -> durable.stream().filter(to -> !to.equals(from)).map(to -> new Pair(from, to)));
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void everythingIsInTheOtherEngine(Pair pair) throws IOException {
    Path data = member(pair.from(), 30_000);
    List<String> before = content(pair.from(), data, "engine-1");

    Said said = migrate(data, pair.from(), pair.to());

    assertThat(said.exitCode()).as(said.err()).isZero();
    assertThat(said.out())
        .isEqualTo(
            "migrated '%s' from '%s' to '%s': 30401 rows, 7 MiB, revision 4711\n"
                .formatted(data, pair.from(), pair.to()));
    assertThat(said.err()).startsWith("copying: 1").contains("comparing: ");
    assertThat(engines(data)).containsExactly("engine-2");
    assertThat(backend(data)).isEqualTo(pair.to());
    assertThat(content(pair.to(), data, "engine-2")).isEqualTo(before);
  }

  @Test
  void secondCallSaysWhatTheDirectoryIs() throws IOException {
    Path data = member("lmdb", 10);
    assertThat(migrate(data, "lmdb", "sqlite").exitCode()).isZero();

    Said said = migrate(data, "lmdb", "sqlite");

    assertThat(said)
        .isEqualTo(
            new Said(
                1,
                "",
                "Error: the data directory '%s' was written by backend 'sqlite', not by 'lmdb'\n"
                    .formatted(data)));
  }

  @Test
  void exchangeThatWasInUseAlreadyIsFinished() throws IOException {
    Path data = member("lmdb", 10);
    // What a kill leaves between naming the new engine and naming its backend.
    Files.createDirectory(data.resolve("member/engine-2"));
    open("rocksdb", data, "engine-2").close();
    Files.writeString(data.resolve("member/engine-2.migrating"), "");
    Files.writeString(data.resolve("member/CURRENT"), "engine-2\nbackend rocksdb\n");

    Said said = migrate(data, "lmdb", "rocksdb");

    assertThat(said.exitCode()).as(said.err()).isZero();
    assertThat(said.out()).startsWith("finished an earlier migration");
    assertThat(backend(data)).isEqualTo("rocksdb");
    assertThat(engines(data)).containsExactly("engine-2");
    assertThat(data.resolve("member/CURRENT")).hasContent("engine-2");
  }

  @Test
  void runningMemberIsLeftAlone() throws IOException {
    Path data = member("lmdb", 10);
    try (DirectoryLock lock = DirectoryLock.acquire(data.resolve("member"))) {
      assertThat(lock).isNotNull();

      assertThat(migrate(data, "lmdb", "sqlite").err())
          .isEqualTo(
              "Error: the data directory '%s' is in use by another process\n"
                  .formatted(data.resolve("member")));
    }
    assertThat(engines(data)).containsExactly("engine-1");
  }

  @Test
  void receivedStateThatWaitsIsNotThrownAway() throws IOException {
    Path data = member("lmdb", 10);
    Files.createDirectory(data.resolve("member/engine-2"));
    Files.writeString(data.resolve("member/engine-2.complete"), "applied 7\n");

    Said said = migrate(data, "lmdb", "sqlite");

    assertThat(said.exitCode()).isEqualTo(1);
    assertThat(said.err()).contains("took over a state from another member; start it once");
    assertThat(engines(data)).containsExactly("engine-1", "engine-2", "engine-2.complete");
  }

  @Test
  void failureLeavesTheMemberAsItWas() throws IOException {
    Path data = member("lmdb", 10);
    try (StorageEngine engine = open("lmdb", data, "engine-1")) {
      Bytes key = new RevisionKey(99, 0, false).encode();
      engine.commit(List.of(new Mutation.Put(Tables.REVISIONS, key, Bytes.utf8("damaged"))));
    }

    Said said = migrate(data, "lmdb", "rocksdb");

    assertThat(said.exitCode()).isEqualTo(1);
    assertThat(said.err()).contains("Error: the value of").contains("checksum");
    assertThat(engines(data)).containsExactly("engine-1");
    assertThat(backend(data)).isEqualTo("lmdb");
  }

  /** Wrong calls: arguments behind the name of the tool, and the error. */
  record Wrong(String arguments, String error) {}

  static final List<Wrong> WRONG =
      List.of(
          new Wrong("migrate", "Error: required flag(s) \"data-dir\", \"from\", \"to\" not set"),
          new Wrong("migrate --data-dir D --from lmdb", "Error: required flag(s) \"to\" not set"),
          new Wrong(
              "migrate --data-dir D --from lmdb --to lmdb",
              "Error: --from and --to both name the backend 'lmdb'"),
          new Wrong(
              "migrate --data-dir D --from lmdb --to leveldb",
              "Error: no storage backend 'leveldb'; there are [lmdb, memory, rocksdb, sqlite]"),
          new Wrong(
              "migrate --data-dir D --from lmdb --to memory",
              "Error: the backend 'memory' keeps nothing when a member stops, so there is no"
                  + " migration"),
          new Wrong(
              "migrate --data-dir D --from rocksdb --to sqlite",
              "Error: the data directory 'D' was written by backend 'lmdb', not by 'rocksdb'"),
          new Wrong(
              "migrate --data-dir D/none --from lmdb --to sqlite",
              "Error: there is no member in the data directory 'D/none'"),
          new Wrong(
              "migrate --data-dir D --target-version 3.6",
              "Error: --target-version and --force are etcdutl's, for versions of etcd's storage,"
                  + " of which Cairn has none; to change the storage backend give --from and --to"),
          new Wrong(
              "mig --data-dir D --target-version 3.6 --force",
              "Error: --target-version and --force are etcdutl's, for versions of etcd's storage,"
                  + " of which Cairn has none; to change the storage backend give --from and --to"),
          new Wrong(
              "migrate --data-dir D --form lmdb",
              "Error: unknown flag: --form\nRun 'cairnutl migrate --help' for usage."),
          new Wrong(
              "migrate --data-dir",
              "Error: flag needs an argument: --data-dir\n"
                  + "Run 'cairnutl migrate --help' for usage."),
          new Wrong(
              "migrate D",
              "Error: unexpected argument \"D\" for \"cairnutl migrate\"\n"
                  + "Run 'cairnutl migrate --help' for usage."),
          new Wrong(
              "emigrate",
              "Error: unknown command \"emigrate\" for \"cairnutl\"\n"
                  + "Run 'cairnutl --help' for usage."));

  @ParameterizedTest
  @FieldSource("WRONG")
  void wrongCallIsRefusedAndChangesNothing(Wrong wrong) throws IOException {
    Path data = member("lmdb", 10);

    Said said = call(List.of(wrong.arguments().replace("D", data.toString()).split(" ")));

    String error =
        wrong.error().replace("'D", "'" + data).replace("\"D\"", "\"" + data + "\"") + "\n";
    assertThat(said).isEqualTo(new Said(1, "", error));
    assertThat(engines(data)).containsExactly("engine-1");
    assertThat(backend(data)).isEqualTo("lmdb");
  }

  @Test
  void helpIsNoError() {
    assertThat(call(List.of()).out()).startsWith("Usage: cairnutl").contains("migrate");
    assertThat(call(List.of("migrate", "--help")))
        .satisfies(said -> {
          assertThat(said.exitCode()).isZero();
          assertThat(said.out()).contains("--from=BACKEND").doesNotContain("--force");
        });
  }

  private static Said migrate(Path data, String from, String to) {
    return call(List.of("migrate", "--data-dir", data.toString(), "--from", from, "--to", to));
  }

  private static Said call(List<String> arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Terminal terminal =
        new Terminal(new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8));
    int exitCode =
        new Cairnutl(
                (name, plugins) -> {
                  StorageBackend backend = BACKENDS.get(name);
                  if (backend == null) {
                    throw new ToolException(
                        "no storage backend '%s'; there are %s".formatted(name, BACKENDS.keySet()));
                  }
                  return backend;
                },
                new TestFounding(),
                terminal)
            .run(arguments);
    return new Said(exitCode, out.toString(UTF_8), err.toString(UTF_8));
  }

  /** A member's directory with so many records of history, and rows in the other tables. */
  private Path member(String backend, int records) throws IOException {
    Path data = scratch.resolve("data");
    var _ = new MemberDirectory(new FileDisk(data), "data").create(backend, 1, 2, 3);
    Files.createDirectories(data.resolve("member/engine-1"));
    SplittableRandom random = new SplittableRandom(records);
    try (StorageEngine engine = open(backend, data, "engine-1")) {
      List<Mutation> batch = new ArrayList<>();
      for (int i = 0; i < records; i++) {
        Bytes key = new RevisionKey(2 + i / 3, i % 3, random.nextInt(4) == 0).encode();
        byte[] record = new byte[random.nextInt(500)];
        random.nextBytes(record);
        batch.add(new Mutation.Put(Tables.REVISIONS, key, RECORDS.seal(key, Bytes.of(record))));
      }
      for (Table table : List.of(Tables.ALARMS, Tables.AUTH, Tables.LEASES, Tables.MEMBERS)) {
        for (int i = 0; i < 100; i++) {
          byte[] key = new byte[1 + random.nextInt(255)];
          random.nextBytes(key);
          batch.add(new Mutation.Put(table, Bytes.of(key), Bytes.utf8(table.name() + i)));
        }
      }
      batch.add(new Mutation.Put(Tables.META, Tables.REVISION, number(4711)));
      engine.commit(batch);
      engine.barrier();
    }
    return data;
  }

  private static Bytes number(long number) {
    byte[] bytes = new byte[Long.BYTES];
    ByteBuffer.wrap(bytes).putLong(number);
    return Bytes.of(bytes);
  }

  private static StorageEngine open(String backend, Path data, String folder) throws IOException {
    StorageBackend found = BACKENDS.get(backend);
    if (found == null) {
      throw new AssertionError("no backend " + backend);
    }
    Path natives = Files.createDirectories(data.resolve("natives"));
    return found.open(
        new StorageOptions(data.resolve("member").resolve(folder), Tables.ALL, 16 << 20, natives));
  }

  private static List<String> content(String backend, Path data, String folder) throws IOException {
    List<String> rows = new ArrayList<>();
    try (StorageEngine engine = open(backend, data, folder);
        StorageView view = engine.view()) {
      for (Table table : Tables.ALL) {
        try (Cursor cursor = view.scan(table, Bytes.EMPTY, Bytes.EMPTY)) {
          while (cursor.next()) {
            rows.add(table.name() + " " + cursor.key() + " " + cursor.value().hashCode());
          }
        }
      }
    }
    return rows;
  }

  private static String backend(Path data) throws IOException {
    return new MemberDirectory(new FileDisk(data), "data").read().orElseThrow().backend();
  }

  private static List<String> engines(Path data) throws IOException {
    return new FileDisk(data)
        .list("member").stream().filter(name -> name.startsWith("engine-")).toList();
  }
}
