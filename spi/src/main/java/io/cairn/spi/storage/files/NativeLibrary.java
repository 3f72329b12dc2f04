// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.storage.files;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * Where a backend's native library lies: installed on {@code java.library.path}, or unpacked once
 * from a jar into a directory of the member. Loading it is the backend's business.
 *
 * <p><b>Threads.</b> Any, and any number of processes. <b>Blocking.</b> On the medium.
 */
public final class NativeLibrary {
  private NativeLibrary() {}

  /** The file of that name in the first directory of {@code java.library.path} that has one. */
  public static Optional<Path> findInstalled(String name) {
    for (String directory :
        System.getProperty("java.library.path", "").split(File.pathSeparator, -1)) {
      if (!directory.isEmpty() && Files.isRegularFile(Path.of(directory, name))) {
        return Optional.of(Path.of(directory, name).toAbsolutePath());
      }
    }
    return Optional.empty();
  }

  /**
   * Unpacks a library unless that has been done. Each release of it gets a folder of its own.
   *
   * @param packed the library, usually in a jar
   * @param natives the directory for all native libraries, made if it is not there
   * @param product what the folders of this library's releases begin with
   * @param name what the file is to be called
   * @return the file, whole and on stable media
   * @throws IOException naming what cannot be read or written
   */
  public static Path unpacked(URL packed, Path natives, String product, String name)
      throws IOException {
    URLConnection connection = packed.openConnection();
    long bytes = connection.getContentLengthLong();
    // The checksum in the name keeps the libraries of two releases apart.
    long checksum = connection instanceof JarURLConnection jar ? jar.getJarEntry().getCrc() : bytes;
    Path directory =
        Files.createDirectories(natives.resolve(product + "-" + Long.toHexString(checksum)))
            .toAbsolutePath();
    Path library = directory.resolve(name);
    if (!Files.isRegularFile(library) || (bytes >= 0 && Files.size(library) != bytes)) {
      unpack(connection, directory, library);
    }
    return library;
  }

  /**
   * Synced before it gets its name, so that a file of that name is never half a library, not even
   * after a power cut; a process could not load it, and nobody would look for the cause there.
   */
  private static void unpack(URLConnection connection, Path directory, Path library)
      throws IOException {
    Path incomplete =
        Files.createTempFile(directory, library.getFileName().toString(), ".incomplete");
    try (InputStream in = connection.getInputStream()) {
      Files.copy(in, incomplete, StandardCopyOption.REPLACE_EXISTING);
      sync(incomplete, StandardOpenOption.WRITE);
      Files.move(incomplete, library, StandardCopyOption.ATOMIC_MOVE);
      sync(directory, StandardOpenOption.READ);
    } finally {
      Files.deleteIfExists(incomplete);
    }
  }

  private static void sync(Path path, StandardOpenOption access) throws IOException {
    try (FileChannel file = FileChannel.open(path, access)) {
      file.force(true);
    }
  }
}
