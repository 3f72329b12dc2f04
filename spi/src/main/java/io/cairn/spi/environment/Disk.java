// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.environment;

import java.io.IOException;
import java.util.List;

/**
 * A directory tree of a member (X5, X6). Paths are relative, with {@code /} between names.
 *
 * <p><b>Threads.</b> Any, but never one that may be interrupted: an interrupt closes files under
 * all their users. <b>Blocking.</b> Every method may block. <b>Failure.</b> {@link IOException},
 * whose message names the path.
 */
@ThreadSafe
public interface Disk {
  /** Opens an existing file for reading and writing. */
  DiskFile open(String path) throws IOException;

  /** Creates a file that does not exist yet. */
  DiskFile create(String path) throws IOException;

  /** Whether there is a file or directory of that name. */
  boolean exists(String path) throws IOException;

  /** Renames a file, replacing one that has the new name. */
  void rename(String from, String to) throws IOException;

  /** Removes a file or an empty directory; succeeds if there is none. */
  void remove(String path) throws IOException;

  /** Creates a directory and its parents where they are missing. */
  void createDirectories(String path) throws IOException;

  /** The names in a directory, sorted; empty if there is no such directory. */
  List<String> list(String directory) throws IOException;

  /** Makes the names in a directory durable. */
  void syncDirectory(String directory) throws IOException;

  /** Bytes that may still be written. */
  long freeBytes() throws IOException;
}
