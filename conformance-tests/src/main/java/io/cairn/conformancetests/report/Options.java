// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Options of a command: {@code --name value} or {@code --name=value}, each any number of times. */
public final class Options {
  private final Map<String, List<String>> values = new LinkedHashMap<>();

  private Options() {}

  /**
   * Takes all arguments as options.
   *
   * @throws CannotRunException if one is none, or has no value
   */
  public static Options parse(List<String> arguments) throws CannotRunException {
    Options options = new Options();
    for (int i = 0; i < arguments.size(); i++) {
      String argument = arguments.get(i);
      if (!argument.startsWith("--")) {
        throw new CannotRunException("'" + argument + "' is no option; options begin with '--'");
      }
      int equals = argument.indexOf('=');
      String name = equals < 0 ? argument : argument.substring(0, equals);
      if (equals < 0 && i + 1 == arguments.size()) {
        throw new CannotRunException("option '" + name + "' needs a value");
      }
      String value = equals < 0 ? arguments.get(++i) : argument.substring(equals + 1);
      options.values.computeIfAbsent(name, any -> new ArrayList<>()).add(value);
    }
    return options;
  }

  /** Throws if there is an option with another name than these. */
  public void requireOnly(Set<String> names) throws CannotRunException {
    for (String name : values.keySet()) {
      if (!names.contains(name)) {
        throw new CannotRunException(
            "no option '" + name + "'; there are " + names.stream().sorted().toList());
      }
    }
  }

  /** All values of an option, in order. */
  public List<String> list(String name) {
    return List.copyOf(values.getOrDefault(name, List.of()));
  }

  /** The value of an option that may be given once. */
  public Optional<String> find(String name) throws CannotRunException {
    List<String> all = list(name);
    if (all.size() > 1) {
      throw new CannotRunException("option '" + name + "' is given " + all.size() + " times");
    }
    return all.stream().findFirst();
  }

  /** The value of an option that must be given. */
  public String require(String name) throws CannotRunException {
    return find(name).orElseThrow(() -> new CannotRunException("option '" + name + "' is needed"));
  }
}
