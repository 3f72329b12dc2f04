// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests;

import io.cairn.conformancetests.report.CannotRunException;
import io.cairn.spi.plugin.PluginDescriptor;
import io.cairn.spi.storage.StorageBackend;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.jar.JarFile;

/**
 * The backends in some jars, loaded as the server loads what an operator drops in: they see the
 * JDK, the SPI, and each other, and nothing of the kit or its libraries.
 */
public final class StorageJars {
  private static final String SHARED = "io.cairn.spi.";

  private final List<Path> jars;
  private final NavigableMap<String, ServiceLoader.Provider<StorageBackend>> backends =
      new TreeMap<>();

  private StorageJars(List<Path> jars) {
    this.jars = jars;
  }

  /**
   * Looks into jars and into folders of jars.
   *
   * @throws CannotRunException if one cannot be read, or holds a backend that cannot be examined
   */
  public static StorageJars open(List<String> places) throws CannotRunException {
    List<Path> jars = new ArrayList<>();
    for (String place : places) {
      jars.addAll(jarsAt(Path.of(place).toAbsolutePath().normalize()));
    }
    StorageJars opened = new StorageJars(List.copyOf(jars));
    opened.discover();
    return opened;
  }

  private static List<Path> jarsAt(Path place) throws CannotRunException {
    if (!Files.isReadable(place)) {
      throw new CannotRunException("cannot read '" + place + "'");
    }
    if (!Files.isDirectory(place)) {
      try (JarFile opened = new JarFile(place.toFile())) {
        return List.of(Path.of(opened.getName()));
      } catch (IOException e) {
        throw new CannotRunException("'" + place + "' is no jar: " + e.getMessage(), e);
      }
    }
    List<Path> jars = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(place, "*.jar")) {
      files.forEach(jars::add);
    } catch (IOException e) {
      throw new CannotRunException("cannot read the folder '" + place + "': " + e, e);
    }
    if (jars.isEmpty()) {
      throw new CannotRunException("the folder '" + place + "' has no jars");
    }
    jars.sort(null);
    return jars;
  }

  private void discover() throws CannotRunException {
    // Stays open for as long as the process lives: engines go on loading classes from it.
    PluginClasses classes = new PluginClasses(urls());
    try {
      for (ServiceLoader.Provider<StorageBackend> provider :
          ServiceLoader.load(StorageBackend.class, classes).stream().toList()) {
        String name = checked(provider).name();
        if (backends.put(name, provider) != null) {
          throw new CannotRunException("two backends have the name '" + name + "'");
        }
      }
    } catch (ServiceConfigurationError e) {
      throw new CannotRunException("a backend cannot be loaded: " + e.getMessage(), e);
    }
    if (backends.isEmpty()) {
      throw new CannotRunException(
          "no storage backend in %s: none has the file 'META-INF/services/%s'"
              .formatted(jars, StorageBackend.class.getName()));
    }
  }

  private URL[] urls() throws CannotRunException {
    URL[] urls = new URL[jars.size()];
    for (int i = 0; i < urls.length; i++) {
      try {
        urls[i] = jars.get(i).toUri().toURL();
      } catch (MalformedURLException e) {
        throw new CannotRunException("cannot read '" + jars.get(i) + "'", e);
      }
    }
    return urls;
  }

  /** Refuses what the server refuses too. */
  private static PluginDescriptor checked(ServiceLoader.Provider<StorageBackend> provider)
      throws CannotRunException {
    String type = provider.type().getName();
    PluginDescriptor descriptor;
    try {
      descriptor = provider.get().descriptor();
    } catch (RuntimeException | LinkageError e) {
      // One that was compiled against another shape of the SPI fails here, in any way.
      throw new CannotRunException("'" + type + "' does not say what it is: " + e, e);
    }
    if (descriptor.spiVersion() != PluginDescriptor.SPI_VERSION) {
      throw new CannotRunException(
          "the backend '%s' is made for version %d of the plugin interface; this kit examines version %d"
              .formatted(descriptor.name(), descriptor.spiVersion(), PluginDescriptor.SPI_VERSION));
    }
    if (descriptor.kind() != PluginDescriptor.Kind.STORAGE) {
      throw new CannotRunException(
          "the plugin '%s' says that it is for %s, but it is listed for storage"
              .formatted(descriptor.name(), descriptor.kind()));
    }
    return descriptor;
  }

  List<Path> jars() {
    return jars;
  }

  /** The names of all backends that are there, in order. */
  public List<String> names() {
    return List.copyOf(backends.keySet());
  }

  /**
   * The name of the backend to examine: the one asked for, or else the only one.
   *
   * @throws CannotRunException if it is not there, or several are
   */
  public String choose(Optional<String> asked) throws CannotRunException {
    if (asked.isPresent() && !backends.containsKey(asked.get())) {
      throw new CannotRunException(
          "no storage backend '" + asked.get() + "'; there are " + backends.keySet());
    }
    if (asked.isEmpty() && backends.size() > 1) {
      throw new CannotRunException(
          "several storage backends: " + backends.keySet() + "; choose one with '--backend'");
    }
    return asked.orElseGet(backends::firstKey);
  }

  /** A new instance of the backend that has this name. */
  public StorageBackend backend(String name) {
    ServiceLoader.Provider<StorageBackend> provider = backends.get(name);
    if (provider == null) {
      throw new IllegalArgumentException("no storage backend '" + name + "'");
    }
    return provider.get();
  }

  /** Takes the SPI from the kit and everything else from the jars or the JDK. */
  private static final class PluginClasses extends URLClassLoader {
    PluginClasses(URL[] jars) {
      super("plugins", jars, ClassLoader.getPlatformClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (name.startsWith(SHARED)) {
        return StorageJars.class.getClassLoader().loadClass(name);
      }
      return super.loadClass(name, resolve);
    }
  }
}
