// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.powercut;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a recorded process did to the files of one directory, and from when on it is durable.
 *
 * <p>Moments are line numbers of the record. A change is durable from the end of the first sync
 * that began after the change had ended.
 */
final class Recording {
  /** Begins the mark before a commit. */
  static final String COMMIT = "commit";

  /** Begins the mark after a barrier. */
  static final String BARRIER = "barrier";

  private static final long NEVER = Long.MAX_VALUE;
  private static final Set<String> OPENS = new TreeSet<>(List.of("open", "openat", "creat"));
  private static final Set<String> WRITES =
      new TreeSet<>(List.of("write", "writev", "pwrite64", "pwritev", "pwritev2"));

  /** A change of a file or of the directory. */
  abstract static sealed class Change {
    final long begun;
    final long ended;
    long durable = NEVER;

    private Change(SystemCall call) {
      this.begun = call.begun();
      this.ended = call.ended();
    }
  }

  /** Bytes at a place of a file. */
  static final class Write extends Change {
    final long at;
    final byte[] data;

    private Write(SystemCall call, long at, byte[] data) {
      super(call);
      this.at = at;
      this.data = data;
    }
  }

  /** Another size of a file: what is missing are zeros. */
  static final class Resize extends Change {
    final long size;
    final boolean mayShrink;

    private Resize(SystemCall call, long size, boolean mayShrink) {
      super(call);
      this.size = size;
      this.mayShrink = mayShrink;
    }
  }

  /** A name gets a file, or loses it; renaming does both at once. */
  static final class Naming extends Change {
    final @Nullable String removed;
    final @Nullable String name;
    final @Nullable RecordedFile file;

    private Naming(
        SystemCall call,
        @Nullable String removed,
        @Nullable String name,
        @Nullable RecordedFile file) {
      super(call);
      this.removed = removed;
      this.name = name;
      this.file = file;
    }
  }

  /** A file, whatever its name is. */
  static final class RecordedFile {
    final List<Change> changes = new ArrayList<>();
    boolean mapped;
    long size;

    private void resized(SystemCall call, long to, boolean mayShrink) {
      changes.add(new Resize(call, to, mayShrink));
      size = mayShrink ? to : Math.max(size, to);
    }
  }

  /** An open file, or the directory if {@code file} is null. */
  private static final class Descriptor {
    final @Nullable RecordedFile file;
    final boolean appends;
    final boolean syncs;
    long position;

    Descriptor(@Nullable RecordedFile file, boolean appends, boolean syncs) {
      this.file = file;
      this.appends = appends;
      this.syncs = syncs;
    }
  }

  private final Path directory;
  private final Path marks;
  private final Map<Long, Descriptor> descriptors = new TreeMap<>();
  private final Map<String, RecordedFile> names = new TreeMap<>();
  private final List<Naming> namings = new ArrayList<>();
  private final NavigableMap<Long, Integer> commits = new TreeMap<>();
  private final NavigableMap<Long, Integer> barriers = new TreeMap<>();
  private final Set<String> mapped = new TreeSet<>();
  private long marksDescriptor = -1;
  private long firstChange = NEVER;
  private long lines;

  private Recording(Path directory, Path marks) {
    this.directory = directory;
    this.marks = marks;
  }

  /** Reads what {@code record} tells of {@code directory}, which was empty. */
  static Recording read(Path record, Path directory, Path marks) throws IOException {
    Recording recording = new Recording(directory, marks);
    recording.lines = SystemCall.readAll(record, recording::take);
    return recording;
  }

  /** The moment of the first change. */
  long firstMoment() {
    return firstChange;
  }

  /** The last moment. */
  long lastMoment() {
    return lines + 1;
  }

  /** The highest number of a commit that had begun before {@code moment}. */
  int begunCommits(long moment) {
    return lastBefore(commits, moment);
  }

  /** The number of the last commit before the last barrier that had ended before {@code moment}. */
  int coveredCommits(long moment) {
    return lastBefore(barriers, moment);
  }

  private static int lastBefore(NavigableMap<Long, Integer> marks, long moment) {
    Map.Entry<Long, Integer> last = marks.lowerEntry(moment);
    return last == null ? 0 : last.getValue();
  }

  /** All changes of names, in order. */
  List<Naming> namings() {
    return namings;
  }

  /** The names of files that were mapped for writing, sorted. */
  List<String> mappedFiles() {
    return List.copyOf(mapped);
  }

  private void take(SystemCall call) {
    if (call.name().equals("close")) {
      // Whatever it says, the number is free from now on.
      descriptors.remove(call.number(0));
      return;
    }
    if (call.result() < 0) {
      return;
    }
    int before = namings.size();
    if (OPENS.contains(call.name())) {
      opened(call);
    } else if (call.name().startsWith("rename")) {
      renamed(call);
    } else if (call.name().startsWith("unlink")) {
      unlinked(call);
    } else if (Set.of("mkdir", "mkdirat", "link", "linkat", "symlink", "symlinkat", "truncate")
        .contains(call.name())) {
      for (int i = 0; i < call.quoted().size(); i++) {
        if (nameOf(call.path(i)) != null) {
          throw new IllegalStateException("the recording does not follow " + call.name());
        }
      }
    } else {
      used(call);
    }
    if (namings.size() > before) {
      firstChange = Math.min(firstChange, call.begun());
    }
  }

