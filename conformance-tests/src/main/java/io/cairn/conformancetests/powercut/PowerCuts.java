// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.powercut;

import io.cairn.conformancetests.NativeLibraries;
import io.cairn.spi.storage.StorageBackend;
import io.cairn.spi.storage.StorageEngine;
import io.cairn.spi.storage.StorageException;
import io.cairn.spi.storage.StorageOptions;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Records one life of an engine and opens images of power cuts during it.
 *
 * <p>Needs {@code strace} and the right to trace, and a backend that {@link ServiceLoader} finds.
 */
public final class PowerCuts {
  private static final long RECORDING_SECONDS_MAX = 300;
  private static final long MEMORY_BYTES_MAX = 4 << 20;
  private static final int FAILURES_KEPT = 5;
  private static final String CALLS =
      "open,openat,creat,close,dup,dup2,dup3,write,writev,pwrite64,pwritev,pwritev2,lseek,fsync,"
          + "fdatasync,sync_file_range,truncate,ftruncate,fallocate,rename,renameat,renameat2,"
          + "unlink,unlinkat,mkdir,mkdirat,link,linkat,symlink,symlinkat,mmap,sendfile,"
          + "copy_file_range";

  /**
   * What came of it.
   *
   * @param images opened
   * @param moments different ones among them
   * @param contents different ones that were found
   * @param lossy images that had lost commits, as they may
   * @param mappedFiles which files were left out of images or filled with garbage
   * @param recorded counts of the recording
   * @param failures what was wrong, a line per image
   */
  public record Report(
      int images,
      int moments,
      int contents,
      int lossy,
      List<String> mappedFiles,
      Map<String, Long> recorded,
      List<String> failures) {}

  private final StorageBackend backend;
  private final Path scratch;
  private final long seed;
  private final int commits;

  /**
   * Power cuts for {@code backend}.
   *
   * @param scratch an empty folder; images that fail are left there
   * @param seed decides what is committed and which images are drawn of a recording, though not
   *     when threads of the engine run, so two recordings differ
   */
  public PowerCuts(StorageBackend backend, Path scratch, long seed, int commits) {
    this.backend = backend;
    this.scratch = scratch;
    this.seed = seed;
    this.commits = commits;
  }

  /** Whether this machine can record. */
  public static boolean areAvailable() {
    try {
      return run(List.of("strace", "-f", "-qq", "-e", "trace=close", "true"), null) == 0;
    } catch (IOException e) {
      return false; // It is not installed.
    }
  }

  /** Records once, and opens {@code images} images. */
  public Report run(int images) throws IOException {
    Recording recording = record();
    List<Workload.Content> expected = new Workload(seed).contents(commits + 1);
    SplittableRandom random = new SplittableRandom(seed);
    Set<Long> moments = new TreeSet<>();
    Set<Long> contents = new TreeSet<>();
    List<String> failures = new ArrayList<>();
    int lossy = 0;
    for (int i = 0; i < images; i++) {
      long moment = random.nextLong(recording.firstMoment(), recording.lastMoment() + 1);
      moments.add(moment);
      long draw = random.nextLong();
      int covered = recording.coveredCommits(moment);
      int begun = recording.begunCommits(moment);
      Path image = write(recording, moment, draw, "image-" + i);
      Workload.Content found = null;
      String wrong;
      try {
        found = open(image);
        wrong = judge(found, expected, covered, begun);
        if (wrong == null) {
          wrong = goOn(image, found, expected);
        }
      } catch (StorageException | IllegalStateException e) {
        wrong = e.toString();
      }
      if (found != null) {
        contents.add(found.last());
        lossy += found.last() < begun ? 1 : 0;
      }
      delete(image);
      if (wrong != null) {
        // As it was before it was opened.
        Path kept =
            failures.size() < FAILURES_KEPT
                ? write(recording, moment, draw, "wrong-" + i)
                : Path.of("not kept");
        failures.add(
            "%s, at moment %d, with %d commits begun and %d covered by a barrier: %s"
                .formatted(kept, moment, begun, covered, wrong));
      }
    }
    return new Report(
        images,
        moments.size(),
        contents.size(),
        lossy,
        recording.mappedFiles(),
        recording.figures(),
        List.copyOf(failures));
  }

