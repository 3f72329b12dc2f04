// SPDX-License-Identifier: Apache-2.0
package io.cairn.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** etcdctl 3.4, unmodified, finds nothing to complain about. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class EtcdctlIT {
  private static final long SECONDS_MAX = 30;

  private ServerProcess server;
  private Etcdctl etcdctl;

  @BeforeAll
  void start(@TempDir Path dataDir) throws Exception {
    server = ServerProcess.start(ServerProcess.Kind.CAIRN, dataDir);
    etcdctl = new Etcdctl(server.endpoint());
  }

  @AfterAll
  void stop() throws Exception {
    server.close();
  }

  @Test
  void putGetAndDelete() throws Exception {
    assertThat(etcdctl.ok("put", "a/1", "one")).isEqualTo("OK\n");
    assertThat(etcdctl.ok("put", "a/2", "two")).isEqualTo("OK\n");
    assertThat(etcdctl.ok("put", "--prev-kv", "a/2", "zwei")).isEqualTo("OK\na/2\ntwo\n");
    assertThat(etcdctl.ok("get", "--prefix", "a/")).isEqualTo("a/1\none\na/2\nzwei\n");
    assertThat(
            etcdctl.ok("get", "--prefix", "--keys-only", "--order=DESCEND", "--sort-by=KEY", "a/"))
        .isEqualTo("a/2\n\na/1\n\n");
    assertThat(etcdctl.ok("get", "--prefix", "--limit=1", "-w", "fields", "a/"))
        .contains("\"More\" : true", "\"Count\" : 2");
    assertThat(etcdctl.ok("del", "--prefix", "a/")).isEqualTo("2\n");
    assertThat(etcdctl.ok("get", "--prefix", "a/")).isEmpty();
  }

  @Test
  void transaction() throws Exception {
    etcdctl.ok("put", "t/a", "1");

    String taken =
        etcdctl.run("value(\"t/a\") = \"1\"\n\nput t/a 2\nget t/a\n\nget t/a\n\n", "txn").output();
    String refused =
        etcdctl.run("value(\"t/a\") = \"1\"\n\nput t/a 3\n\nget t/a\n\n", "txn").output();

    assertThat(taken).isEqualTo("SUCCESS\n\nOK\n\nt/a\n2\n");
    assertThat(refused).isEqualTo("FAILURE\n\nt/a\n2\n");
  }

  @Test
  void watchPrintsEventsAsTheyHappen() throws Exception {
    long first = revisionOf(etcdctl.ok("put", "w/a", "1", "-w", "json"));
    Process watch = etcdctl.start("watch", "--prefix", "w/", "--rev", Long.toString(first));
    try {
      CompletableFuture<List<String>> lines = readLines(watch, 8);
      etcdctl.ok("put", "w/a", "2");
      etcdctl.ok("del", "w/a");

      assertThat(lines.get(SECONDS_MAX, TimeUnit.SECONDS))
          .containsExactly("PUT", "w/a", "1", "PUT", "w/a", "2", "DELETE", "w/a");
    } finally {
      watch.destroyForcibly().waitFor();
    }
  }

  @Test
  void leaseIsGrantedRenewedListedAndRevoked() throws Exception {
    String granted = etcdctl.ok("lease", "grant", "60");
    Matcher id = Pattern.compile("lease ([0-9a-f]{16}) granted with TTL\\(60s\\)").matcher(granted);
    assertThat(id.find()).as(granted).isTrue();
    String lease = id.group(1);
    etcdctl.ok("put", "--lease", lease, "l/a", "1");

    assertThat(etcdctl.ok("lease", "keep-alive", "--once", lease))
        .isEqualTo("lease " + lease + " keepalived with TTL(60)\n");
    assertThat(etcdctl.ok("lease", "timetolive", "--keys", lease))
        .matches(
            "lease "
                + lease
                + " granted with TTL\\(60s\\), remaining\\([0-9]+s\\), attached"
                + " keys\\(\\[l/a\\]\\)\n");
    assertThat(etcdctl.ok("lease", "list")).contains(lease);
    assertThat(etcdctl.ok("lease", "revoke", lease)).isEqualTo("lease " + lease + " revoked\n");
    assertThat(etcdctl.ok("get", "l/a")).isEmpty();
    assertThat(etcdctl.ok("lease", "timetolive", lease))
        .isEqualTo("lease " + lease + " already expired\n");
  }

  @Test
  void compactionHidesThePast() throws Exception {
    etcdctl.ok("put", "c/a", "1");
    long latest = revisionOf(etcdctl.ok("put", "c/a", "2", "-w", "json"));

    assertThat(etcdctl.ok("compaction", Long.toString(latest)))
        .isEqualTo("compacted revision " + latest + "\n");
    assertThat(etcdctl.run("", "get", "--rev", Long.toString(latest - 1), "c/a"))
        .satisfies(refused -> {
          assertThat(refused.exitCode()).isEqualTo(1);
          assertThat(refused.output())
              .contains("etcdserver: mvcc: required revision has been compacted");
        });
    long next = revisionOf(etcdctl.ok("put", "c/b", "1", "-w", "json"));
    assertThat(etcdctl.ok("compaction", "--physical", Long.toString(next)))
        .isEqualTo("compacted revision " + next + "\n");
    assertThat(etcdctl.ok("get", "c/a")).isEqualTo("c/a\n2\n");
  }

  @Test
  void endpointAndMembersAreHealthy() throws Exception {
    assertThat(etcdctl.ok("endpoint", "health")).contains("is healthy");
    assertThat(etcdctl.ok("endpoint", "status", "-w", "json"))
        .contains("\"version\":\"3.7.1\"")
        .contains("\"raftTerm\":2");
    assertThat(etcdctl.ok("member", "list")).contains("started, m1, http://127.0.0.1:");
    assertThat(etcdctl.ok("endpoint", "hashkv", "-w", "json")).contains("\"hash\":");
    assertThat(etcdctl.ok("alarm", "list")).isEmpty();
    assertThat(etcdctl.ok("defrag")).contains("Finished defragmenting");
  }

  @Test
  void backupIsReadByEtcdsOwnTools(@TempDir Path folder) throws Exception {
    for (int i = 0; i < 500; i++) {
      etcdctl.ok("put", "b/" + i, "x".repeat(i * 20));
    }
    Path backup = folder.resolve("backup.db");
    Path restored = folder.resolve("restored");

    assertThat(etcdctl.ok("snapshot", "save", backup.toString())).contains("Snapshot saved at");
    assertThat(etcdctl.ok("snapshot", "status", backup.toString(), "-w", "json"))
        .contains("\"revision\":");
    etcdctl.ok("snapshot", "restore", backup.toString(), "--data-dir", restored.toString());

    assertThat(restored.resolve("member/snap/db")).exists();
  }

  private static long revisionOf(String json) {
    Matcher revision = Pattern.compile("\"revision\":([0-9]+)").matcher(json);
    assertThat(revision.find()).as(json).isTrue();
    return Long.parseLong(revision.group(1));
  }

  private static CompletableFuture<List<String>> readLines(Process process, int count) {
    CompletableFuture<List<String>> all = new CompletableFuture<>();
    Thread.ofPlatform()
        .daemon()
        .start(() -> {
          List<String> lines = new ArrayList<>();
          try (BufferedReader reader = process.inputReader()) {
            while (lines.size() < count) {
              String line = reader.readLine();
              if (line == null) {
                break;
              }
              lines.add(line);
            }
            all.complete(lines);
          } catch (java.io.IOException e) {
            all.completeExceptionally(e);
          }
        });
    return all;
  }
}
