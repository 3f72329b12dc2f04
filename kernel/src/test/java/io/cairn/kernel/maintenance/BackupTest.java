// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.maintenance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.kernel.backup.DatabaseFile;
import io.cairn.kernel.cluster.MemberBook;
import io.cairn.kernel.cluster.MemberChange;
import io.cairn.kernel.command.Command;
import io.cairn.kernel.lease.LeaseBook;
import io.cairn.kernel.records.RevisionKey;
import io.cairn.kernel.state.Tables;
import io.cairn.kernel.virtual.VirtualTime;
import io.cairn.spi.storage.Mutation;
import io.cairn.spi.store.Alarm;
import io.cairn.spi.store.BackupStream;
import io.cairn.spi.store.BackupStream.Chunk;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.Caller;
import io.cairn.spi.store.KeyValue;
import io.cairn.spi.store.KeyValueFormat;
import io.cairn.spi.store.Reason;
import io.cairn.spi.store.StoreException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class BackupTest {
  private final VirtualTime time = new VirtualTime();
  private final MemoryStore store = new MemoryStore();
  private final LongReads reads = new LongReads(store, time.lane("background"), new NoLog());

  @AfterEach
  void close() {
    CompletableFuture<Void> stopped = reads.stop();
    time.run();
    assertThat(stopped).as("all views are closed").isCompleted();
    store.close();
  }

  @Test
  void chunksAreThoseThatEtcdsClientsExpect() throws Exception {
    put("big", 5, 200_000);
    store.number(Tables.REVISION, 5);

    List<Chunk> chunks = chunks();

    ByteArrayOutputStream file = new ByteArrayOutputStream();
    for (Chunk chunk : chunks.subList(0, chunks.size() - 1)) {
      assertThat(chunk.last()).isFalse();
      assertThat(chunk.data().length()).isLessThanOrEqualTo(32_768);
      file.writeBytes(chunk.data().toByteArray());
    }
    int written = 0;
    for (Chunk chunk : chunks.subList(0, chunks.size() - 1)) {
      written += chunk.data().length();
      assertThat(chunk.remainingBytes()).isEqualTo(file.size() - written);
    }
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(file.toByteArray());
    assertThat(chunks.getLast()).isEqualTo(new Chunk(0, Bytes.of(digest), true));
    assertThat((file.size() + digest.length) % 512).isEqualTo(32);
  }

  @Test
  void keysAreInTheirBucketAsEtcdStoresThem() {
    KeyValue small = put("small", 2, 3);
    KeyValue big = put("big", 3, 100_000);
    store.tombstone(Bytes.utf8("small"), 4, 1);
    // The beginning of an entry whose rest has not reached the engine yet.
    put("later", 5, 3);
    store.number(Tables.REVISION, 4);

    assertThat(bucket(backup(), "key"))
        .containsExactly(
            Map.entry(RevisionKey.encode(2, 0, false), KeyValueFormat.encode(small)),
            Map.entry(RevisionKey.encode(3, 0, false), KeyValueFormat.encode(big)),
            Map.entry(RevisionKey.encode(4, 1, true), Bytes.utf8("\n\5small")));
  }

  @Test
  void freshStoreHasEveryBucket() {
    SequencedMap<String, SequencedMap<Bytes, Bytes>> backup = backup();

    assertThat(backup.sequencedKeySet())
        .containsExactly(
            "alarm",
            "auth",
            "authRoles",
            "authUsers",
            "cluster",
            "key",
            "lease",
            "members",
            "members_removed",
            "meta");
    assertThat(bucket(backup, "key")).isEmpty();
    assertThat(texts(bucket(backup, "auth")))
        .containsExactly(
            Map.entry("authEnabled", "00"), Map.entry("authRevision", "0000000000000001"));
  }

  @Test
  void membersLeasesAndAlarmsAreInEtcdsForm() {
    List<Mutation> batch = new ArrayList<>();
    MemberBook members = new MemberBook();
    long member = 0x8e9e05c52164694dL;
    members.apply(
        MemberChange.ofInitialMember(member, "default", List.of("http://localhost:2380")).encode(),
        batch);
    members.publish(
        new Command.MemberAttributes(
            member, "default", List.of("http://localhost:2379"), "3.7.1", 1),
        batch);
    members.agreeOnVersion("3.7.0", batch);
    new LeaseBook().grant(0x1234, 60, 9, batch);
    new AlarmBook().apply(Alarm.Action.ACTIVATE, new Alarm(member, Alarm.Kind.NOSPACE), batch);
    store.engine().commit(batch);

    SequencedMap<String, SequencedMap<Bytes, Bytes>> backup = backup();

    assertThat(bucket(backup, "members"))
        .containsExactly(
            Map.entry(
                Bytes.utf8("8e9e05c52164694d"),
                Bytes.utf8(
                    "{\"id\":10276657743932975437,\"peerURLs\":[\"http://localhost:2380\"],"
                        + "\"name\":\"default\",\"clientURLs\":[\"http://localhost:2379\"]}")));
    assertThat(bucket(backup, "meta").get(Bytes.utf8("confState")))
        .isEqualTo(Bytes.utf8("{\"voters\":[10276657743932975437],\"auto_leave\":false}"));
    assertThat(bucket(backup, "cluster"))
        .containsExactly(
            Map.entry(Bytes.utf8("clusterVersion"), Bytes.utf8("3.7.0")),
            Map.entry(
                Bytes.utf8("downgrade"),
                Bytes.utf8("{\"target-version\":\"\",\"enabled\":false}")));
    assertThat(texts(bucket(backup, "alarm")))
        .as("field 1 the member, field 2 the kind")
        .containsExactly(Map.entry("08cdd2918bd2b881cf8e01" + "1001", ""));
    assertThat(bucket(backup, "lease").sequencedKeySet().getFirst().asByteBuffer().getLong())
        .isEqualTo(0x1234);
    assertThat(texts(bucket(backup, "lease")).values())
        .as("field 1 the id, field 2 the time to live")
        .containsExactly("08b424" + "103c");
  }

  @Test
  void compactionUnderWayIsScheduledAndNotFinished() {
    store.number(Tables.APPLIED_INDEX, 300);
    store.number(Tables.APPLIED_TERM, 7);
    store.number(Tables.COMPACTION_FLOOR, 12);
    store.number(Tables.COMPACTED, 9);

    Map<String, String> meta = texts(bucket(backup(), "meta"));

    assertThat(meta)
        .containsEntry("consistent_index", "000000000000012c")
        .containsEntry("term", "0000000000000007")
        .containsEntry("scheduledCompactRev", "000000000000000c" + "5f" + "0000000000000000")
        .containsEntry("finishedCompactRev", "0000000000000009" + "5f" + "0000000000000000")
        .containsEntry(
            "storageVersion", HexFormat.of().formatHex("3.7.0".getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void laterWritesAreNotSeen() {
    put("a", 2, 10);
    store.number(Tables.REVISION, 2);
    BackupStream stream = await(reads.backup(Caller.Call.ENDLESS));
    put("b", 3, 100_000);
    store.number(Tables.REVISION, 3);

    assertThat(bucket(DatabaseFile.read(bytes(drain(stream))), "key")).hasSize(1);
  }

  @Test
  void damagedRecordEndsTheBackup() {
    put("a", 2, 10);
    store.store(RevisionKey.encode(2, 0, false), Bytes.utf8("damaged"));
    store.number(Tables.REVISION, 2);
    BackupStream stream = await(reads.backup(Caller.Call.ENDLESS));

    assertThatThrownBy(() -> await(stream.next()))
        .hasCauseInstanceOf(StoreException.class)
        .hasMessageContaining("table 'revisions'");
  }

  @Test
  void openBackupsAreBoundedAndEndWithTheMember() {
    List<BackupStream> streams = new ArrayList<>();
    for (int i = 0; i < LongReads.OPEN_MAX; i++) {
      streams.add(await(reads.backup(Caller.Call.ENDLESS)));
    }

    assertThatThrownBy(() -> await(reads.backup(Caller.Call.ENDLESS)))
        .hasCause(new StoreException(new Reason.ResponsesExhausted()));
    streams.getFirst().close();
    time.run();
    streams.set(0, await(reads.backup(Caller.Call.ENDLESS)));
    CompletableFuture<Void> stopped = reads.stop();
    time.run();

    assertThat(stopped).isCompleted();
    for (BackupStream stream : streams) {
      assertThatThrownBy(() -> await(stream.next())).hasCauseInstanceOf(StoreException.class);
    }
  }

  private KeyValue put(String key, long revision, int valueLength) {
    KeyValue kv =
        new KeyValue(Bytes.utf8(key), revision, revision, 1, Bytes.of(new byte[valueLength]), 0);
    store.put(kv, 0);
    return kv;
  }

  private SequencedMap<String, SequencedMap<Bytes, Bytes>> backup() {
    return DatabaseFile.read(bytes(chunks()));
  }

  private static SequencedMap<Bytes, Bytes> bucket(
      SequencedMap<String, SequencedMap<Bytes, Bytes>> backup, String name) {
    return Objects.requireNonNull(backup.get(name), name);
  }

  private List<Chunk> chunks() {
    return drain(await(reads.backup(Caller.Call.ENDLESS)));
  }

  private List<Chunk> drain(BackupStream stream) {
    List<Chunk> chunks = new ArrayList<>();
    do {
      chunks.add(await(stream.next()));
    } while (!chunks.getLast().last());
    return chunks;
  }

  private static byte[] bytes(List<Chunk> chunks) {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    chunks.stream()
        .filter(chunk -> !chunk.last())
        .forEach(chunk -> file.writeBytes(chunk.data().toByteArray()));
    return file.toByteArray();
  }

  private <T> T await(CompletionStage<T> stage) {
    time.run();
    return stage.toCompletableFuture().join();
  }

  /** Keys as text, or in hexadecimal if they are not; values in hexadecimal. */
  private static Map<String, String> texts(Map<Bytes, Bytes> entries) {
    SequencedMap<String, String> texts = new LinkedHashMap<>();
    entries.forEach((key, value) -> {
      boolean text = key.byteAt(0) >= 'A' && key.byteAt(0) <= 'z';
      texts.put(
          text ? key.toUtf8() : HexFormat.of().formatHex(key.toByteArray()),
          HexFormat.of().formatHex(value.toByteArray()));
    });
    return texts;
  }
}
