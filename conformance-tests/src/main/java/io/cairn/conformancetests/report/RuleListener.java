// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.report;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestSource;
import org.junit.platform.engine.reporting.ReportEntry;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/**
 * Folds what becomes of tests into what becomes of rules.
 *
 * <p>A test belongs to the rules that the nearest {@link TestsRule} around it names. It may publish
 * an entry {@code declined}: then it examined what holds for those who do not offer something.
 */
final class RuleListener implements TestExecutionListener {
  private static final String DECLINED = "declined";
  private static final int MESSAGE_LINES_MAX = 12;
  private static final int LINE_CHARACTERS_MAX = 300;
  private static final int TRACE_CHARACTERS_MAX = 20_000;

  /** What is known of one rule so far. */
  private static final class Tally {
    private int tests;
    private boolean declined;
    private final Set<String> notes = new LinkedHashSet<>();
    private final List<Failure> failures = new ArrayList<>();
  }

  private final Catalogue catalogue;
  private final Map<String, String> explained;
  private final Consumer<String> progress;
  private final Map<String, Tally> tallies = new LinkedHashMap<>();
  private final List<Failure> strays = new ArrayList<>();
  private final Map<String, String> declined = new LinkedHashMap<>();
  private @Nullable TestPlan plan;

  RuleListener(Catalogue catalogue, Map<String, String> explained, Consumer<String> progress) {
    this.catalogue = catalogue;
    this.explained = explained;
    this.progress = progress;
    catalogue.rules().forEach(rule -> tallies.put(rule.id(), new Tally()));
  }

  @Override
  public synchronized void testPlanExecutionStarted(TestPlan started) {
    plan = started;
  }

  @Override
  public synchronized void reportingEntryPublished(TestIdentifier test, ReportEntry entry) {
    String what = entry.getKeyValuePairs().get(DECLINED);
    if (what != null) {
      declined.put(test.getUniqueId(), what);
    }
  }

  @Override
  public synchronized void executionSkipped(TestIdentifier test, String reason) {
    note(test, "skipped: " + path(test) + ": " + reason);
  }

  @Override
  public synchronized void executionFinished(TestIdentifier test, TestExecutionResult result) {
    switch (result.getStatus()) {
      case SUCCESSFUL -> {
        if (test.isTest()) {
          tallies(test).forEach(tally -> passed(tally, declined.get(test.getUniqueId())));
        }
      }
      case ABORTED ->
          note(
              test,
              "skipped: "
                  + path(test)
                  + result.getThrowable().map(why -> ": " + why.getMessage()).orElse(""));
      case FAILED -> failed(test, result.getThrowable());
    }
  }

  private static void passed(Tally tally, @Nullable String declinedThere) {
    tally.tests++;
    if (declinedThere != null) {
      tally.declined = true;
      tally.notes.add("declined: " + declinedThere);
    }
  }

  private void failed(TestIdentifier test, Optional<Throwable> thrown) {
    Failure failure =
        new Failure(
            path(test),
            thrown.map(RuleListener::message).orElse("no reason is known"),
            thrown.map(RuleListener::trace).orElse(""));
    progress.accept("failed: " + failure.test());
    List<Tally> concerned = tallies(test);
    for (Tally tally : concerned) {
      tally.tests++;
      tally.failures.add(failure);
    }
    if (concerned.isEmpty()) {
      strays.add(failure);
    }
  }

  private void note(TestIdentifier test, String note) {
    tallies(test).forEach(tally -> tally.notes.add(note));
  }

  /** Of the rules that the test names and the catalogue has. */
  private List<Tally> tallies(TestIdentifier test) {
    List<Tally> found = new ArrayList<>();
    for (String id : rules(test)) {
      Tally tally = tallies.get(id);
      if (tally == null) {
        strays.add(
            new Failure(
                path(test), "names the rule '" + id + "', which the kit does not have", ""));
      } else {
        found.add(tally);
      }
    }
    return found;
  }

  private Set<String> rules(TestIdentifier test) {
    for (TestIdentifier each = test; each != null; each = parent(each)) {
      Optional<TestsRule> named = each.getSource().flatMap(RuleListener::named);
      if (named.isPresent()) {
        return new LinkedHashSet<>(List.of(named.get().value()));
      }
    }
    return new LinkedHashSet<>();
  }

  private static Optional<TestsRule> named(TestSource source) {
    return switch (source) {
      case MethodSource method ->
          AnnotationSupport.findAnnotation(method.getJavaMethod(), TestsRule.class);
      case ClassSource type ->
          AnnotationSupport.findAnnotation(type.getJavaClass(), TestsRule.class);
      default -> Optional.empty();
    };
  }

  private @Nullable TestIdentifier parent(TestIdentifier child) {
    TestPlan present = plan;
    return present == null ? null : present.getParent(child).orElse(null);
  }

  /** From the suite down, without the engine. */
  private String path(TestIdentifier test) {
    Deque<String> names = new ArrayDeque<>();
    for (TestIdentifier each = test; each != null; each = parent(each)) {
      if (each.getParentIdObject().isPresent()) {
        names.addFirst(each.getDisplayName());
      }
    }
    return String.join(" / ", names);
  }

  private static String message(Throwable thrown) {
    return thrown
        .toString()
        .lines()
        .filter(line -> !line.isBlank())
        .limit(MESSAGE_LINES_MAX)
        .map(line -> shortened(line, LINE_CHARACTERS_MAX))
        .collect(Collectors.joining("\n"));
  }

  private static String trace(Throwable thrown) {
    StringWriter text = new StringWriter();
    thrown.printStackTrace(new PrintWriter(text));
    return shortened(text.toString(), TRACE_CHARACTERS_MAX);
  }

  private static String shortened(String text, int max) {
    return text.length() <= max ? text : text.substring(0, max) + " ...";
  }

  /** In the catalogue's order. */
  synchronized List<RuleResult> results() {
    return catalogue.rules().stream().map(this::result).toList();
  }

  synchronized List<Failure> strays() {
    return List.copyOf(strays);
  }

  private RuleResult result(Rule rule) {
    Tally tally = tallies.get(rule.id());
    if (tally == null) {
      throw new IllegalStateException("rule '" + rule.id() + "' was not counted");
    }
    List<String> notes = new ArrayList<>(tally.notes);
    String why = explained.get(rule.id());
    if (why != null) {
      notes.add(tally.failures.isEmpty() ? "said to differ, but does not: " + why : why);
    }
    return new RuleResult(rule, outcome(tally, why != null), tally.tests, notes, tally.failures);
  }

  private static Outcome outcome(Tally tally, boolean explained) {
    if (!tally.failures.isEmpty()) {
      return explained ? Outcome.EXPLAINED : Outcome.FAILED;
    }
    if (tally.tests == 0) {
      return Outcome.NOT_TESTED;
    }
    return tally.declined ? Outcome.DECLINED : Outcome.PASSED;
  }
}
