// SPDX-License-Identifier: Apache-2.0
package io.cairn.distribution.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Reads etcd's configuration file: YAML, and therefore JSON too.
 *
 * <p>Keys are the names of options, without regard to case; what is not known is ignored, a null
 * keeps the default, durations are numbers of nanoseconds. The sections for transport security
 * stand for the options that have the same meaning.
 */
final class ConfigFile {
  private static final long BYTES_MAX = 1 << 20;

  /** Options that cannot be set in a file. */
  private static final Set<String> FLAGS_ONLY =
      Set.of(
          "config-file",
          "version",
          "client-crl-file",
          "peer-crl-file",
          "raft-read-timeout",
          "raft-write-timeout",
          "discovery-fallback",
          "max-snapshots",
          "v2-deprecation");

  /** The sections of the file, and what stands before the options that their keys mean. */
  private static final Map<String, String> SECTIONS =
      Map.of("client-transport-security", "", "peer-transport-security", "peer-");

  private ConfigFile() {}

  /**
   * The options that the file sets.
   *
   * @throws ConfigException if it cannot be read, or a value is not of the option's kind
   */
  static Map<String, String> read(Path path) {
    Object content = load(path);
    if (!(content instanceof Map<?, ?> entries)) {
      throw ConfigException.invalid(
          "the configuration file '" + path + "' does not hold names and values");
    }
    Map<String, String> values = new LinkedHashMap<>();
    for (Map.Entry<?, ?> entry : entries.entrySet()) {
      String key = String.valueOf(entry.getKey()).toLowerCase(Locale.ROOT);
      String prefix = SECTIONS.get(key);
      if (prefix == null) {
        put(values, key, entry.getValue(), path);
      } else if (entry.getValue() instanceof Map<?, ?> section) {
        section.forEach((name, value) -> put(values, optionOf(prefix, name), value, path));
      } else if (entry.getValue() != null) {
        throw ConfigException.invalid("invalid " + key);
      }
    }
    return values;
  }

  private static Object load(Path path) {
    try {
      if (Files.size(path) > BYTES_MAX) {
        throw ConfigException.invalid(
            "the configuration file '" + path + "' is larger than " + BYTES_MAX + " bytes");
      }
      Object content =
          new Load(LoadSettings.builder().build()).loadFromString(Files.readString(path));
      return content == null ? Map.of() : content;
    } catch (IOException e) {
      throw ConfigException.invalid("cannot read the configuration file '" + path + "': " + e);
    } catch (YamlEngineException e) {
      throw ConfigException.invalid(
          "the configuration file '"
              + path
              + "' is not valid YAML: "
              + String.valueOf(e.getMessage()).replace('\n', ' '));
    }
  }

  private static String optionOf(String prefix, Object key) {
    String name = String.valueOf(key).toLowerCase(Locale.ROOT);
    return switch (name) {
      case "allowed-cn" -> prefix + "cert-allowed-cn";
      case "allowed-hostname" -> (prefix.isEmpty() ? "client-" : prefix) + "cert-allowed-hostname";
      default -> prefix + name;
    };
  }

  private static void put(Map<String, String> values, String name, Object value, Path path) {
    Option option = OptionTable.find(name);
    if (option == null || value == null || FLAGS_ONLY.contains(name)) {
      return;
    }
    String text = text(option, value, path);
    try {
      values.put(name, FlagParser.check(option, text, "'" + name + "'"));
    } catch (ConfigException e) {
      throw ConfigException.invalid("in the configuration file '" + path + "': " + e.getMessage());
    }
  }

  private static String text(Option option, Object value, Path path) {
    if (option.kind() == Option.Kind.DURATION) {
      if (value instanceof Number nanos) {
        return nanos + "ns";
      }
      throw ConfigException.invalid(
          "in the configuration file '%s': '%s' must be a number of nanoseconds, not '%s'"
              .formatted(path, option.name(), value));
    }
    if (value instanceof List<?> list) {
      return list.stream().map(String::valueOf).collect(Collectors.joining(","));
    }
    return String.valueOf(value);
  }
}