  private Path write(Recording recording, long moment, long draw, String name) throws IOException {
    Path folder = Files.createDirectory(scratch.resolve(name));
    new CrashImage(new SplittableRandom(draw), moment).write(recording, folder);
    return folder;
  }

  private static @Nullable String judge(
      Workload.Content found, List<Workload.Content> expected, int covered, int begun) {
    if (found.last() < covered || found.last() > begun) {
      return "it holds the commits up to " + found.last();
    }
    return found.equals(expected.get((int) found.last()))
        ? null
        : "the content is not that after commit " + found.last();
  }

  private Workload.Content open(Path folder) throws IOException {
    try (StorageEngine engine = engine(folder)) {
      return Workload.content(engine);
    }
  }

  /** What was lost is committed again, as the log would do it, and is still there afterwards. */
  private @Nullable String goOn(
      Path folder, Workload.Content found, List<Workload.Content> expected) throws IOException {
    long next = found.last() + 1;
    try (StorageEngine engine = engine(folder)) {
      engine.commit(new Workload(seed).batch(next));
      engine.barrier();
    }
    return open(folder).equals(expected.get((int) next)) ? null : "it does not go on from there";
  }

  private StorageEngine engine(Path folder) throws IOException {
    return backend.open(
        new StorageOptions(folder, Workload.TABLES, MEMORY_BYTES_MAX, NativeLibraries.directory()));
  }

  private Recording record() throws IOException {
    Path directory = Files.createDirectory(scratch.resolve("recorded")).toRealPath();
    Path marks = scratch.toRealPath().resolve("marks");
    Path record = scratch.resolve("record");
    Path output = scratch.resolve("output");
    List<String> command = new ArrayList<>();
    command.addAll(List.of("strace", "-f", "--seccomp-bpf", "-qq", "-xx", "-s", "33554432"));
    command.addAll(List.of("-e", "signal=none", "-e", "trace=" + CALLS));
    command.addAll(List.of("-o", record.toString()));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // What lets a backend load its library here lets it there.
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> argument.matches("--(enable-native|add-opens|sun-misc).*"))
        .forEach(command::add);
    command.addAll(
        List.of(
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            RecordedProcess.class.getName(),
            backend.descriptor().name(),
            directory.toString(),
            NativeLibraries.directory().toString(),
            marks.toString(),
            Long.toString(seed),
            Integer.toString(commits)));
    if (run(command, output) != 0) {
      throw new IOException("the recorded process failed: " + Files.readString(output));
    }
    Recording recording = Recording.read(record, directory, marks);
    if (recording.begunCommits(recording.lastMoment()) != commits) {
      throw new IOException("the record does not show " + commits + " commits");
    }
    Files.delete(record);
    delete(directory);
    return recording;
  }

  private static int run(List<String> command, @Nullable Path output) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    Process process =
        (output == null
                ? builder.redirectOutput(ProcessBuilder.Redirect.DISCARD)
                : builder.redirectOutput(output.toFile()))
            .start();
    try {
      if (!process.waitFor(RECORDING_SECONDS_MAX, TimeUnit.SECONDS)) {
        throw new IOException("'" + command.getFirst() + "' does not end");
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while a process was recorded", e);
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      var _ = process.destroyForcibly();
    }
  }

  static StorageBackend backend(String name, Iterable<StorageBackend> all) {
    for (StorageBackend backend : all) {
      if (backend.descriptor().name().equals(name)) {
        return backend;
      }
    }
    throw new IllegalArgumentException("no storage backend '" + name + "'");
  }

  private static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
