// SPDX-License-Identifier: Apache-2.0
package io.cairn.backendsqlite;

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
      if (System.getProperty(PATH_PROPERTY) == null && !onLibraryPath()) {
        System.setProperty(PATH_PROPERTY, unpacked(nativeDirectory).toString());
      }
      if (!SQLiteJDBCLoader.initialize()) {
        throw new IOException("the driver found it, and did not load it");
      }
      loaded = true;
    } catch (Exception e) { // the driver declares no narrower one
      throw new StorageException.Failed(
          "cannot load SQLite's native library, unpacked in '" + nativeDirectory + "'", e);
    }
  }

  private static boolean onLibraryPath() {
    String name = LibraryLoaderUtil.getNativeLibName();
    for (String directory :
        System.getProperty("java.library.path", "").split(File.pathSeparator, -1)) {
      if (!directory.isEmpty() && Files.isRegularFile(Path.of(directory, name))) {
        System.setProperty(PATH_PROPERTY, Path.of(directory).toAbsolutePath().toString());
        return true;
      }
    }
    return false;
  }

  /** The directory with the library in it. */
  static Path unpacked(Path nativeDirectory) throws IOException {
    String name = LibraryLoaderUtil.getNativeLibName();
    String packedName = LibraryLoaderUtil.getNativeLibResourcePath() + "/" + name;
    URL packed = SQLiteJDBCLoader.class.getResource(packedName);
    if (packed == null) {
      throw new IOException("SQLite has no library '" + packedName + "' for this platform");
    }
    URLConnection connection = packed.openConnection();
    // The checksum in the name keeps the libraries of two releases apart.
    long checksum =
        connection instanceof JarURLConnection jar
            ? jar.getJarEntry().getCrc()
            : connection.getContentLengthLong();
    Path directory =
        Files.createDirectories(nativeDirectory.resolve("sqlite-" + Long.toHexString(checksum)));
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
