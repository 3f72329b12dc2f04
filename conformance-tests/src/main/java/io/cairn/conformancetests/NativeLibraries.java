// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests;

import java.nio.file.Path;

/**
 * One directory for native libraries in a JVM. A library stays loaded for as long as the JVM lives,
 * so it cannot live in the directory of one test.
 */
public final class NativeLibraries {
  private static final Path DIRECTORY = TemporaryFolders.create("cairn-natives");

  private NativeLibraries() {}

  /** The directory, which goes with the JVM. */
  public static Path directory() {
    return DIRECTORY;
  }
}
