// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.powercut;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What images of a record written by hand hold. {@code D} stands for the directory. */
final class CrashImageTest {
  private static final int DRAWS = 200;

  @TempDir Path scratch;

  private final List<String> lines = new ArrayList<>();

  @Test
  void syncedBytesAreInEveryImageAndOthersInSome() throws IOException {
    record(
        "1 openat(AT_FDCWD, 'D/a', O_RDWR|O_CREAT, 0600) = 7",
        "1 openat(AT_FDCWD, 'D', O_RDONLY) = 8",
        "1 fsync(8) = 0",
        "1 write(7, 'one', 3) = 3",
        "1 fdatasync(7) = 0",
        "1 pwrite64(7, 'two', 3, 3) = 3");

    assertThat(images(7)).containsExactlyInAnyOrder("a=one", "a=onetwo", "a=one\0\0\0");
  }

  /** A write of three bytes can be torn only where a sector ends. */
  @Test
  void writesAreTornAtSectors() throws IOException {
    record(
        "1 openat(AT_FDCWD, 'D/a', O_RDWR|O_CREAT, 0600) = 7",
        "1 openat(AT_FDCWD, 'D', O_RDONLY) = 8",
        "1 fsync(8) = 0",
        "1 ftruncate(7, 520) = 0",
        "1 fsync(7) = 0",
        "1 pwrite64(7, 'four', 4, 510) = 4");

    assertThat(images(7).stream().map(image -> image.substring(image.length() - 10)).toList())
        .containsExactlyInAnyOrder(
            "\0".repeat(10),
            "four" + "\0".repeat(6),
            "fo" + "\0".repeat(8),
            "\0\0ur" + "\0".repeat(6));
  }

  @Test
  void writeThatWasUnderWayWhenTheSyncBeganIsNotCovered() throws IOException {
    record(
        "1 openat(AT_FDCWD, 'D/a', O_RDWR|O_CREAT, 0600) = 7",
        "1 openat(AT_FDCWD, 'D', O_RDONLY) = 8",
        "1 fsync(8) = 0",
        "1 write(7, 'x', 1 <unfinished ...>",
        "2 fsync(7 <unfinished ...>",
        "1 <... write resumed>) = 1",
        "2 <... fsync resumed>) = 0");

    assertThat(images(8)).containsExactlyInAnyOrder("a=", "a=x", "a=\0");
  }

  @Test
  void syncedWhenWrittenIsDurableByItself() throws IOException {
    record(
        "1 openat(AT_FDCWD, 'D/a', O_RDWR|O_CREAT, 0600) = 7",
        "1 openat(AT_FDCWD, 'D', O_RDONLY) = 8",
        "1 fsync(8) = 0",
        "1 openat(AT_FDCWD, 'D/a', O_WRONLY|O_DSYNC) = 9",
        "1 pwrite64(9, 'meta', 4, 0) = 4");

    assertThat(images(6)).containsExactly("a=meta");
  }

  @Test
  void namesAreLostFromTheEndUntilTheDirectoryIsSynced() throws IOException {
    record(
        "1 openat(AT_FDCWD, 'D/a', O_RDWR|O_CREAT, 0600) = 7",
        "1 openat(AT_FDCWD, 'D/b.tmp', O_RDWR|O_CREAT, 0600) = 8",
        "1 rename('D/b.tmp', 'D/b') = 0",
        "1 unlink('D/a') = 0");

    assertThat(images(5)).containsExactlyInAnyOrder("", "a=", "a= b.tmp=", "a= b=", "b=");
  }

  /** Another thread may get the number of a descriptor before the call that closed it has ended. */
  @Test
  void descriptorIsFreeWhenItsClosingHasBegun() throws IOException {
    record(
        "1 openat(AT_FDCWD, 'D/a', O_RDWR|O_CREAT, 0600) = 7",
        "1 close(7 <unfinished ...>",
        "2 openat(AT_FDCWD, 'D/b', O_RDWR|O_CREAT, 0600) = 7",
        "1 <... close resumed>) = 0",
        "2 write(7, 'x', 1) = 1",
        "2 fsync(7) = 0",
        "2 openat(AT_FDCWD, 'D', O_RDONLY) = 8",
        "2 fsync(8) = 0");

    assertThat(images(9)).containsExactly("a= b=x");
  }

