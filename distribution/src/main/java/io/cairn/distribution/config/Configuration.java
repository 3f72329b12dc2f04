// SPDX-License-Identifier: Apache-2.0
package io.cairn.distribution.config;

import io.cairn.distribution.config.Option.Support;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Puts together what the command line, the environment and the configuration file say, by etcd's
 * rules: a file excludes everything else, a flag and its variable exclude each other.
 */
public final class Configuration {
  private final Map<String, String> given;
  private final List<Notice> notices;
  private final boolean fromFile;

  private Configuration(Map<String, String> given, List<Notice> notices, boolean fromFile) {
    this.given = given;
    this.notices = notices;
    this.fromFile = fromFile;
  }

  /**
   * Something to log once there is a log.
   *
   * @param warning whether it is a warning
   * @param message the message
   * @param field the name of its one field
   * @param value the field's value
   */
  public record Notice(boolean warning, String message, String field, String value) {}

  /**
   * Reads the configuration.
   *
   * @param arguments the command line
   * @param environment the environment's variables
   * @throws ConfigException if it is not a legal one
   */
  public static Configuration read(List<String> arguments, Map<String, String> environment) {
    Map<String, String> flags = FlagParser.parse(arguments);
    String file =
        flags.getOrDefault("config-file", environment.getOrDefault("ETCD_CONFIG_FILE", ""));
    List<Notice> notices = new ArrayList<>();
    if (flags.containsKey("version") || file.isEmpty()) {
      return new Configuration(merge(flags, environment, notices), notices, false);
    }
    notices.add(
        new Notice(
            false,
            "loaded server configuration, other configuration command line flags and environment"
                + " variables will be ignored if provided",
            "path",
            file));
    return new Configuration(ConfigFile.read(Path.of(file)), notices, true);
  }

  private static Map<String, String> merge(
      Map<String, String> flags, Map<String, String> environment, List<Notice> notices) {
    Map<String, String> values = new LinkedHashMap<>(flags);
    for (Option option : OptionTable.ALL) {
      String value = environment.get(option.variable());
      if (value == null || option.name().equals("version")) {
        continue;
      }
      if (flags.containsKey(option.name())) {
        throw ConfigException.invalid(
            "conflicting environment variable \""
                + option.variable()
                + "\" is shadowed by corresponding command-line flag (either unset environment"
                + " variable or disable flag))");
      }
      if (value.isEmpty()) {
        continue;
      }
      try {
        values.put(option.name(), FlagParser.check(option, value, option.variable()));
      } catch (ConfigException e) {
        throw e.asInvalid();
      }
      notices.add(
          new Notice(false, "recognized and used environment variable", option.variable(), value));
    }
    List<String> known =
        OptionTable.ALL.stream().map(Option::variable).collect(Collectors.toList());
    environment.keySet().stream()
        .filter(variable -> variable.startsWith("ETCD_") && !known.contains(variable))
        .sorted()
        .forEach(variable ->
            notices.add(
                new Notice(
                    true,
                    "unrecognized environment variable",
                    "environment-variable",
                    variable + "=" + environment.get(variable))));
    return values;
  }

  /** Whether only the version is asked for. */
  public boolean asksForVersion() {
    return isTrue("version");
  }

  /** What is to be logged of how the configuration came about. */
  public List<Notice> notices() {
    return List.copyOf(notices);
  }

  /**
   * Checks everything and gives it types.
   *
   * @throws ConfigException naming the option that is wrong or not available
   */
  public ServerConfig resolve() {
    refuseMissingFeatures();
    return new ConfigResolver(this).resolve();
  }

  boolean isFromFile() {
    return fromFile;
  }

  boolean isGiven(String name) {
    return given.containsKey(name);
  }

  String text(String name) {
    Option option = OptionTable.find(name);
    if (option == null) {
      throw new IllegalArgumentException("there is no option '" + name + "'");
    }
    return given.getOrDefault(name, option.defaultValue());
  }

  boolean isTrue(String name) {
    return text(name).equals("true");
  }

  long number(String name) {
    return Long.parseLong(text(name));
  }

  long nanos(String name) {
    return GoDuration.parse(text(name));
  }

  List<String> words(String name) {
    return text(name).isEmpty()
        ? List.of()
        : List.of(text(name).split(",", -1)).stream().map(String::strip).toList();
  }

  private void refuseMissingFeatures() {
    given.forEach((name, value) -> {
      Option option = OptionTable.find(name);
      if (option != null
          && option.support() instanceof Support.Missing(String feature)
          && !value.equals(option.defaultValue())) {
        throw ConfigException.invalid(
            "--%s=%s is not available: this build of Cairn does not have %s yet"
                .formatted(name, value, feature));
      }
    });
  }
}
