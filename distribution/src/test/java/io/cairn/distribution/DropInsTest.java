// SPDX-License-Identifier: Apache-2.0
package io.cairn.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.backendmemory.MemoryBackend;
import io.cairn.spi.storage.StorageBackend;
import jakarta.inject.Provider;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Jars that others have compiled, in all the ways in which they can be wrong. */
final class DropInsTest {
  private static final Map<String, Provider<StorageBackend>> BUILT_IN =
      Map.of("memory", MemoryBackend::new);

  @TempDir Path temporary;

  @Test
  void aPluginIsChosenByItsName() throws Exception {
    plugin("clay", "PluginDescriptor.SPI_VERSION", "");

    StorageBackend backend = backends().require("clay");

    assertThat(backend.descriptor().name()).isEqualTo("clay");
    assertThat(backend.getClass().getClassLoader()).isNotEqualTo(getClass().getClassLoader());
  }

  @Test
  void whatIsBuiltInIsStillThere() throws Exception {
    plugin("clay", "PluginDescriptor.SPI_VERSION", "");

    assertThat(backends().require("memory")).isInstanceOf(MemoryBackend.class);
    assertThatThrownBy(() -> backends().require("sand"))
        .isInstanceOf(StartException.class)
        .hasMessage("no storage backend 'sand'; there are [clay, memory]");
  }

  @Test
  void aPluginForAnotherVersionOfTheInterfaceIsRefusedByName() throws Exception {
    plugin("clay", "7", "");

    assertThatThrownBy(() -> backends().require("memory"))
        .isInstanceOf(StartException.class)
        .hasMessageContaining("'clay'")
        .hasMessageContaining("version 7")
        .hasMessageContaining("has version 1");
  }

  @Test
  void aPluginWithATakenNameIsRefused() throws Exception {
    plugin("memory", "PluginDescriptor.SPI_VERSION", "");

    assertThatThrownBy(() -> backends().require("memory"))
        .isInstanceOf(StartException.class)
        .hasMessageContaining("'memory' already");
  }

  @Test
  void aPluginDoesNotSeeTheServer() throws Exception {
    plugin(
        "clay",
        "PluginDescriptor.SPI_VERSION",
        """
          static {
            try {
              Class.forName("io.cairn.distribution.Server");
              throw new IllegalStateException("sees the server");
            } catch (ClassNotFoundException e) {
              // as it should be
            }
          }
        """);

    assertThat(backends().require("clay").descriptor().name()).isEqualTo("clay");
  }

  @Test
  void aPluginThatCannotBeMadeIsRefused() throws Exception {
    plugin("clay", "PluginDescriptor.SPI_VERSION", "{ if (true) throw new Error(\"no\"); }");

    assertThatThrownBy(() -> backends().require("memory"))
        .isInstanceOf(StartException.class)
        .hasMessageContaining(temporary.resolve("plugins").toString())
        .hasMessageContaining("Clay");
  }

  @Test
  void aFolderThatIsNotThereIsRefusedIfItWasAskedFor() {
    assertThatThrownBy(() -> backends().require("memory"))
        .isInstanceOf(StartException.class)
        .hasMessageContaining("plugins'");
  }

  @Test
  void withoutAFolderThereAreNone() throws Exception {
    Backends backends = new Backends(BUILT_IN, Set.of(new DropIns(Optional.empty())));

    assertThat(backends.require("memory")).isInstanceOf(MemoryBackend.class);
  }

  private Backends backends() {
    return new Backends(BUILT_IN, Set.of(new DropIns(Optional.of(temporary.resolve("plugins")))));
  }

  /** Compiles a backend called {@code Clay} and puts it into the folder as a jar. */
  private void plugin(String name, String version, String more) throws IOException {
    Path source = temporary.resolve("Clay.java");
    Files.writeString(
        source,
        """
        import io.cairn.spi.plugin.PluginDescriptor;
        import io.cairn.spi.storage.*;
        import java.util.List;

        public final class Clay implements StorageBackend {
          %s
          @Override
          public PluginDescriptor descriptor() {
            return new PluginDescriptor(
                "%s", PluginDescriptor.Kind.STORAGE, %s, "of clay", List.of());
          }

          @Override
          public StorageEngine open(StorageOptions options) {
            throw new UnsupportedOperationException("nobody is to open clay");
          }
        }
        """
            .formatted(more, name, version));
    Path classes = temporary.resolve("classes");
    StringWriter said = new StringWriter();
    PrintWriter out = new PrintWriter(said);
    int result =
        ToolProvider.findFirst("javac")
            .orElseThrow()
            .run(
                out,
                out,
                "-proc:none",
                "-d",
                classes.toString(),
                "-cp",
                System.getProperty("java.class.path"),
                source.toString());
    assertThat(result).as(said.toString()).isZero();
    Path services = Files.createDirectories(classes.resolve("META-INF/services"));
    Files.writeString(services.resolve(StorageBackend.class.getName()), "Clay\n");
    Path folder = Files.createDirectories(temporary.resolve("plugins"));
    pack(classes, folder.resolve("clay.jar"));
  }

  private static void pack(Path classes, Path jar) throws IOException {
    List<Path> files;
    try (Stream<Path> walk = Files.walk(classes)) {
      files = walk.filter(Files::isRegularFile).sorted().toList();
    }
    try (OutputStream out = Files.newOutputStream(jar);
        ZipOutputStream zip = new ZipOutputStream(out)) {
      for (Path file : files) {
        zip.putNextEntry(new ZipEntry(classes.relativize(file).toString()));
        zip.write(Files.readAllBytes(file));
        zip.closeEntry();
      }
    }
  }
}
