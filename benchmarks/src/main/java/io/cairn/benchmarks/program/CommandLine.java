// SPDX-License-Identifier: Apache-2.0
package io.cairn.benchmarks.program;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Options of the form {@code --name value} or {@code --name=value}; those without a placeholder
 * take no value. What is not an option is refused.
 */
public final class CommandLine {
  private final Map<String, String> given = new LinkedHashMap<>();
  private final Map<String, Option> known = new LinkedHashMap<>();

  /**
   * What may be given.
   *
   * @param name without the dashes
   * @param placeholder what stands for the value in the usage, empty for a switch
   * @param standard the value if it is not given; may be empty
   * @param meaning one line
   */
  public record Option(String name, String placeholder, String standard, String meaning) {}

  private CommandLine(List<Option> options) {
    for (Option option : options) {
      known.put(option.name(), option);
    }
  }

  /** Reads {@code arguments}. */
  public static CommandLine parse(List<Option> options, List<String> arguments)
      throws UsageException {
    CommandLine line = new CommandLine(options);
    var rest = arguments.iterator();
    while (rest.hasNext()) {
      String argument = rest.next();
      int equals = argument.indexOf('=');
      String name = equals < 0 ? argument : argument.substring(0, equals);
      Option option = name.startsWith("--") ? line.known.get(name.substring(2)) : null;
      if (option == null) {
        throw new UsageException("there is no option '" + name + "'; --help lists them");
      }
      line.given.put(
          option.name(),
          switch (option) {
            case Option o when o.placeholder().isEmpty() && equals < 0 -> "true";
            case Option o when o.placeholder().isEmpty() ->
                throw new UsageException("option '" + name + "' takes no value");
            case Option _ when equals >= 0 -> argument.substring(equals + 1);
            case Option _ when rest.hasNext() -> rest.next();
            case Option _ -> throw new UsageException("option '" + name + "' needs a value");
          });
    }
    return line;
  }

  /** What can be given, a line for each option. */
  public static String usage(List<Option> options) {
    StringBuilder usage = new StringBuilder("Options:\n");
    for (Option option : options) {
      String left = "  --" + option.name() + " " + option.placeholder();
      usage.append(left).append(" ".repeat(Math.max(1, 32 - left.length())));
      usage.append(option.meaning());
      if (!option.standard().isEmpty()) {
        usage.append(" (").append(option.standard()).append(')');
      }
      usage.append('\n');
    }
    return usage.toString();
  }

  /** Whether a switch was given. */
  public boolean isSet(String name) {
    return given.containsKey(name);
  }

  /** The value, or the standard one. */
  public String text(String name) {
    Option option = known.get(name);
    if (option == null) {
      throw new IllegalArgumentException("no such option: " + name);
    }
    return given.getOrDefault(name, option.standard());
  }

  /** The parts of a value that are divided by commas; none of an empty one. */
  public List<String> list(String name) {
    List<String> parts = new ArrayList<>();
    for (String part : text(name).split(",", -1)) {
      if (!part.isBlank()) {
        parts.add(part.strip());
      }
    }
    return parts;
  }

  /** A whole number of at least {@code min} and at most {@code max}. */
  public int integer(String name, int min, int max) throws UsageException {
    int number;
    try {
      number = Integer.parseInt(text(name));
    } catch (NumberFormatException e) {
      throw notANumber(name, "a whole number");
    }
    if (number < min || number > max) {
      throw new UsageException(
          "option '--" + name + "' is from " + min + " to " + max + ", not " + number);
    }
    return number;
  }

  /** A number of at least {@code min}. */
  public double decimal(String name, double min) throws UsageException {
    double number;
    try {
      number = Double.parseDouble(text(name));
    } catch (NumberFormatException e) {
      throw notANumber(name, "a number");
    }
    if (!(number >= min && number <= Double.MAX_VALUE)) {
      throw new UsageException("option '--" + name + "' is at least " + min + ", not " + number);
    }
    return number;
  }

  private UsageException notANumber(String name, String wanted) {
    return new UsageException(
        "option '--" + name + "' is " + wanted + ", not '" + text(name) + "'");
  }
}