  private void opened(SystemCall call) {
    descriptors.remove(call.result());
    Path path = call.path(0);
    if (path.equals(marks)) {
      marksDescriptor = call.result();
    } else if (path.equals(directory)) {
      descriptors.put(call.result(), new Descriptor(null, false, false));
    }
    String name = nameOf(path);
    if (name == null) {
      return;
    }
    RecordedFile file = names.get(name);
    if (file == null) {
      if (!call.says("O_CREAT") && !call.name().equals("creat")) {
        return; // A special file that lies there already would have been missed otherwise.
      }
      file = new RecordedFile();
      names.put(name, file);
      namings.add(new Naming(call, null, name, file));
    } else if ((call.says("O_TRUNC") || call.name().equals("creat")) && file.size > 0) {
      file.resized(call, 0, true);
    }
    descriptors.put(
        call.result(),
        new Descriptor(file, call.says("O_APPEND"), call.says("O_DSYNC") || call.says("O_SYNC")));
  }

  private void renamed(SystemCall call) {
    String from = nameOf(call.path(0));
    String to = nameOf(call.path(1));
    if (from == null && to == null) {
      return;
    }
    RecordedFile file = from == null ? null : names.remove(from);
    if (file == null || to == null) {
      throw new IllegalStateException("a file was moved into the directory or out of it");
    }
    names.put(to, file);
    namings.add(new Naming(call, from, to, file));
  }

  private void unlinked(SystemCall call) {
    String name = nameOf(call.path(0));
    if (name != null && names.remove(name) != null) {
      namings.add(new Naming(call, name, null, null));
    }
  }

  private void used(SystemCall call) {
    boolean maps = call.name().equals("mmap");
    int position = maps ? 4 : 0;
    if (call.plain().size() <= position || !call.plain().get(position).matches("[0-9]+")) {
      return;
    }
    long number = call.number(position);
    if (number == marksDescriptor && WRITES.contains(call.name())) {
      marked(call);
      return;
    }
    Descriptor descriptor = descriptors.get(number);
    if (descriptor == null) {
      return;
    }
    if (call.name().equals("dup") || call.name().equals("dup2") || call.name().equals("dup3")) {
      descriptors.put(call.result(), descriptor);
      return;
    }
    RecordedFile file = descriptor.file;
    if (file == null) {
      if (call.name().equals("fsync") || call.name().equals("fdatasync")) {
        sync(namings, call);
      }
      return;
    }
    switch (call.name()) {
      case "write", "writev", "pwrite64", "pwritev", "pwritev2" -> written(call, descriptor, file);
      case "lseek" -> descriptor.position = call.result();
      case "fsync", "fdatasync" -> sync(file.changes, call);
      case "ftruncate" -> file.resized(call, call.numberFromEnd(0), true);
      case "fallocate" -> {
        if (!call.says("FALLOC_FL_KEEP_SIZE")) {
          file.resized(call, call.numberFromEnd(1) + call.numberFromEnd(0), false);
        }
      }
      case "mmap" -> {
        if (call.says("PROT_WRITE") && call.says("MAP_SHARED")) {
          file.mapped = true;
          names.forEach((name, named) -> {
            if (named == file) {
              mapped.add(name);
            }
          });
        }
      }
      case "sync_file_range" -> {
        // Promises nothing after a power cut.
      }
      default -> throw new IllegalStateException("the recording does not follow " + call.name());
    }
  }

  private static void written(SystemCall call, Descriptor descriptor, RecordedFile file) {
    boolean placed = call.name().startsWith("p");
    byte[] data = call.data();
    if (call.result() != data.length) {
      throw new IllegalStateException(
          "%d bytes were written and %d recorded".formatted(call.result(), data.length));
    }
    long at = descriptor.appends ? file.size : descriptor.position;
    if (placed) {
      at = call.numberFromEnd(call.name().equals("pwritev2") ? 1 : 0);
    }
    Write write = new Write(call, at, data);
    if (descriptor.syncs) {
      write.durable = call.ended();
    }
    file.changes.add(write);
    file.size = Math.max(file.size, at + data.length);
    if (!placed) {
      descriptor.position = at + data.length;
    }
  }

  private static void sync(List<? extends Change> changes, SystemCall call) {
    for (Change change : changes) {
      if (change.ended <= call.begun()) {
        change.durable = Math.min(change.durable, call.ended());
      }
    }
  }

  private void marked(SystemCall call) {
    String[] words = new String(call.data(), US_ASCII).strip().split(" ", 2);
    NavigableMap<Long, Integer> marks = words[0].equals(COMMIT) ? commits : barriers;
    // After closing without a barrier commits are made again; they have begun before, though.
    marks.put(call.begun(), Math.max(lastBefore(marks, NEVER), Integer.parseInt(words[1])));
  }

  /** The name within the directory; null for everything elsewhere. */
  private @Nullable String nameOf(Path path) {
    if (path.startsWith(directory) && path.getNameCount() > directory.getNameCount() + 1) {
      throw new IllegalStateException("the recording does not follow folders such as " + path);
    }
    return directory.equals(path.getParent()) ? path.getFileName().toString() : null;
  }

  /** Counts what was recorded. */
  Map<String, Long> figures() {
    Map<String, Long> figures = new LinkedHashMap<>();
    Set<RecordedFile> files = new LinkedHashSet<>();
    namings.forEach(naming -> {
      if (naming.file != null) {
        files.add(naming.file);
      }
    });
    figures.put("files", (long) files.size());
    figures.put("changes", files.stream().mapToLong(file -> file.changes.size()).sum());
    figures.put("namings", (long) namings.size());
    figures.put("commits", (long) commits.size());
    figures.put("barriers", (long) barriers.size());
    return figures;
  }
}
