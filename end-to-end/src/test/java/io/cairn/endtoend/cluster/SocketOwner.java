// SPDX-License-Identifier: Apache-2.0
package io.cairn.endtoend.cluster;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.OptionalLong;

/**
 * Tells which process is at the other end of a TCP connection over loopback. Linux lists sockets
 * with their inodes, and the open files of every process.
 */
final class SocketOwner {
  private static final List<Path> TABLES =
      List.of(Path.of("/proc/net/tcp"), Path.of("/proc/net/tcp6"));

  private SocketOwner() {}

  /** The one of {@code pids} that owns the socket between those two ports, if it does still. */
  static OptionalLong pidOf(int itsPort, int ourPort, Collection<Long> pids) throws IOException {
    String inode = inode(itsPort, ourPort);
    return pids.stream().mapToLong(pid -> pid).filter(pid -> owns(pid, inode)).findFirst();
  }

  private static String inode(int itsPort, int ourPort) throws IOException {
    String local = String.format(":%04X", itsPort);
    String remote = String.format(":%04X", ourPort);
    for (Path table : TABLES) {
      for (String line : Files.readAllLines(table)) {
        // sl, local address, remote address, state, queues, timer, retransmits, uid, timeout, inode
        String[] fields = line.strip().split("\\s+", -1);
        if (fields.length > 9 && fields[1].endsWith(local) && fields[2].endsWith(remote)) {
          return fields[9];
        }
      }
    }
    return "none";
  }

  private static boolean owns(long pid, String inode) {
    Path wanted = Path.of("socket:[" + inode + "]");
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(Path.of("/proc", Long.toString(pid), "fd"))) {
      for (Path file : files) {
        if (isLink(file, wanted)) {
          return true;
        }
      }
      return false;
    } catch (IOException e) {
      return false; // The process has ended.
    }
  }

  private static boolean isLink(Path file, Path wanted) {
    try {
      return Files.readSymbolicLink(file).equals(wanted);
    } catch (IOException e) {
      return false; // Closed meanwhile.
    }
  }
}
