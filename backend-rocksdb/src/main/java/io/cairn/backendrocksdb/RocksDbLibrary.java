// SPDX-License-Identifier: Apache-2.0
package io.cairn.backendrocksdb;

import io.cairn.spi.storage.StorageException;
import io.cairn.spi.storage.files.NativeLibrary;
import java.io.IOException;
import java.net.URL;
import java.nio.file.Path;
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
      if (isInstalled()) {
        RocksDB.loadLibrary();
      } else {
        RocksDB.loadLibrary(List.of(String.valueOf(unpacked(nativeDirectory).getParent())));
      }
      loaded = true;
    } catch (IOException | UnsatisfiedLinkError e) {
      throw new StorageException.Failed(
          "cannot load RocksDB's native library, unpacked in '"
              + nativeDirectory
              + "': "
              + e.getMessage(),
          e);
    }
  }

  private static boolean isInstalled() {
    return NativeLibrary.findInstalled(Environment.getSharedLibraryFileName("rocksdb")).isPresent()
        || NativeLibrary.findInstalled(Environment.getJniLibraryFileName("rocksdb")).isPresent();
  }

  /** The library's file, which is there when this returns. */
  static Path unpacked(Path nativeDirectory) throws IOException {
    String packedName = Environment.getJniLibraryFileName("rocksdb");
    URL packed = RocksDB.class.getClassLoader().getResource(packedName);
    if (packed == null) {
      throw new IOException("RocksDB has no library '" + packedName + "' for this platform");
    }
    // In a directory that one gives it, RocksDB looks for another name than in its jar.
    String name = Environment.getJniLibraryFileName("rocksdbjni");
    return NativeLibrary.unpacked(packed, nativeDirectory, "rocksdb", name);
  }
}
