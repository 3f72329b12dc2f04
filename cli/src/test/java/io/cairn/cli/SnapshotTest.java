// SPDX-License-Identifier: Apache-2.0
package io.cairn.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.backendlmdb.LmdbBackend;
import io.cairn.backendmemory.MemoryBackend;
import io.cairn.backendrocksdb.RocksDbBackend;
import io.cairn.backendsqlite.SqliteBackend;
import io.cairn.kernel.cluster.MemberIds;
import io.cairn.kernel.directory.MemberDirectory;
import io.cairn.kernel.directory.MemberIdentity;
import io.cairn.kernel.environment.FileDisk;
import io.cairn.kernel.state.StoredNumbers;
import io.cairn.kernel.state.Tables;
import io.cairn.spi.storage.Cursor;
import io.cairn.spi.storage.StorageBackend;
import io.cairn.spi.storage.StorageEngine;
import io.cairn.spi.storage.StorageOptions;
import io.cairn.spi.storage.StorageView;
import io.cairn.spi.store.Bytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SnapshotTest {
  private static final Map<String, StorageBackend> BACKENDS =
      new TreeMap<>(
          Map.of(
              "lmdb", new LmdbBackend(),
              "memory", new MemoryBackend(),
              "rocksdb", new RocksDbBackend(),
              "sqlite", new SqliteBackend()));
  private static final String THREE = "m1=http://one:2380,m2=http://two:2380,m3=http://three:2380";

  /** What a call gave. */
  private record Said(int exitCode, String out, String err) {}

  @TempDir Path scratch;

  private boolean logFails;

  @Test
  void statusIsPrintedInEtcdsForms() throws IOException {
    String file = new TestBackup().keys(3).write(scratch.resolve("b.db")).toString();
    Said simple = run("snapshot", "status", file);
    String hash = simple.out().substring(0, simple.out().indexOf(','));
    String number = Integer.toUnsignedString(Integer.parseUnsignedInt(hash, 16));

    assertThat(simple).isEqualTo(new Said(0, hash + ", 4, 3, 25 kB, 3.7.0\n", ""));
    assertThat(run("snapshot", "status", file, "-w", "json").out())
        .isEqualTo(
            "{\"hash\":%s,\"revision\":4,\"totalKey\":3,\"totalSize\":24576,\"version\":\"3.7.0\"}\n"
                .formatted(number));
    assertThat(run("--write-out=fields", "snap", "stat", file).out())
        .isEqualTo(
            """
            "Hash" : %s
            "Revision" : 4
            "Keys" : 3
            "Size" : 24576
            "Version" : 3.7.0
            """
                .formatted(number));
    assertThat(run("-w", "table", "snapshot", "status", file).out().replace(hash, "HASHHASH"))
        .isEqualTo(
            """
            ┌──────────┬──────────┬────────────┬────────────┬─────────┐
            │   HASH   │ REVISION │ TOTAL KEYS │ TOTAL SIZE │ VERSION │
            ├──────────┼──────────┼────────────┼────────────┼─────────┤
            │ HASHHASH │        4 │          3 │      25 kB │   3.7.0 │
            └──────────┴──────────┴────────────┴────────────┴─────────┘
            """);
  }

  @Test
  void mistakesAreToldInEtcdsWords() throws IOException {
    String file = new TestBackup().write(scratch.resolve("b.db")).toString();
    String other = scratch.resolve("none.db").toString();

    assertThat(run("snapshot", "status"))
        .isEqualTo(new Said(128, "", "Error: snapshot status requires exactly one argument\n"));
    assertThat(run("snapshot", "restore", file, file))
        .isEqualTo(new Said(128, "", "Error: snapshot restore requires exactly one argument\n"));
    assertThat(run("snapshot", "status", other))
        .isEqualTo(new Said(1, "", "Error: open " + other + ": no such file or directory\n"));
    assertThat(run("snapshot", "status", file, "-w", "yaml"))
        .isEqualTo(new Said(4, "", "Error: unsupported output format\n"));
    assertThat(run("snapshot", "restore", file, "--bump-revision", "10"))
        .isEqualTo(new Said(128, "", "Error: --mark-compacted required if --revision-bump > 0\n"));
    assertThat(run("snapshot", "restore", file, "--bump-revision=-1", "--mark-compacted").err())
        .startsWith("Error: invalid argument \"-1\" for \"--bump-revision\" flag");
    assertThat(run("snapshot", "restore", file, "--mark-compacted").exitCode()).isEqualTo(128);
    assertThat(run("snapshot", "restore", file, "--wal-dir", "x").err())
        .contains("--wal-dir: a log outside of the data directory is not supported");
    assertThat(run("snapshot", "restor3", file).err())
        .startsWith("Error: unknown command \"restor3\" for \"cairnutl snapshot\"");
  }

  @Test
  void statusFindsDamage() throws IOException {
    Path file = new TestBackup().keys(100).write(scratch.resolve("b.db"));
    byte[] content = Files.readAllBytes(file);
    content[content.length / 2] ^= 1;
    Files.write(file, content);

    assertThat(run("snapshot", "status", file.toString()).err())
        .startsWith("Error: snapshot file integrity check failed. 1 errors found.\n")
        .contains("expected sha256 [");
  }

  @ParameterizedTest
  @ValueSource(strings = {"lmdb", "rocksdb", "sqlite"})
  void backupIsRestoredIntoEachBackend(String backend) throws IOException {
    Path file = new TestBackup().keys(30_000).lease(0x77, 100).write(scratch.resolve("b.db"));
    Path data = scratch.resolve("data");

    Said said = restore(file, "m2", data, "--backend", backend);

    assertThat(said.exitCode()).as(said.err()).isZero();
    assertThat(said.err())
        .contains("\tinfo\trestoring snapshot\t{\"path\": ", "\tinfo\tadded member\t")
        .contains("\tinfo\trestored snapshot\t", "\"revision\": 30001");
    MemberIdentity self = identity(data);
    assertThat(self.backend()).isEqualTo(backend);
    assertThat(self.memberId())
        .isEqualTo(MemberIds.ofInitialMember(List.of("http://two:2380"), "token"));
    assertThat(data.resolve(TestFounding.LOG)).content().startsWith("AppliedPoint[index=3, term=1");
    try (StorageEngine engine = open(backend, data);
        StorageView view = engine.view()) {
      assertThat(StoredNumbers.of(view)).isEqualTo(new StoredNumbers(3, 1, 30_001, -1, -1));
      try (Cursor revisions = view.scan(Tables.REVISIONS, Bytes.EMPTY, Bytes.EMPTY)) {
        int count = 0;
        while (revisions.next()) {
          count++;
        }
        assertThat(count).isEqualTo(30_000);
      }
    }
  }

  /** What one file gives belongs together, and to nothing else. */
  @Test
  void clusterIsThatOfItsContent() throws IOException {
    Path file = new TestBackup().keys(10).write(scratch.resolve("b.db"));
    Path other = new TestBackup().keys(11).write(scratch.resolve("c.db"));

    long one = clusterOf(file, "m1", "one");
    assertThat(clusterOf(file, "m2", "two", "--backend", "sqlite")).isEqualTo(one);
    assertThat(clusterOf(other, "m3", "three")).isNotEqualTo(one);
    assertThat(clusterOf(file, "m3", "bumped", "--bump-revision", "9", "--mark-compacted"))
        .isNotEqualTo(one);
    assertThat(identity(scratch.resolve("one")).incarnation())
        .isNotEqualTo(identity(scratch.resolve("two")).incarnation());
  }

  private long clusterOf(Path file, String name, String data, String... more) throws IOException {
    Said said = restore(file, name, scratch.resolve(data), more);
    assertThat(said.exitCode()).as(said.err()).isZero();
    return identity(scratch.resolve(data)).clusterId();
  }

  @ParameterizedTest
  @CsvSource({"10000, expected sha256", "40000, is cut off", "-1, expected sha256"})
  void damagedBackupLeavesNothing(int cutTo, String why) throws IOException {
    Path file = new TestBackup().keys(100).write(scratch.resolve("b.db"));
    byte[] content = Files.readAllBytes(file);
    if (cutTo < 0) {
      content[content.length - 100] ^= 1;
      Files.write(file, content);
    } else if (cutTo < 20_000) {
      // An end that looks like a whole one.
      content[cutTo] ^= 1;
      Files.write(file, content);
    } else {
      Files.write(file, Arrays.copyOf(content, content.length / 2 / 512 * 512));
    }
    Path data = scratch.resolve("data");

    Said said = restore(file, "m1", data);

    assertThat(said.exitCode()).isEqualTo(1);
    assertThat(said.err().lines().toList().getLast()).startsWith("Error: ").contains(why);
    assertThat(data).doesNotExist();
  }

  @Test
  void fileWithoutDigestNeedsAFlag() throws IOException {
    Path file = new TestBackup().keys(10).write(scratch.resolve("b.db"));
    byte[] content = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(content, content.length - 32));

    assertThat(restore(file, "m1", scratch.resolve("data")).err())
        .endsWith("Error: snapshot missing hash but --skip-hash-check=false\n");
    assertThat(restore(file, "m1", scratch.resolve("data"), "--skip-hash-check").exitCode())
        .isZero();
  }

  @Test
  void protectionIsNotTakenAway() throws IOException {
    TestBackup backup = new TestBackup().entry("authUsers", Bytes.utf8("root"), Bytes.EMPTY);
    Path off = backup.write(scratch.resolve("off.db"));
    Path on =
        backup
            .entry("auth", Bytes.utf8("authEnabled"), Bytes.of(new byte[] {1}))
            .write(scratch.resolve("on.db"));

    assertThat(restore(off, "m1", scratch.resolve("off")).err())
        .contains("\twarn\tusers and roles are not restored;");
    assertThat(restore(on, "m1", scratch.resolve("on")).err())
        .contains("Error: the backup has authentication enabled");
    assertThat(scratch.resolve("on")).doesNotExist();
  }

  @Test
  void directoryWithContentIsLeftAlone() throws IOException {
    Path file = new TestBackup().write(scratch.resolve("b.db"));
    Path data = Files.createDirectory(scratch.resolve("data"));
    Files.writeString(data.resolve("mine"), "content");

    Said said = restore(file, "m1", data);

    assertThat(said.err())
        .contains("Error: data-dir \"" + data + "\" not empty or could not be read");
    assertThat(data.resolve("mine")).hasContent("content");
    assertThat(data.toFile().list()).hasSize(1);
  }

  @Test
  void failureLeavesNothing() throws IOException {
    Path file = new TestBackup().keys(10).write(scratch.resolve("b.db"));
    Path existing = Files.createDirectory(scratch.resolve("existing"));
    logFails = true;

    assertThat(restore(file, "m1", scratch.resolve("data")).err())
        .endsWith("Error: the log cannot be made\n");
    assertThat(restore(file, "m1", existing).exitCode()).isEqualTo(1);

    assertThat(scratch.resolve("data")).doesNotExist();
    assertThat(existing).isEmptyDirectory();
  }

  @Test
  void backendThatKeepsNothingIsRefused() throws IOException {
    Path file = new TestBackup().write(scratch.resolve("b.db"));

    assertThat(restore(file, "m1", scratch.resolve("data"), "--backend", "memory").err())
        .endsWith("keeps nothing when a member stops, so nothing can be restored into it\n");
  }

  private Said restore(Path file, String name, Path data, String... more) {
    List<String> arguments = new ArrayList<>(List.of("snapshot", "restore", file.toString()));
    arguments.addAll(List.of("--name", name, "--data-dir", data.toString()));
    arguments.addAll(List.of("--initial-cluster", THREE, "--initial-cluster-token", "token"));
    arguments.addAll(List.of(more));
    return run(arguments.toArray(String[]::new));
  }

  private Said run(String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Terminal terminal =
        new Terminal(new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8));
    int exitCode =
        new Cairnutl(
                (name, plugins) -> {
                  StorageBackend backend = BACKENDS.get(name);
                  if (backend == null) {
                    throw new ToolException("no storage backend '" + name + "'");
                  }
                  return backend;
                },
                new TestFounding(logFails),
                terminal)
            .run(List.of(arguments));
    return new Said(exitCode, out.toString(UTF_8), err.toString(UTF_8));
  }

  private static MemberIdentity identity(Path data) throws IOException {
    return new MemberDirectory(new FileDisk(data), "data").read().orElseThrow();
  }

  private static StorageEngine open(String backend, Path data) {
    return Objects.requireNonNull(BACKENDS.get(backend))
        .open(
            new StorageOptions(
                data.resolve("member/engine-1"), Tables.ALL, 64 << 20, data.resolve("natives")));
  }
}
