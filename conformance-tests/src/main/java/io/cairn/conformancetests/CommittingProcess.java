// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests;

import io.cairn.conformancetests.report.CannotRunException;
import io.cairn.spi.storage.StorageBackend;
import io.cairn.spi.storage.StorageEngine;
import io.cairn.spi.storage.StorageException;
import io.cairn.spi.storage.StorageOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.SplittableRandom;

/**
 * A process that commits until it is killed, or ends at once after some barrier, before anything
 * that the engine may still be doing then. After each barrier it appends the number of the last
 * batch before it to a report, which outlives it.
 */
final class CommittingProcess {
  /** Little, so that an engine which writes when its memory is full does so between barriers. */
  private static final long MEMORY_BYTES_MAX = 1 << 20;

  /** What the process ends with after its last barrier. */
  static final int HALTED = 42;

  /** What it ends with if the directory is open in another engine. */
  static final int IN_USE = 43;

  private CommittingProcess() {}

  /**
   * Arguments: backend, directory, native directory, report, seed, after how many barriers to end
   * (or 0), and the backend's jars unless it is on the class path.
   */
  public static void main(String[] arguments) throws IOException, CannotRunException {
    endWithWhoeverStartedThis();
    Path directory = Path.of(arguments[1]);
    long seed = Long.parseLong(arguments[4]);
    int barriersLeft = Integer.parseInt(arguments[5]);
    SplittableRandom random = new SplittableRandom();
    try (StorageEngine engine =
            backend(arguments[0], List.of(arguments).subList(6, arguments.length))
                .open(
                    new StorageOptions(
                        directory, CrashBatches.TABLES, MEMORY_BYTES_MAX, Path.of(arguments[2])));
        FileChannel report =
            FileChannel.open(
                Path.of(arguments[3]), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      CrashBatches batches = new CrashBatches(seed);
      for (long number = CrashBatches.last(engine) + 1; ; number++) {
        engine.commit(batches.batch(number));
        boolean writesByItself = CrashBatches.isLarge(number - 1) && random.nextBoolean();
        if (writesByItself || random.nextInt(40) == 0) {
          engine.barrier();
          report.write(ByteBuffer.allocate(Long.BYTES).putLong(0, number));
          if (--barriersLeft == 0) {
            Runtime.getRuntime().halt(HALTED);
          }
        }
      }
    } catch (StorageException.InUse e) {
      Runtime.getRuntime().halt(IN_USE);
    }
  }

  /** Or else it would commit for ever when the tests are broken off. */
  private static void endWithWhoeverStartedThis() {
    Optional<ProcessHandle> parent = ProcessHandle.current().parent();
    if (parent.isPresent()) {
      var _ = parent.get().onExit().thenRun(() -> Runtime.getRuntime().halt(1));
    }
  }

  private static StorageBackend backend(String name, List<String> jars) throws CannotRunException {
    if (!jars.isEmpty()) {
      return StorageJars.open(jars).backend(name);
    }
    return ServiceLoader.load(StorageBackend.class).stream()
        .map(ServiceLoader.Provider::get)
        .filter(backend -> backend.descriptor().name().equals(name))
        .findAny()
        .orElseThrow(() -> new IllegalArgumentException("no storage backend '" + name + "'"));
  }
}
