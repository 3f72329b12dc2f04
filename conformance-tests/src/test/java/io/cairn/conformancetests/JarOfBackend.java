// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests;

import io.cairn.conformancetests.forwarding.ForwardingEngine;
import io.cairn.spi.storage.StorageBackend;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
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
      if (flaw != null) {
        add(out, folder(ChosenBackend.class) + "/flaw", flaw);
      }
      addPackage(out, ChosenBackend.class, name -> PARTS.stream().anyMatch(name::startsWith));
      // What wrong engines are made with; a jar brings all it needs beside the SPI.
      addPackage(out, ForwardingEngine.class, name -> true);
    }
    return jar;
  }

  /** The classes beside {@code sample} whose names are wanted, without tests. */
  private static void addPackage(JarOutputStream out, Class<?> sample, Predicate<String> isWanted)
      throws IOException {
    String folder = folder(sample);
    try (Stream<Path> files = Files.list(classes(sample).resolve(folder))) {
      for (Path each : files.sorted().toList()) {
        String name = each.getFileName().toString();
        if (name.endsWith(".class") && !name.contains("Test") && isWanted.test(name)) {
          out.putNextEntry(new JarEntry(folder + "/" + name));
          Files.copy(each, out);
          out.closeEntry();
        }
      }
    }
  }

  private static String folder(Class<?> sample) {
    return sample.getPackageName().replace('.', '/');
  }

  private static Path classes(Class<?> sample) throws IOException {
    try {
      return Path.of(sample.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IOException("where is " + sample, e);
    }
  }

  private static void add(JarOutputStream out, String name, String content) throws IOException {
    out.putNextEntry(new JarEntry(name));
    out.write(content.getBytes(StandardCharsets.UTF_8));
    out.closeEntry();
  }
}
