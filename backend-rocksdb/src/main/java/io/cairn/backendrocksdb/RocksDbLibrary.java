// SPDX-License-Identifier: Apache-2.0
package io.cairn.backendrocksdb;

import io.cairn.spi.storage.StorageException;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.rocksdb.RocksDB;
import org.rocksdb.util.Environment;

/**
 * The native library: taken from {@code java.library.path} if it is there under the name that it
 * has in RocksDB's jar, otherwise unpacked once into a directory of the member.
 *
 * <p>RocksDB's own loader would unpack 17 MB into the temporary directory at every start, and leave
 * it there when the process is killed.
 */
final class RocksDbLibrary {
  private static boolean loaded;

  private RocksDbLibrary() {}

  /** Loads the library unless that has been done. */
  static synchronized void load(Path nativeDirectory) {
    if (loaded) {
      return;
    }
    try {
      if (onLibraryPath()) {
        RocksDB.loadLibrary();
      } else {
        RocksDB.loadLibrary(List.of(unpacked(nativeDirectory).toString()));
      }
      loaded = true;
    } catch (IOException | UnsatisfiedLinkError e) {
      throw new StorageException.Failed(
          "cannot load RocksDB's native library, unpacked in '" + nativeDirectory + "'", e);
    }
  }

  private static boolean onLibraryPath() {
    for (String directory :
        System.getProperty("java.library.path", "").split(File.pathSeparator, -1)) {
      for (String name :
          List.of(
              Environment.getSharedLibraryFileName("rocksdb"),
              Environment.getJniLibraryFileName("rocksdb"))) {
        if (!directory.isEmpty() && Files.isRegularFile(Path.of(directory, name))) {
          return true;
        }
      }
    }
    return false;
  }

  /** The directory with the library in it. */
  static Path unpacked(Path nativeDirectory) throws IOException {
    String packedName = Environment.getJniLibraryFileName("rocksdb");
    URL packed = RocksDB.class.getClassLoader().getResource(packedName);
    if (packed == null) {
      throw new IOException("RocksDB has no library '" + packedName + "' for this platform");
    }
    URLConnection connection = packed.openConnection();
    // The checksum in the name keeps the libraries of two releases apart.
    long checksum =
        connection instanceof JarURLConnection jar
            ? jar.getJarEntry().getCrc()
            : connection.getContentLengthLong();
    Path directory =
        Files.createDirectories(nativeDirectory.resolve("rocksdb-" + Long.toHexString(checksum)));
    // In a directory that one gives it, RocksDB looks for another name than in its jar.
    String name = Environment.getJniLibraryFileName("rocksdbjni");
    Path library = directory.resolve(name);
    if (!Files.isRegularFile(library)) {
      // Renamed when complete, so a file of that name is never half a library.
      Path incomplete = Files.createTempFile(directory, name, ".incomplete");
      try (InputStream in = connection.getInputStream()) {
        Files.copy(in, incomplete, StandardCopyOption.REPLACE_EXISTING);
        Files.move(incomplete, library, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(incomplete);
      }
    }
    return directory.toAbsolutePath();
  }
}
