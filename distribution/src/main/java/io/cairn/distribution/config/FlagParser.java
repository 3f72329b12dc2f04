// SPDX-License-Identifier: Apache-2.0
package io.cairn.distribution.config;

import io.cairn.distribution.config.Option.Kind;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads a command line by the rules of Go's flag package: one or two hyphens, a value after {@code
 * =} or as the next argument, switches without a value, the last of equal flags wins.
 */
final class FlagParser {
  private static final Set<String> TRUE = Set.of("1", "t", "T", "true", "TRUE", "True");
  private static final Set<String> FALSE = Set.of("0", "f", "F", "false", "FALSE", "False");

  private FlagParser() {}

  /**
   * The options that {@code arguments} set, in the order of their first appearance.
   *
   * @throws ConfigException with exit code 2 for a flag that is unknown or malformed, 1 for an
   *     argument that is no flag
   */
  static Map<String, String> parse(List<String> arguments) {
    Map<String, String> values = new LinkedHashMap<>();
    for (int i = 0; i < arguments.size(); i++) {
      String argument = arguments.get(i);
      if (!argument.startsWith("-") || argument.equals("-")) {
        throw ConfigException.invalid("\"" + argument + "\" is not a valid flag");
      }
      if (argument.equals("--")) {
        if (i + 1 < arguments.size()) {
          throw ConfigException.invalid("\"" + arguments.get(i + 1) + "\" is not a valid flag");
        }
        return values;
      }
      String flag = argument.substring(argument.startsWith("--") ? 2 : 1);
      int equals = flag.indexOf('=');
      String name = equals < 0 ? flag : flag.substring(0, equals);
      if (name.isEmpty() || name.startsWith("-")) {
        throw ConfigException.syntax("bad flag syntax: " + argument);
      }
      if (OptionTable.SILENTLY_IGNORED.contains(name)) {
        continue;
      }
      Option option = require(name);
      String value;
      if (equals >= 0) {
        value = flag.substring(equals + 1);
      } else if (option.kind() == Kind.BOOL) {
        value = "true";
      } else if (i + 1 < arguments.size()) {
        i++;
        value = arguments.get(i);
      } else {
        throw ConfigException.syntax("flag needs an argument: -" + name);
      }
      values.put(name, check(option, value, "flag -" + name));
    }
    return values;
  }

  /**
   * The value in the form that the rest of the configuration reads.
   *
   * @param where how an error calls the place, such as {@code flag -name}
   * @throws ConfigException with exit code 2 if the value is not of the option's kind
   */
  static String check(Option option, String value, String where) {
    switch (option.kind()) {
      case BOOL -> {
        if (TRUE.contains(value)) {
          return "true";
        }
        if (FALSE.contains(value)) {
          return "false";
        }
        throw ConfigException.syntax(
            "invalid boolean value \"" + value + "\" for " + where + ": parse error");
      }
      case UNSIGNED -> checkNumber(value, where, false);
      case SIGNED -> checkNumber(value, where, true);
      case DURATION -> {
        try {
          GoDuration.parse(value);
        } catch (IllegalArgumentException e) {
          throw ConfigException.syntax(
              "invalid value \"" + value + "\" for " + where + ": parse error");
        }
      }
      case URLS, WORDS, TEXT -> {
        // Checked where they are used, since the rules differ.
      }
    }
    return value;
  }

  private static Option require(String name) {
    Option option = OptionTable.find(name);
    if (option == null) {
      throw ConfigException.syntax("flag provided but not defined: -" + name);
    }
    return option;
  }

  private static void checkNumber(String value, String where, boolean signed) {
    try {
      long number = Long.parseLong(value);
      if (number >= 0 || signed) {
        return;
      }
    } catch (NumberFormatException e) {
      // Falls through to the refusal below, which says all there is to say.
    }
    throw ConfigException.syntax("invalid value \"" + value + "\" for " + where + ": parse error");
  }
}
