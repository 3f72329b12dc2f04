// SPDX-License-Identifier: Apache-2.0
package io.cairn.distribution;

import io.cairn.spi.plugin.PluginDescriptor;
import io.cairn.spi.storage.StorageBackend;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/**
 * Storage backends in jars that an operator has put into a folder.
 *
 * <p>They see the JDK, the SPI, and each other, but nothing else of the server: neither its classes
 * nor its libraries, so a plugin brings its own, in versions of its own.
 */
public final class DropIns {
  private static final String SHARED = "io.cairn.spi.";

  private final @Nullable Path folder;

  /**
   * Looks into {@code asked}; without it, into {@code plugins} beside the folder that the server's
   * own jar lies in.
   */
  DropIns(Optional<Path> asked) {
    folder = asked.orElseGet(DropIns::besideTheServer);
  }

  private static @Nullable Path besideTheServer() {
    CodeSource source = DropIns.class.getProtectionDomain().getCodeSource();
    try {
      Path jar = source == null ? null : Path.of(source.getLocation().toURI());
      Path lib = jar == null || !Files.isRegularFile(jar) ? null : jar.getParent();
      Path plugins = lib == null ? null : lib.resolveSibling("plugins");
      return plugins != null && Files.isDirectory(plugins) ? plugins : null;
    } catch (URISyntaxException e) {
      return null; // not a file, so there is nothing beside it
    }
  }

  /**
   * What is there, by name.
   *
   * @throws StartException naming the plugin, or the folder, and what is wrong with it
   */
  Map<String, StorageBackend> load() throws StartException {
    Map<String, StorageBackend> found = new LinkedHashMap<>();
    Path from = folder;
    if (from == null) {
      return found;
    }
    List<URL> jars = jars(from);
    if (jars.isEmpty()) {
      return found;
    }
    // Stays open for as long as the process lives: engines go on loading classes from it.
    PluginClasses classes = new PluginClasses(jars.toArray(URL[]::new));
    try {
      for (StorageBackend backend : ServiceLoader.load(StorageBackend.class, classes)) {
        PluginDescriptor descriptor = descriptor(backend, from);
        if (found.put(descriptor.name(), backend) != null) {
          throw new StartException(
              "two plugins in '" + from + "' have the name '" + descriptor.name() + "'");
        }
      }
    } catch (ServiceConfigurationError e) {
      throw new StartException("a plugin in '" + from + "' cannot be loaded: " + e.getMessage(), e);
    }
    return found;
  }

  private static List<URL> jars(Path folder) throws StartException {
    List<Path> jars = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.jar")) {
      files.forEach(jars::add);
      jars.sort(null); // the same order on every file system
      List<URL> urls = new ArrayList<>();
      for (Path jar : jars) {
        urls.add(jar.toUri().toURL());
      }
      return urls;
    } catch (IOException e) {
      throw new StartException("cannot read the folder of plugins '" + folder + "': " + e, e);
    }
  }

  private static PluginDescriptor descriptor(StorageBackend backend, Path folder)
      throws StartException {
    String type = backend.getClass().getName();
    PluginDescriptor descriptor;
    try {
      descriptor = backend.descriptor();
    } catch (RuntimeException | LinkageError e) {
      // One that was compiled against another shape of the SPI fails here, in any way.
      throw new StartException(
          "the plugin '" + type + "' in '" + folder + "' does not say what it is: " + e, e);
    }
    if (descriptor.spiVersion() != PluginDescriptor.SPI_VERSION) {
      throw new StartException(
          "the plugin '%s' in '%s' is made for version %d of the plugin interface; this server has version %d"
              .formatted(
                  descriptor.name(),
                  folder,
                  descriptor.spiVersion(),
                  PluginDescriptor.SPI_VERSION));
    }
    if (descriptor.kind() != PluginDescriptor.Kind.STORAGE) {
      throw new StartException(
          "the plugin '%s' in '%s' says that it is for %s, but it is listed for storage"
              .formatted(descriptor.name(), folder, descriptor.kind()));
    }
    return descriptor;
  }

  /** Takes the SPI from the server and everything else from the plugins or the JDK. */
  private static final class PluginClasses extends URLClassLoader {
    PluginClasses(URL[] jars) {
      super("plugins", jars, ClassLoader.getPlatformClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (name.startsWith(SHARED)) {
        return DropIns.class.getClassLoader().loadClass(name);
      }
      return super.loadClass(name, resolve);
    }
  }
}