  @Test
  void filesMappedForWritingAreMissingOrGarbage() throws IOException {
    record(
        "1 openat(AT_FDCWD, 'D/shm', O_RDWR|O_CREAT, 0600) = 7",
        "1 openat(AT_FDCWD, 'D', O_RDONLY) = 8",
        "1 fsync(8) = 0",
        "1 ftruncate(7, 1) = 0",
        "1 fsync(7) = 0",
        "1 mmap(NULL, 1, PROT_READ|PROT_WRITE, MAP_SHARED, 7, 0) = 0x7f0000000000");

    assertThat(images(7)).contains("").hasSizeGreaterThan(20);
  }

  @Test
  void marksSayWhatHadBegunAndWhatWasCovered() throws IOException {
    record(
        "1 openat(AT_FDCWD, 'M', O_WRONLY|O_CREAT, 0600) = 9",
        "1 write(9, 'commit 1\n', 9) = 9",
        "1 write(9, 'barrier 1\n', 10) = 10",
        "1 write(9, 'commit 2\n', 9) = 9",
        "1 write(9, 'commit 1\n', 9) = 9");
    Recording recording = recording();

    assertThat(recording.begunCommits(2)).isZero();
    assertThat(recording.begunCommits(3)).isEqualTo(1);
    assertThat(recording.coveredCommits(3)).isZero();
    assertThat(recording.coveredCommits(4)).isEqualTo(1);
    assertThat(recording.begunCommits(9)).isEqualTo(2);
  }

  @Test
  void callThatIsNotFollowedIsNotPassedOver() {
    record(
        "1 openat(AT_FDCWD, 'D/a', O_RDWR|O_CREAT, 0600) = 7",
        "1 copy_file_range(7, NULL, 8, NULL, 1, 0) = 1");

    assertThatThrownBy(this::recording).hasMessageContaining("copy_file_range");
  }

  private void record(String... calls) {
    lines.addAll(List.of(calls));
  }

  /** All images that are drawn at a moment, each as its names and contents. */
  private Set<String> images(long moment) throws IOException {
    Recording recording = recording();
    SplittableRandom random = new SplittableRandom(1);
    Set<String> images = new LinkedHashSet<>();
    for (int i = 0; i < DRAWS; i++) {
      Path folder = Files.createDirectory(scratch.resolve("image-" + i));
      new CrashImage(random.split(), moment).write(recording, folder);
      TreeMap<String, String> files = new TreeMap<>();
      try (Stream<Path> written = Files.list(folder)) {
        for (Path file : written.toList()) {
          files.put(
              String.valueOf(file.getFileName()), new String(Files.readAllBytes(file), US_ASCII));
        }
      }
      images.add(
          String.join(
              " ", files.entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).toList()));
    }
    return images;
  }

  private Recording recording() throws IOException {
    Path directory = scratch.resolve("D");
    Path marks = scratch.resolve("M");
    List<String> text = new ArrayList<>();
    for (String line : lines) {
      StringBuilder shown = new StringBuilder();
      String[] parts = line.split("'", -1);
      for (int i = 0; i < parts.length; i++) {
        if (i % 2 == 0) {
          shown.append(parts[i]);
          continue;
        }
        String quoted =
            parts[i].equals("M")
                ? marks.toString()
                : parts[i].matches("D(/.*)?") ? directory + parts[i].substring(1) : parts[i];
        shown.append('"');
        quoted.chars().forEach(c -> shown.append("\\x%02x".formatted(c)));
        shown.append('"');
      }
      text.add(shown.toString());
    }
    Path record = scratch.resolve("record");
    Files.write(record, text);
    return Recording.read(record, directory, marks);
  }
}
