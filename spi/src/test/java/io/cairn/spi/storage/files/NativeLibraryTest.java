// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.storage.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class NativeLibraryTest {
  @TempDir Path temporary;

  @Test
  void aLibraryIsUnpackedOnce() throws IOException {
    URL packed = packed("one.jar", "the library");

    Path library = unpacked(packed);
    Files.setLastModifiedTime(library, FileTime.fromMillis(1_000));
    Path again = unpacked(packed);

    assertThat(library).isAbsolute().hasFileName("lib.so").hasContent("the library");
    assertThat(again).isEqualTo(library);
    assertThat(Files.getLastModifiedTime(library)).isEqualTo(FileTime.fromMillis(1_000));
    assertThat(files()).containsExactly(library);
  }

  @Test
  void releasesLieBesideEachOther() throws IOException {
    Path one = unpacked(packed("one.jar", "the library"));
    Path other = unpacked(packed("other.jar", "its newer release"));

    assertThat(one).hasContent("the library");
    assertThat(other).hasContent("its newer release");
  }

  /** Versions that did not sync it could leave this. */
  @Test
  void whatAPowerCutCutOffIsUnpackedAgain() throws IOException {
    URL packed = packed("one.jar", "the library");
    Path library = unpacked(packed);
    Files.write(library, new byte[0]);

    assertThat(unpacked(packed)).isEqualTo(library).hasContent("the library");
    assertThat(files()).containsExactly(library);
  }

  private Path unpacked(URL packed) throws IOException {
    return NativeLibrary.unpacked(packed, temporary.resolve("natives"), "product", "lib.so");
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> walk = Files.walk(temporary.resolve("natives"))) {
      return walk.filter(Files::isRegularFile).toList();
    }
  }

  private URL packed(String jar, String content) throws IOException {
    Path file = temporary.resolve(jar);
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(file))) {
      out.putNextEntry(new JarEntry("native/lib.so"));
      out.write(content.getBytes(UTF_8));
      out.closeEntry();
    }
    return URI.create("jar:" + file.toUri() + "!/native/lib.so").toURL();
  }
}
