// SPDX-License-Identifier: Apache-2.0
package io.cairn.backendlmdb;

import io.cairn.spi.environment.InvariantViolation;
import io.cairn.spi.storage.StorageException;
import io.cairn.spi.storage.files.NativeLibrary;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The native library: taken from {@code java.library.path} if it is there under the name that it
 * has in its jar, otherwise unpacked once into a directory of the member.
 */
final class LmdbLibrary {
  private static final String PACKED = "org/lmdbjava/native/";

  private static @Nullable SymbolLookup symbols;

  private LmdbLibrary() {}

  /** Loads the library unless that has been done. */
  @SuppressWarnings("restricted") // loading a library is what this class is for
  static synchronized void load(Path nativeDirectory) {
    if (symbols != null) {
      return;
    }
    try {
      Optional<Path> installed = NativeLibrary.findInstalled(name());
      Path library = installed.isPresent() ? installed.get() : unpacked(nativeDirectory);
      symbols = SymbolLookup.libraryLookup(library, Arena.global());
    } catch (IOException | IllegalArgumentException e) {
      throw new StorageException.Failed(
          "cannot load LMDB's native library, unpacked in '"
              + nativeDirectory
              + "': "
              + e.getMessage(),
          e);
    }
  }

  /** What the loaded library offers. */
  static synchronized SymbolLookup symbols() {
    SymbolLookup loaded = symbols;
    if (loaded == null) {
      throw new InvariantViolation("LMDB is used before its library is loaded");
    }
    return loaded;
  }

  /** The library's file, which is there when this returns. */
  static Path unpacked(Path nativeDirectory) throws IOException {
    String name = name();
    URL packed = LmdbLibrary.class.getClassLoader().getResource(PACKED + name);
    if (packed == null) {
      throw new IOException("there is no library '" + name + "' among the natives of LMDB");
    }
    return NativeLibrary.unpacked(packed, nativeDirectory, "lmdb", name);
  }

  /** What the library for this platform is called in the jar. */
  private static String name() throws IOException {
    String system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    String arch =
        switch (System.getProperty("os.arch", "")) {
          case "amd64", "x86_64" -> "x86_64";
          case "aarch64" -> "aarch64";
          default ->
              throw new IOException(
                  "LMDB has no library for the processor '" + System.getProperty("os.arch") + "'");
        };
    if (system.startsWith("linux")) {
      boolean musl = Files.exists(Path.of("/lib/ld-musl-" + arch + ".so.1"));
      return arch + (musl ? "-linux-musl.so" : "-linux-gnu.so");
    }
    if (system.startsWith("mac")) {
      return arch + "-macos-none.so";
    }
    // Elsewhere LMDB makes the file as large as the map, which is not bearable with a map like
    // ours.
    throw new IOException("the LMDB backend runs on Linux and macOS, not on '" + system + "'");
  }
}
