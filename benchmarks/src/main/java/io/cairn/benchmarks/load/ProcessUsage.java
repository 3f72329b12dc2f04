// SPDX-License-Identifier: Apache-2.0
package io.cairn.benchmarks.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What processes have used so far, as Linux tells. */
public final class ProcessUsage {
  // What the kernel shows to programs, whatever it counts in itself.
  private static final double TICKS_PER_SECOND = 100;
  private static final double KILOBYTES_PER_MEGABYTE = 1024;

  private ProcessUsage() {}

  /** CPU seconds, user and system together, of all of {@code pids}. */
  public static double cpuSeconds(List<Long> pids) throws IOException {
    double seconds = 0;
    for (long pid : pids) {
      String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
      // The name in parentheses may hold spaces; what follows it is numbered from field 3.
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      seconds += (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS_PER_SECOND;
    }
    return seconds;
  }

  /** Megabytes of memory that all of {@code pids} occupy, files mapped into it included. */
  public static double residentMegabytes(List<Long> pids) throws IOException {
    return megabytes(pids, "VmRSS:");
  }

  /** The most that {@link #residentMegabytes} has been for each of {@code pids}. */
  public static double residentMegabytesMax(List<Long> pids) throws IOException {
    return megabytes(pids, "VmHWM:");
  }

  private static double megabytes(List<Long> pids, String field) throws IOException {
    double megabytes = 0;
    for (long pid : pids) {
      for (String line : Files.readAllLines(Path.of("/proc", Long.toString(pid), "status"))) {
        if (line.startsWith(field)) {
          String kilobytes = line.substring(field.length()).replace("kB", "").strip();
          megabytes += Long.parseLong(kilobytes) / KILOBYTES_PER_MEGABYTE;
        }
      }
    }
    return megabytes;
  }
}
