// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.report;

import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Loads a fixture, the class by which an author tells a kit how to make what it examines. It sees
 * the kit, and what the kit sees.
 */
public final class FixtureJars {
  private static final String JAR = "--jar";
  private static final String FIXTURE = "--fixture";

  private FixtureJars() {}

  /** The options of a kit that examines by a fixture. */
  public static List<String> optionLines(String subject) {
    return List.of(
        "--jar PATH       a jar or a folder of classes; again for each that the "
            + subject
            + " needs",
        "--fixture CLASS  its class there that makes the " + subject);
  }

  /**
   * A new fixture of the class and the jars that the options name.
   *
   * @throws CannotRunException if there is none
   */
  public static <T> T load(Options options, Class<T> type) throws CannotRunException {
    String name = options.require(FIXTURE);
    // Stays open for as long as the process lives: classes are loaded from it all the time.
    URLClassLoader classes =
        new URLClassLoader("fixture", urls(options.list(JAR)), FixtureJars.class.getClassLoader());
    try {
      return type.cast(Class.forName(name, true, classes).getDeclaredConstructor().newInstance());
    } catch (ClassNotFoundException e) {
      throw new CannotRunException("no class '%s' in %s".formatted(name, options.list(JAR)), e);
    } catch (ReflectiveOperationException | ClassCastException | LinkageError e) {
      throw new CannotRunException(
          "'%s' is no public %s with a public constructor without parameters: %s"
              .formatted(name, type.getSimpleName(), e),
          e);
    }
  }

  private static URL[] urls(List<String> places) throws CannotRunException {
    List<URL> urls = new ArrayList<>();
    for (String place : places) {
      Path path = Path.of(place).toAbsolutePath().normalize();
      if (!Files.isReadable(path)) {
        throw new CannotRunException("cannot read '" + path + "'");
      }
      try {
        urls.add(path.toUri().toURL());
      } catch (MalformedURLException e) {
        throw new CannotRunException("cannot read '" + path + "'", e);
      }
    }
    return urls.toArray(URL[]::new);
  }
}
