// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.directory;

import io.cairn.spi.environment.Disk;
import io.cairn.spi.environment.ThreadSafe;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What {@code member} holds of engines: their folders, the files beside them, and CURRENT. */
@ThreadSafe
final class EngineListing {
  /** Ends the name of the file that says that a received state is complete. */
  static final String COMPLETE = ".complete";

  /** Ends the name of the file that says that the folder is of another backend than the member. */
  static final String MIGRATING = ".migrating";

  /** Ends the name of the folder itself. */
  static final String FOLDER = "";

  private static final String CURRENT = MemberDirectory.MEMBER + "/CURRENT";
  private static final String PREFIX = "engine-";
  private static final String BACKEND = "backend ";

  private final Disk disk;

  EngineListing(Disk disk) {
    this.disk = disk;
  }

  /**
   * What CURRENT says.
   *
   * @param number the engine in use
   * @param backend whose it is, if FORMAT may still name another one; null otherwise
   */
  record Current(long number, @Nullable String backend) {}

  boolean hasCurrent() throws IOException {
    return disk.exists(CURRENT);
  }

  Current readCurrent() throws IOException {
    List<String> lines = SmallFile.read(disk, CURRENT).strip().lines().toList();
    String name = lines.isEmpty() ? "" : lines.getFirst();
    if (!name.matches(PREFIX + "[0-9]{1,18}")) {
      throw damaged(CURRENT, "'" + name + "' does not name an engine");
    }
    String backend = null;
    if (lines.size() > 1) {
      if (lines.size() > 2 || !lines.getLast().matches(BACKEND + "[a-z0-9-]+")) {
        throw damaged(CURRENT, "'" + lines.getLast() + "' does not name a backend");
      }
      backend = lines.getLast().substring(BACKEND.length());
    }
    return new Current(Long.parseLong(name.substring(PREFIX.length())), backend);
  }

  void replaceCurrent(Current current) throws IOException {
    String backend = current.backend() == null ? "" : BACKEND + current.backend() + "\n";
    SmallFile.replace(disk, CURRENT, PREFIX + current.number() + "\n" + backend);
  }

  /** The numbers of the engines for which there is a name with that end, ascending. */
  List<Long> list(String suffix) throws IOException {
    List<Long> numbers = new ArrayList<>();
    for (String name : disk.list(MemberDirectory.MEMBER)) {
      if (name.startsWith(PREFIX) && name.endsWith(suffix)) {
        String number = name.substring(PREFIX.length(), name.length() - suffix.length());
        if (number.matches("[0-9]{1,18}")) {
          numbers.add(Long.parseLong(number));
        }
      }
    }
    numbers.sort(null);
    return numbers;
  }

  /** Makes the folder of an engine and returns its path. */
  String make(long number) throws IOException {
    disk.createDirectories(folder(number));
    sync();
    return folder(number);
  }

  void removeFolder(long number) throws IOException {
    remove(folder(number));
    sync();
  }

  /** Removes a copy for another backend that never came into use. */
  void discardMigrated(long current) throws IOException {
    for (long number : list(MIGRATING)) {
      if (number > current) {
        removeFolder(number);
      }
      // Last, so that a folder of the wrong backend never lies there without it.
      disk.remove(folder(number) + MIGRATING);
    }
  }

  void sync() throws IOException {
    disk.syncDirectory(MemberDirectory.MEMBER);
  }

  /** Removes a file, or a folder with everything in it. */
  void remove(String path) throws IOException {
    for (String name : disk.list(path)) {
      remove(path + "/" + name);
    }
    disk.remove(path);
  }

  static String folder(long number) {
    return MemberDirectory.MEMBER + "/" + PREFIX + number;
  }

  static IllegalStateException damaged(String path, String what) {
    return new IllegalStateException(
        ("the file '%s' is damaged: %s. Restore the directory from a backup, or remove the member"
                + " and add it anew")
            .formatted(path, what));
  }
}
