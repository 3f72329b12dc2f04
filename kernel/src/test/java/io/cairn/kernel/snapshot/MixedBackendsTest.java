// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.backendmemory.MemoryBackend;
import io.cairn.backendrocksdb.RocksDbBackend;
import io.cairn.kernel.directory.EngineFolders;
import io.cairn.kernel.directory.MemberDirectory;
import io.cairn.kernel.environment.FileDisk;
import io.cairn.kernel.state.Tables;
import io.cairn.kernel.virtual.VirtualTime;
import io.cairn.spi.consensus.SnapshotSink;
import io.cairn.spi.consensus.SnapshotSource;
import io.cairn.spi.storage.StorageBackend;
import io.cairn.spi.storage.StorageOptions;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.Caller;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Members on different backends exchange states, and one of them starts again. */
final class MixedBackendsTest {
  private static final int PART_BYTES = 4000;

  record Row(StorageBackend sender, StorageBackend receiver) {
    @Override
    public String toString() {
      return sender.descriptor().name() + " to " + receiver.descriptor().name();
    }
  }

  static final List<Row> ROWS =
      List.of(
          new Row(new RocksDbBackend(), new RocksDbBackend()),
          new Row(new MemoryBackend(), new RocksDbBackend()),
          new Row(new RocksDbBackend(), new MemoryBackend()));

  @TempDir Path data;

  @ParameterizedTest(name = "{0}")
  @FieldSource("ROWS")
  void contentIsTheSameOnBoth(Row row) throws IOException {
    RandomWrites random = new RandomWrites(11);
    EngineFolders senders = folders(row.sender(), data.resolve("sender"), 0);
    TestMember leader = TestMember.leader(new VirtualTime(), senders.open(), senders);
    EngineFolders receivers = folders(row.receiver(), data.resolve("receiver"), 0);
    TestMember follower = TestMember.follower(new VirtualTime(), receivers.open(), receivers);
    random.run(leader, 300);

    for (int round = 0; round < 2; round++) {
      // Breaks off after a few parts, then goes on to the end.
      for (int parts = 3; parts > 0; parts = parts == 3 ? Integer.MAX_VALUE : 0) {
        receive(leader, follower, parts, random);
      }
      random.run(leader, 50);
    }
    follower.following().follow(leader.leading().log(), Long.MAX_VALUE);
    leader.settle();
    follower.settle();

    assertSame(leader, follower);
    assertThat(receivers.current()).isEqualTo("member/engine-3");
    assertThat(data.resolve("receiver/member/engine-2")).doesNotExist();
    follower.close();
    if (row.receiver().descriptor().capabilities().contains(StorageBackend.DURABLE)) {
      EngineFolders again = folders(row.receiver(), data.resolve("receiver"), 0);
      TestMember restarted = TestMember.follower(new VirtualTime(), again.open(), again);
      assertSame(leader, restarted);
      restarted.close();
    }
    leader.close();
  }

  private static void assertSame(TestMember leader, TestMember follower) {
    assertThat(follower.hash(0).hash()).isEqualTo(leader.hash(0).hash());
    assertThat(follower.content(0)).isEqualTo(leader.content(0));
    assertThat(follower.done(follower.kernel.maintenance().hash(Caller.LOCAL)).hash())
        .isEqualTo(leader.done(leader.kernel.maintenance().hash(Caller.LOCAL)).hash());
  }

  private static void receive(
      TestMember leader, TestMember follower, int parts, RandomWrites random) {
    try (SnapshotSink sink = follower.machine().receiveSnapshot();
        SnapshotSource source = leader.transfers().send(sink.resumeFrom(), PART_BYTES)) {
      Bytes part = source.next();
      for (int i = 0; i < parts && part != null; i++) {
        sink.accept(part);
        random.run(leader, 2);
        part = source.next();
      }
      if (part == null) {
        sink.complete();
        sink.install();
      }
    }
  }

  private EngineFolders folders(StorageBackend backend, Path root, long recorded)
      throws IOException {
    FileDisk disk = FileDisk.withoutSync(root);
    if (!Files.exists(root)) {
      new MemberDirectory(disk, "data").create(backend.descriptor().name(), 1, 2, 3);
    }
    Path natives = Files.createDirectories(data.resolve("natives"));
    return new EngineFolders(
        disk,
        folder ->
            backend.open(new StorageOptions(disk.resolve(folder), Tables.ALL, 16 << 20, natives)),
        () -> recorded);
  }
}
