// SPDX-License-Identifier: Apache-2.0
package io.cairn.tidy;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The compiled classes that the rules look at. */
final class Product {
  /** Written by Dagger, JMH or protoc: nobody can make them keep our rules. */
  private static final Pattern GENERATED =
      Pattern.compile(
          ".*/Dagger[^/]*\\.class|.*_(Factory|MembersInjector)\\.class"
              + "|.*/jmh_generated/.*|.*/io/cairn/apiprotos/.*");

  /** Interfaces to the class file format only. */
  private static final Pattern DESCRIPTIONS = Pattern.compile(".*/(package|module)-info\\.class");

  private static final Pattern MODULE = Pattern.compile("(?:^|\\.)io\\.cairn\\.([a-z]+)(?:\\.|$)");

  private Product() {}

  /** What is delivered. */
  static JavaClasses mainClasses() {
    return imported(
        SourceTree.ofThisBuild().modules().stream().map(m -> m.resolve("target/classes")));
  }

  /** All tests but those of this module, and the published suites. */
  static JavaClasses testClasses() {
    List<Path> modules = SourceTree.ofThisBuild().modules();
    return imported(
        modules.stream()
            .filter(module -> !module.endsWith("tidy"))
            .map(module ->
                module.endsWith("conformance-tests")
                    ? module.resolve("target/classes")
                    : module.resolve("target/test-classes")));
  }

  /** The code that breaks the rules on purpose. */
  static JavaClasses plantedClasses() {
    return new ClassFileImporter()
        .withImportOption(Product::isHandWritten)
        .importPackages("planted");
  }

  /** The module, named as in packages, that a class of ours belongs to; null if it is not ours. */
  static @Nullable String moduleOf(JavaClass type) {
    Matcher matcher = MODULE.matcher(type.getPackageName());
    return matcher.find() ? matcher.group(1) : null;
  }

  private static JavaClasses imported(Stream<Path> folders) {
    ImportOption handWritten = Product::isHandWritten;
    return new ClassFileImporter()
        .withImportOption(handWritten)
        .importPaths(folders.filter(Files::isDirectory).toList());
  }

  private static boolean isHandWritten(Location location) {
    return !location.matches(GENERATED) && !location.matches(DESCRIPTIONS);
  }
}
