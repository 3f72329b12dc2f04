// SPDX-License-Identifier: Apache-2.0
package io.cairn.backendsqlite;

import io.cairn.spi.storage.StorageException;
import io.cairn.spi.storage.files.NativeLibrary;
import java.io.IOException;
import java.net.URL;
import java.nio.file.Path;
import java.util.Optional;
import org.sqlite.SQLiteJDBCLoader;
import org.sqlite.util.LibraryLoaderUtil;

/**
 * The native library: taken from {@code java.library.path} if it is there, otherwise unpacked once
 * into a directory of the member.
 *
 * <p>The driver's own loader would unpack it into the temporary directory at every start. It can be
 * told otherwise through system properties only.
 */
final class SqliteLibrary {
  private static final String PATH_PROPERTY = "org.sqlite.lib.path";

  private static boolean loaded;

  private SqliteLibrary() {}

  /** Loads the library unless that has been done. */
  static synchronized void load(Path nativeDirectory) {
    if (loaded) {
      return;
    }
    try {
      if (System.getProperty(PATH_PROPERTY) == null) {
        Optional<Path> installed =
            NativeLibrary.findInstalled(LibraryLoaderUtil.getNativeLibName());
        Path library = installed.isPresent() ? installed.get() : unpacked(nativeDirectory);
        System.setProperty(PATH_PROPERTY, String.valueOf(library.getParent()));
      }
      if (!SQLiteJDBCLoader.initialize()) {
        throw new IOException("the driver found it, and did not load it");
      }
      loaded = true;
    } catch (Exception e) { // the driver declares no narrower one
      throw new StorageException.Failed(
          "cannot load SQLite's native library, unpacked in '"
              + nativeDirectory
              + "': "
              + e.getMessage(),
          e);
    }
  }

  /** The library's file, which is there when this returns. */
  static Path unpacked(Path nativeDirectory) throws IOException {
    String name = LibraryLoaderUtil.getNativeLibName();
    String packedName = LibraryLoaderUtil.getNativeLibResourcePath() + "/" + name;
    URL packed = SQLiteJDBCLoader.class.getResource(packedName);
    if (packed == null) {
      throw new IOException("SQLite has no library '" + packedName + "' for this platform");
    }
    return NativeLibrary.unpacked(packed, nativeDirectory, "sqlite", name);
  }
}
