// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.powercut;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.cairn.spi.storage.StorageBackend;
import io.cairn.spi.storage.StorageEngine;
import io.cairn.spi.storage.StorageOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ServiceLoader;
import java.util.SplittableRandom;

/**
 * The process that is recorded. It says before each commit and after each barrier which one that
 * is, by writing to a file, so that the record says it too.
 */
final class RecordedProcess {
  /** Little, so that an engine which writes when its memory is full does so between barriers. */
  private static final long MEMORY_BYTES_MAX = 1 << 20;

  private static final int COMMITS_PER_BARRIER = 15;
  private static final int COMMITS_PER_LIFE = 130;

  private RecordedProcess() {}

  /** Arguments: backend, directory, native directory, file for marks, seed, number of commits. */
  public static void main(String[] arguments) throws IOException {
    StorageOptions options =
        new StorageOptions(
            Path.of(arguments[1]), Workload.TABLES, MEMORY_BYTES_MAX, Path.of(arguments[2]));
    long seed = Long.parseLong(arguments[4]);
    int commits = Integer.parseInt(arguments[5]);
    Workload workload = new Workload(seed);
    SplittableRandom random = new SplittableRandom(seed);
    StorageBackend backend =
        PowerCuts.backend(arguments[0], ServiceLoader.load(StorageBackend.class));
    try (FileChannel marks =
        FileChannel.open(
            Path.of(arguments[3]), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      for (int done = 0; done < commits; ) {
        // Opened more than once: closing and opening write, too. Closing is no barrier, so what was
        // committed since the last one may have to be committed again.
        try (StorageEngine engine = backend.open(options)) {
          done = (int) Workload.content(engine).last();
          int end = Math.min(commits, done + COMMITS_PER_LIFE);
          while (done < end) {
            done++;
            mark(marks, Recording.COMMIT, done);
            engine.commit(workload.batch(done));
            if (random.nextInt(COMMITS_PER_BARRIER) == 0) {
              engine.barrier();
              mark(marks, Recording.BARRIER, done);
            }
          }
        }
      }
    }
  }

  private static void mark(FileChannel marks, String what, int number) throws IOException {
    ByteBuffer line = ByteBuffer.wrap("%s %d\n".formatted(what, number).getBytes(US_ASCII));
    while (line.hasRemaining()) {
      marks.write(line);
    }
  }
}
