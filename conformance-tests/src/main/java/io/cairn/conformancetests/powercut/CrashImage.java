// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.powercut;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** Draws what a disk holds after a power cut at some moment, and writes it into a folder. */
final class CrashImage {
  private static final int SECTOR_BYTES = 512;

  /** What becomes of the changes of one file that are not durable. */
  private enum Fate {
    LOST,
    KEPT,
    /** Kept up to one of them, which may be torn. */
    KEPT_IN_ORDER,
    /** Each by itself kept, lost or torn. */
    AT_RANDOM
  }

  private final SplittableRandom random;
  private final long moment;

  CrashImage(SplittableRandom random, long moment) {
    this.random = random;
    this.moment = moment;
  }

  /** Writes the image into {@code folder}, which is empty. */
  void write(Recording recording, Path folder) throws IOException {
    Map<String, Recording.RecordedFile> names = names(recording.namings());
    // A file with two names, left by a renaming that was lost in part, has one content.
    Map<Recording.RecordedFile, byte[]> contents = new LinkedHashMap<>();
    for (Map.Entry<String, Recording.RecordedFile> entry : names.entrySet()) {
      Recording.RecordedFile file = entry.getValue();
      if (file.mapped && random.nextBoolean()) {
        continue;
      }
      byte[] content = contents.get(file);
      if (content == null) {
        content = file.mapped ? garbage(file) : content(file.changes);
        contents.put(file, content);
      }
      Files.write(folder.resolve(entry.getKey()), content);
    }
  }

  /** Changes of names keep their order: those that are durable, and some that follow. */
  private Map<String, Recording.RecordedFile> names(List<Recording.Naming> namings) {
    List<Recording.Naming> begun =
        namings.stream().filter(naming -> naming.begun < moment).toList();
    int durable = 0;
    for (int i = 0; i < begun.size(); i++) {
      if (begun.get(i).durable <= moment) {
        durable = i + 1;
      }
    }
    int kept = durable + random.nextInt(begun.size() - durable + 1);
    Map<String, Recording.RecordedFile> names = new TreeMap<>();
    for (Recording.Naming naming : begun.subList(0, kept)) {
      if (naming.removed != null) {
        names.remove(naming.removed);
      }
      if (naming.name != null && naming.file != null) {
        names.put(naming.name, naming.file);
      }
    }
    return names;
  }

  private byte[] garbage(Recording.RecordedFile file) {
    byte[] garbage = new byte[(int) file.size];
    random.nextBytes(garbage);
    return garbage;
  }

  private byte[] content(List<Recording.Change> changes) {
    Fate fate = Fate.values()[random.nextInt(Fate.values().length)];
    List<Recording.Change> pending =
        changes.stream()
            .filter(change -> change.begun < moment && change.durable > moment)
            .toList();
    int inOrder = random.nextInt(pending.size() + 1);
    Contents contents = new Contents();
    int seen = 0;
    for (Recording.Change change : changes) {
      if (change.begun >= moment) {
        break;
      }
      if (change.durable <= moment) {
        contents.take(change);
        continue;
      }
      switch (fate) {
        case LOST -> {}
        case KEPT -> contents.take(change);
        case KEPT_IN_ORDER -> {
          if (seen < inOrder) {
            contents.take(change);
          } else if (seen == inOrder) {
            contents.takeTorn(change, random);
          }
        }
        case AT_RANDOM -> {
          switch (random.nextInt(3)) {
            case 0 -> contents.take(change);
            case 1 -> contents.takeTorn(change, random);
            default -> {
              // Lost.
            }
          }
        }
      }
      seen++;
    }
    return contents.bytes();
  }

  /** The bytes of a file while changes are made to it. */
  private static final class Contents {
    private byte[] bytes = new byte[1 << 16];
    private int size;

    void take(Recording.Change change) {
      switch (change) {
        case Recording.Write write -> put(write.at, write.data, 0, write.data.length);
        case Recording.Resize resize -> {
          int to = (int) (resize.mayShrink ? resize.size : Math.max(size, resize.size));
          grow(to);
          if (to < size) {
            Arrays.fill(bytes, to, size, (byte) 0);
          }
          size = to;
        }
        case Recording.Naming _ -> throw new IllegalStateException("a file does not name itself");
      }
    }

    /** Takes some sectors of a write, perhaps the size without them, and no other change. */
    void takeTorn(Recording.Change change, SplittableRandom random) {
      if (!(change instanceof Recording.Write write)) {
        return;
      }
      if (random.nextBoolean()) {
        put(write.at + write.data.length, write.data, 0, 0);
      }
      for (int from = 0; from < write.data.length; ) {
        // Up to the next boundary within the file, not within the write.
        int length = (int) (SECTOR_BYTES - (write.at + from) % SECTOR_BYTES);
        int to = Math.min(write.data.length, from + length);
        if (random.nextBoolean()) {
          put(write.at, write.data, from, to);
        }
        from = to;
      }
    }

    private void put(long at, byte[] data, int from, int to) {
      int end = Math.toIntExact(at + to);
      grow(end);
      System.arraycopy(data, from, bytes, (int) at + from, to - from);
      size = Math.max(size, end);
    }

    private void grow(int to) {
      if (to > bytes.length) {
        bytes = Arrays.copyOf(bytes, Math.max(to, 2 * bytes.length));
      }
    }

    byte[] bytes() {
      return Arrays.copyOf(bytes, size);
    }
  }
}
