// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.report;

import java.util.List;
import java.util.function.Consumer;

/** A report as JSON; written by hand, so that the kits need no library for it. */
final class ReportJson {
  private final StringBuilder text = new StringBuilder();

  private ReportJson() {}

  static String of(Report report) {
    ReportJson json = new ReportJson();
    json.report(report);
    return json.text.append('\n').toString();
  }

  private void report(Report report) {
    text.append('{');
    field("kit", report.kit());
    field("subject", report.subject());
    field("level", report.level().words());
    field("conformant", report.conformant());
    field("verdict", report.verdict());
    field("began", report.began().toString());
    field("tookMillis", report.took().toMillis());
    name("parameters");
    text.append('{');
    report.parameters().forEach(this::field);
    text.append('}');
    list("results", report.results(), this::result);
    list("strays", report.strays(), this::failure);
    text.append('}');
  }

  private void result(RuleResult result) {
    text.append('{');
    field("rule", result.rule().id());
    field("demand", result.rule().demand().toString());
    field("sentence", result.rule().sentence());
    field("outcome", result.outcome().toString());
    field("tests", result.tests());
    field("untested", result.rule().untested());
    list("notes", result.notes(), this::string);
    list("failures", result.failures(), this::failure);
    text.append('}');
  }

  private void failure(Failure failure) {
    text.append('{');
    field("test", failure.test());
    field("message", failure.message());
    field("trace", failure.trace());
    text.append('}');
  }

  private <T> void list(String name, List<T> elements, Consumer<T> write) {
    name(name);
    text.append('[');
    for (T element : elements) {
      comma();
      write.accept(element);
    }
    text.append(']');
  }

  private void field(String name, String value) {
    name(name);
    string(value);
  }

  private void field(String name, boolean value) {
    name(name);
    text.append(value);
  }

  private void field(String name, long value) {
    name(name);
    text.append(value);
  }

  private void name(String name) {
    comma();
    string(name);
    text.append(':');
  }

  /** Between two elements, but neither before the first nor after a name. */
  private void comma() {
    char last = text.charAt(text.length() - 1);
    if (last != '{' && last != '[') {
      text.append(',');
    }
  }

  private void string(String value) {
    text.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '"' -> text.append("\\\"");
        case '\\' -> text.append("\\\\");
        case '\n' -> text.append("\\n");
        case '\t' -> text.append("\\t");
        default -> {
          // Lone surrogates too: they have no form in UTF-8.
          if (c < 0x20 || Character.isSurrogate(c)) {
            text.append(String.format("\\u%04x", (int) c));
          } else {
            text.append(c);
          }
        }
      }
    }
    text.append('"');
  }
}
