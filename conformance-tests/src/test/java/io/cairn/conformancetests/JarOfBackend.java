// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests;

import io.cairn.spi.storage.StorageBackend;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Jars as an author of a backend would bring them. */
public final class JarOfBackend {
  private static final List<String> PARTS = List.of("ChosenBackend", "Flaw", "Model", "Wrong");

  private JarOfBackend() {}

  /** The model with the flaw of this name, or with none. */
  public static Path write(Path jar, @Nullable String flaw) throws IOException {
    return write(jar, flaw, ChosenBackend.class.getName());
  }

  /** The same, but its service file says {@code listed}. */
  public static Path write(Path jar, @Nullable String flaw, String listed) throws IOException {
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream out = new JarOutputStream(file)) {
      add(out, "META-INF/services/" + StorageBackend.class.getName(), listed);
      String folder = ChosenBackend.class.getPackageName().replace('.', '/');
      if (flaw != null) {
        add(out, folder + "/flaw", flaw);
      }
      Path classes = classes(folder);
      try (Stream<Path> files = Files.list(classes)) {
        for (Path each : files.sorted().toList()) {
          String name = each.getFileName().toString();
          if (PARTS.stream().anyMatch(name::startsWith) && !name.contains("Test")) {
            out.putNextEntry(new JarEntry(folder + "/" + name));
            Files.copy(each, out);
            out.closeEntry();
          }
        }
      }
    }
    return jar;
  }

  private static Path classes(String folder) throws IOException {
    String self = folder + "/ChosenBackend.class";
    try {
      return Path.of(
              ChosenBackend.class.getProtectionDomain().getCodeSource().getLocation().toURI())
          .resolve(folder);
    } catch (URISyntaxException e) {
      throw new IOException("where is " + self, e);
    }
  }

  private static void add(JarOutputStream out, String name, String content) throws IOException {
    out.putNextEntry(new JarEntry(name));
    out.write(content.getBytes(StandardCharsets.UTF_8));
    out.closeEntry();
  }
}
