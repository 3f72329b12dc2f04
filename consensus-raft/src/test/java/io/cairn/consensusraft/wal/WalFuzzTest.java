// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.wal;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.consensusraft.core.Entry;
import io.cairn.consensusraft.core.EntryKind;
import io.cairn.consensusraft.fakes.FakeDisk;
import io.cairn.consensusraft.fakes.ManualLane;
import io.cairn.consensusraft.fakes.RunSeeds;
import io.cairn.consensusraft.fakes.SilentLog;
import io.cairn.spi.store.Bytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Changes files of a log behind its back. Opening either refuses, or finds what was written up to
 * some batch, and at least up to what an untouched record says was durable.
 */
final class WalFuzzTest {
  private static final int MUTATIONS = 60;

  static Stream<Long> seeds() {
    return RunSeeds.with(60);
  }

  /** A batch as written: where it is, what it says was durable, and the log once it is read. */
  private record Batch(
      String path, Position begin, Position end, Position durable, List<Entry> log, long term) {}

  @ParameterizedTest(name = "-Dcairn.seed={0}")
  @MethodSource("seeds")
  void changedFilesAreRefusedOrReadUpToTheChange(long seed) throws IOException {
    Random dice = new Random(seed);
    FakeDisk disk = new FakeDisk();
    LogScript script = new LogScript(dice, disk);
    for (int i = 0; i < 60; i++) {
      script.anything();
    }
    script.wal().sync();
    List<Batch> batches = batches(disk);

    int refused = 0;
    for (int i = 0; i < MUTATIONS; i++) {
      FakeDisk changed = disk.copy();
      Mutation mutation = mutate(dice, changed);
      try {
        check(open(changed), batches, mutation);
      } catch (IOException e) {
        assertThat(e).hasMessageContaining("wal/");
        refused++;
      }
    }

    assertThat(refused).isBetween(1, MUTATIONS - 1);
  }

  /** What was changed: a part of a file. */
  private record Mutation(String path, long from, long to) {
    boolean touches(Batch batch) {
      // The header alone carries the claim; a frame may be lost without it.
      return batch.path.equals(path)
          && from < batch.begin.offset() + WalFormat.BATCH_HEADER_BYTES
          && to > batch.begin.offset();
    }
  }

  private static Mutation mutate(Random dice, FakeDisk disk) {
    List<String> paths = disk.paths().stream().filter(p -> p.endsWith(".wal")).toList();
    String path = paths.get(dice.nextInt(paths.size()));
    byte[] bytes = disk.content(path);
    int at = dice.nextInt(bytes.length);
    int length = Math.min(bytes.length - at, 1 + dice.nextInt(600));
    switch (dice.nextInt(6)) {
      case 0 -> {
        bytes[at] ^= (byte) (1 << dice.nextInt(8));
        length = 1;
      }
      case 1 -> Arrays.fill(bytes, at, at + length, (byte) 0);
      case 2 -> {
        byte[] noise = new byte[length];
        dice.nextBytes(noise);
        System.arraycopy(noise, 0, bytes, at, length);
      }
      case 3 -> {
        byte[] other = disk.content(paths.get(dice.nextInt(paths.size())));
        System.arraycopy(other, dice.nextInt(other.length - length + 1), bytes, at, length);
      }
      case 4 -> {
        bytes = Arrays.copyOf(bytes, at);
        length = LogScript.OPTIONS.segmentBytes() - at;
      }
      default -> {
        // A write that went to another sector.
        at = at & -512;
        length = 512;
        System.arraycopy(bytes, dice.nextInt(bytes.length / 512) * 512, bytes, at, 512);
      }
    }
    disk.replace(path, bytes);
    return new Mutation(path, at, at + (long) length);
  }

  private static RecoveredLog open(FakeDisk disk) throws IOException {
    try (Wal wal =
        Wal.open(
            disk, LogScript.OPTIONS, LogScript.IDENTITY, new ManualLane(), new SilentLog(), 0)) {
      return wal.recovered();
    }
  }

  private static void check(RecoveredLog recovered, List<Batch> batches, Mutation mutation) {
    Position durable = Position.NOWHERE;
    for (Batch batch : batches) {
      if (!mutation.touches(batch) && batch.durable.compareTo(durable) > 0) {
        durable = batch.durable;
      }
    }
    List<Entry> found = List.copyOf(LogScript.found(recovered).entries.values());
    List<String> possible = new ArrayList<>();
    for (int i = 0; i <= batches.size(); i++) {
      boolean mustBeRead = i < batches.size() && batches.get(i).end.compareTo(durable) <= 0;
      List<Entry> log = i == 0 ? List.of() : batches.get(i - 1).log;
      long term = i == 0 ? 0 : batches.get(i - 1).term;
      if (!mustBeRead && log.equals(found) && recovered.hardState().term() == term) {
        return;
      }
      possible.add(log.size() + " in term " + term + (mustBeRead ? " (too few)" : ""));
    }
    throw new AssertionError(
        mutation + " made " + found.size() + " entries out of one of " + possible);
  }

  /** Reads the untouched log with the format alone, without recovery. */
  private static List<Batch> batches(FakeDisk disk) {
    List<Batch> batches = new ArrayList<>();
    TreeMap<Long, Entry> log = new TreeMap<>();
    long[] term = {0};
    for (String path : disk.paths()) {
      if (!path.endsWith(".wal")) {
        continue;
      }
      long sequence = Long.parseLong(path.substring(4, path.length() - 4), 16);
      ByteBuffer content = ByteBuffer.wrap(disk.content(path)).order(ByteOrder.LITTLE_ENDIAN);
      BatchReader reader =
          new BatchReader(WalFormat.salt(LogScript.IDENTITY, sequence), content, 0);
      int at = WalFormat.FIRST_BATCH;
      while (reader.isHeader(at)) {
        reader.read(
            at,
            (kind, format, flags, frameTerm, index, payload) -> {
              switch (kind) {
                case WalFormat.STATE -> term[0] = frameTerm;
                case WalFormat.BASE -> log.headMap(index, true).clear();
                case WalFormat.SNAPSHOT -> log.clear();
                case WalFormat.SEAL -> {}
                default -> {
                  log.tailMap(index, true).clear();
                  log.put(
                      index,
                      Entry.of(index, frameTerm, EntryKind.ofCode(kind), Bytes.copyOf(payload)));
                }
              }
            });
        batches.add(
            new Batch(
                path,
                new Position(sequence, at),
                new Position(sequence, reader.end(at)),
                reader.durable(at),
                List.copyOf(log.values()),
                term[0]));
        at = reader.end(at);
      }
    }
    return batches;
  }
}
