// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.report;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.core.LauncherConfig;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * Runs the suites of a kit on one subject, and says rule by rule what came of it.
 *
 * <p>What the suites need to know they take as constructor parameters of the types that were {@link
 * #given}; see {@link Given}. Not for several threads.
 */
public final class Examination {
  private final Catalogue catalogue;
  private final String subject;
  private final Map<Class<?>, Object> given = new LinkedHashMap<>();
  private final Map<String, String> parameters = new LinkedHashMap<>();
  private final Map<String, String> explained = new LinkedHashMap<>();
  private Consumer<String> progress = line -> {};

  /**
   * Of a subject that is called {@code subject} in the report, as in {@code backend 'toy' in
   * toy.jar}.
   */
  public Examination(Catalogue catalogue, String subject) {
    this.catalogue = catalogue;
    this.subject = subject;
  }

  /** Gives suites with a constructor parameter of exactly this type its value. */
  public <T> Examination given(Class<T> type, T value) {
    given.put(type, value);
    return this;
  }

  /** States a circumstance of the run in the report, such as the address of a server. */
  public Examination parameter(String name, String value) {
    parameters.put(name, value);
    return this;
  }

  /**
   * Says beforehand that and why the subject differs from a rule, so that this does not decide.
   *
   * @throws IllegalArgumentException if the catalogue does not have the rule
   */
  public Examination explain(String rule, String why) {
    if (catalogue.findRule(rule).isEmpty()) {
      throw new IllegalArgumentException("kit " + catalogue.kit() + " has no rule '" + rule + "'");
    }
    explained.put(rule, why);
    return this;
  }

  /** Tells of each failure when it happens; called on the thread of the test. */
  public Examination telling(Consumer<String> listener) {
    progress = listener;
    return this;
  }

  /** Runs all tests of these classes, one after the other. */
  public Report run(List<Class<?>> suites) {
    Instant began = Instant.now();
    long start = System.nanoTime();
    RuleListener listener = new RuleListener(catalogue, explained, progress);
    LauncherDiscoveryRequest request =
        LauncherDiscoveryRequestBuilder.request()
            .selectors(suites.stream().map(suite -> selectClass(suite)).toList())
            .configurationParameter("junit.jupiter.execution.parallel.enabled", "false")
            .build();
    LauncherConfig config =
        LauncherConfig.builder()
            .enableTestExecutionListenerAutoRegistration(false)
            .enableLauncherSessionListenerAutoRegistration(false)
            .addTestExecutionListeners(listener)
            .build();
    try (LauncherSession session = LauncherFactory.openSession(config)) {
      given.forEach((type, value) -> Given.put(session.getStore(), type, value));
      session.getLauncher().execute(request);
    }
    return new Report(
        catalogue.kit(),
        subject,
        Level.ofThisRun(),
        parameters,
        began,
        Duration.ofNanos(System.nanoTime() - start),
        listener.results(),
        listener.strays());
  }

  /** The same. */
  public Report run(Class<?>... suites) {
    return run(Stream.<Class<?>>of(suites).toList());
  }
}
