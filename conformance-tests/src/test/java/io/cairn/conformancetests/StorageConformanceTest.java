// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;
import org.junit.platform.launcher.core.LauncherConfig;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** Whether the suites notice a broken engine, and blame the right rule. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class StorageConformanceTest {
  /** What went wrong, by flaw and then by rule. */
  private final Map<Flaw, NavigableMap<String, List<String>>> failures = new TreeMap<>();

  private final List<String> failuresWithoutRule = new ArrayList<>();

  @BeforeAll
  void runTheSuiteOnAllFlaws() {
    // Random histories are not judged here, but cannot be left out of the suite.
    System.setProperty("cairn.seeds", "1");
    try {
      run(FlawedEngines.InOneProcess.class);
    } finally {
      System.clearProperty("cairn.seeds");
    }
  }

  @ParameterizedTest
  @EnumSource(Flaw.class)
  void aFlawIsBlamedOnItsRuleAlone(Flaw flaw) {
    NavigableMap<String, List<String>> byRule = failures.getOrDefault(flaw, new TreeMap<>());

    assertThat(byRule.keySet()).as(byRule::toString).containsExactly(flaw.rule());
  }

  @Test
  void nothingElseGoesWrong() {
    assertThat(failuresWithoutRule).isEmpty();
  }

  @Test
  void aKilledProcessShowsAForgetfulBarrier() {
    failuresWithoutRule.clear();

    run(FlawedEngines.Killed.class);

    assertThat(failuresWithoutRule).anyMatch(failure -> failure.contains("S4"));
  }

  @Test
  void everyRuleHasAFlaw() {
    for (int rule = 1; rule <= 13; rule++) {
      String name = "S" + rule;
      assertThat(Flaw.values()).as(name).anyMatch(flaw -> flaw.rule().equals(name));
    }
  }

  private void run(Class<?> suite) {
    LauncherDiscoveryRequest request =
        LauncherDiscoveryRequestBuilder.request().selectors(selectClass(suite)).build();
    LauncherConfig config =
        LauncherConfig.builder()
            .enableTestExecutionListenerAutoRegistration(false)
            .enableLauncherSessionListenerAutoRegistration(false)
            .addTestExecutionListeners(new Blame())
            .build();
    LauncherFactory.create(config).execute(request);
  }

  /** Notes each failure under the flaw and the rule whose containers it lies in. */
  private final class Blame implements TestExecutionListener {
    private static final Pattern RULE = Pattern.compile("(S\\d+) .*");

    private @Nullable TestPlan plan;

    @Override
    public void testPlanExecutionStarted(TestPlan started) {
      plan = started;
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
      if (result.getStatus() == TestExecutionResult.Status.SUCCESSFUL) {
        return;
      }
      List<String> containers = new ArrayList<>();
      for (TestIdentifier each = test; each != null; each = parent(each)) {
        containers.add(each.getDisplayName());
      }
      String what = containers + ": " + result.getThrowable();
      for (String container : containers) {
        if (container.startsWith("All rules")) {
          return; // any flaw may show in a random history
        }
      }
      for (Flaw flaw : Flaw.values()) {
        if (containers.contains(flaw.name())) {
          for (String container : containers) {
            Matcher rule = RULE.matcher(container);
            if (rule.matches()) {
              failures
                  .computeIfAbsent(flaw, any -> new TreeMap<>())
                  .computeIfAbsent(rule.group(1), any -> new ArrayList<>())
                  .add(what);
              return;
            }
          }
        }
      }
      failuresWithoutRule.add(what);
    }

    private @Nullable TestIdentifier parent(TestIdentifier child) {
      TestPlan present = plan;
      return present == null ? null : present.getParent(child).orElse(null);
    }
  }
}
