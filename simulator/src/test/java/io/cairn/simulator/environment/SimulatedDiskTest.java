// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.consensusraft.core.Effects.Persist;
import io.cairn.consensusraft.core.Entry;
import io.cairn.consensusraft.core.EntryKind;
import io.cairn.consensusraft.core.HardState;
import io.cairn.consensusraft.wal.Wal;
import io.cairn.consensusraft.wal.WalIdentity;
import io.cairn.consensusraft.wal.WalOptions;
import io.cairn.kernel.environment.SplitMixRng;
import io.cairn.simulator.environment.MemberLife.Machine;
import io.cairn.spi.environment.DiskFile;
import io.cairn.spi.environment.EventLog;
import io.cairn.spi.environment.Lane;
import io.cairn.spi.store.Bytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** A disk that loses what it may lose, and a log on it. */
final class SimulatedDiskTest {
  private static final SimulatedDisk.Health FAILING = new SimulatedDisk.Health(0, 0, 0, 10_000, 0);

  private final EventQueue queue = new EventQueue();

  private SimulatedDisk disk(long seed) {
    return new SimulatedDisk(queue, new SplitMixRng(seed));
  }

  private static void write(DiskFile file, int at, String text) throws IOException {
    file.write(at, Bytes.utf8(text).asByteBuffer());
  }

  private static String read(SimulatedDisk disk, String path) throws IOException {
    DiskFile file = disk.open(path);
    ByteBuffer content = ByteBuffer.allocate((int) file.size());
    file.read(0, content);
    return Bytes.of(content.array()).toUtf8();
  }

  @Test
  void whatIsSyncedSurvivesAndWhatIsNotMayBeLost() throws IOException {
    TreeSet<String> left = new TreeSet<>();

    for (long seed = 0; seed < 40; seed++) {
      SimulatedDisk disk = disk(seed);
      DiskFile file = disk.create("d/f");
      disk.syncDirectory("d");
      write(file, 0, "old");
      file.sync();
      write(file, 0, "new");
      disk.powerFailed();
      left.add(read(disk, "d/f"));
    }

    assertThat(left).containsExactly("new", "old");
  }

  @Test
  void writesAreTornAtSectors() throws IOException {
    TreeSet<String> left = new TreeSet<>();

    for (long seed = 0; seed < 100; seed++) {
      SimulatedDisk disk = disk(seed);
      DiskFile file = disk.create("d/f");
      disk.syncDirectory("d");
      write(file, 0, "a".repeat(PowerFailure.SECTOR) + "b".repeat(PowerFailure.SECTOR));
      file.sync();
      write(file, 0, "c".repeat(PowerFailure.SECTOR) + "d".repeat(PowerFailure.SECTOR));
      disk.powerFailed();
      String text = read(disk, "d/f");
      left.add("" + text.charAt(0) + text.charAt(PowerFailure.SECTOR));
    }

    assertThat(left).containsExactly("ab", "ad", "cb", "cd");
  }

  @Test
  void aNameMayBeLostUntilItsDirectoryIsSynced() throws IOException {
    TreeSet<Boolean> there = new TreeSet<>();

    for (long seed = 0; seed < 40; seed++) {
      SimulatedDisk disk = disk(seed);
      disk.create("d/f").sync();
      disk.powerFailed();
      there.add(disk.exists("d/f"));
    }

    assertThat(there).containsExactly(false, true);
  }

  @Test
  void whatAFailedSyncHasLostStaysLostThoughALaterSyncSucceeds() throws IOException {
    SimulatedDisk disk = disk(1);
    DiskFile file = disk.create("d/f");
    disk.syncDirectory("d");
    write(file, 0, "old");
    file.sync();
    write(file, 0, "new");
    disk.health(FAILING);

    assertThatThrownBy(file::sync).isInstanceOf(IOException.class);
    disk.health(SimulatedDisk.Health.GOOD);
    file.sync();

    assertThat(read(disk, "d/f")).isEqualTo("new");
    disk.powerFailed();
    assertThat(read(disk, "d/f")).isEqualTo("old");
  }

  @Test
  void theProcessesOfADeadMachineCanDoNothing() throws IOException {
    SimulatedDisk disk = disk(1);
    DiskFile file = disk.create("d/f");

    disk.powerFailed();

    assertThatThrownBy(file::sync).hasMessageContaining("has ended");
  }

  /** Found by a simulation: the log took for durable what only the machine's memory still had. */
  @Test
  void aLogSurvivesAPowerCutAfterASyncThatFailedInAnEarlierLife() throws IOException {
    SimulatedDisk disk = disk(1);
    Wal first = open(disk);
    first.append(entries(1));
    first.sync();
    first.append(entries(2));
    disk.health(FAILING);
    assertThatThrownBy(first::sync).isInstanceOf(IOException.class);

    disk.processDied();
    disk.health(SimulatedDisk.Health.GOOD);
    Wal second = open(disk);
    long last = second.recovered().lastIndex();
    second.append(entries(last + 1));
    second.sync();
    second.append(entries(last + 2));
    second.sync();
    disk.powerFailed();

    assertThat(open(disk).recovered().lastIndex()).isEqualTo(last + 2);
  }

  private Wal open(SimulatedDisk disk) throws IOException {
    MemberLife life =
        new MemberLife(queue, "m1", Machine.HEALTHY, new SplitMixRng(7), new Unobserved());
    Lane lane = life.lane("wal-segments");
    return Wal.open(
        disk, new WalOptions("d/wal", 16_384, 1), new WalIdentity(1, 2, 3), lane, life, 0);
  }

  private static final class Unobserved implements MemberLife.Observer {
    @Override
    public void logged(String message, EventLog.Field... fields) {}

    @Override
    public void ran() {}

    @Override
    public void ended(String what, Throwable cause) {}
  }

  private static Persist entries(long index) {
    return new Persist(
        index,
        new HardState(1, 0, 0),
        null,
        0,
        List.of(Entry.of(index, 1, EntryKind.COMMAND, Bytes.utf8("entry " + index))));
  }
}
