// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.protocol;

import io.cairn.conformancetests.report.CannotRunException;
import io.cairn.conformancetests.report.Catalogue;
import io.cairn.conformancetests.report.Examination;
import io.cairn.conformancetests.report.Report;
import io.cairn.conformancetests.report.Rule;
import io.cairn.conformancetests.report.TestsRule;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Examines whether a cluster speaks etcd's v3 API.
 *
 * <p>Endpoints of several of its members may be given; then tests begin at each of them in turn,
 * and rules about members are tried across them. Not for several threads.
 */
public final class ProtocolExamination {
  /** The classes of rules, in the order of the report; those that take long come last. */
  private static final List<Class<?>> SUITES =
      List.of(
          PutRules.class,
          RangeRules.class,
          RangeOrderRules.class,
          RangeStreamRules.class,
          DeleteRules.class,
          TxnRules.class,
          TxnCompareRules.class,
          TxnKeysRules.class,
          CompactRules.class,
          WatchRules.class,
          WatchEventRules.class,
          WatchStreamRules.class,
          LeaseRules.class,
          LeaseExpiryRules.class,
          MaintenanceRules.class,
          AlarmRules.class,
          ClusterRules.class,
          AuthRules.class,
          HeaderRules.class,
          LimitRules.class,
          HistoryRules.class);

  /** Rules of the API that no black box can be made to show in minutes. */
  private static final List<Rule> UNTESTED =
      List.of(
          Rule.must("WATCH-90", "watchers that ask for it are told progress by themselves")
              .withUntested("the usual interval is ten minutes"),
          Rule.must("FORM-90", "without a leader, who demands one is refused")
              .withUntested("no member can be cut off from outside"),
          Rule.must("CLUSTER-90", "members are added, promoted, changed and removed")
              .withUntested("it would change the cluster under test"),
          Rule.must("AUTH-90", "with authentication on, permissions are checked")
              .withUntested("it would lock others out of the server under test"));

  private final List<String> urls;
  private boolean shared;
  private Duration patience = Duration.ofSeconds(20);
  private List<String> only = List.of();
  private Consumer<String> progress = line -> {};

  /** Of the cluster that has members at these URLs, as in {@code http://127.0.0.1:2379}. */
  public ProtocolExamination(List<String> urls) {
    this.urls = List.copyOf(urls);
  }

  /** Others use the store, too: leaves out whatever would disturb them, or they it. */
  public ProtocolExamination sharingTheStore() {
    shared = true;
    return this;
  }

  /** How long to wait for what should come by itself, 20 s unless said otherwise. */
  public ProtocolExamination patience(Duration wanted) {
    patience = wanted;
    return this;
  }

  /** Tries these rules only; all others are reported as not tested. */
  public ProtocolExamination only(List<String> rules) {
    for (String rule : rules) {
      if (catalogue().findRule(rule).isEmpty()) {
        throw new IllegalArgumentException("the protocol kit has no rule '" + rule + "'");
      }
    }
    only = List.copyOf(rules);
    return this;
  }

  /** Tells of each failure when it happens; called on the thread of the test. */
  public ProtocolExamination telling(Consumer<String> listener) {
    progress = listener;
    return this;
  }

  /**
   * Runs.
   *
   * @throws CannotRunException if a member does not answer
   */
  public Report run() throws CannotRunException {
    try (Members members = Members.connect(urls, new Circumstances(shared, patience, only))) {
      Examination examination =
          new Examination(catalogue(), String.join(" ", urls))
              .given(Members.class, members)
              .parameter("version", members.version())
              .parameter("store", shared ? "shared" : "own")
              .telling(progress);
      Differences.of(members.version()).forEach(examination::explain);
      return examination.run(SUITES);
    }
  }

  /** All rules, in the order of the report. */
  public static Catalogue catalogue() {
    List<Rule> rules = new ArrayList<>();
    for (Class<?> suite : SUITES) {
      methods(suite)
          .sorted(
              Comparator.comparing(ProtocolExamination::word)
                  .thenComparingInt(ProtocolExamination::number))
          .forEach(method -> rules.add(rule(method)));
    }
    rules.addAll(UNTESTED);
    return new Catalogue("protocol", rules);
  }

  private static Stream<Method> methods(Class<?> suite) {
    return Arrays.stream(suite.getDeclaredMethods())
        .filter(method -> method.isAnnotationPresent(Says.class));
  }

  private static Rule rule(Method method) {
    Says says = method.getAnnotation(Says.class);
    return new Rule(id(method), says.demand(), says.value(), "");
  }

  private static String id(Method method) {
    return method.getAnnotation(TestsRule.class).value()[0];
  }

  private static String word(Method method) {
    return id(method).replaceAll("-\\d+$", "");
  }

  private static int number(Method method) {
    return Integer.parseInt(id(method).replaceAll("^.*-", ""));
  }
}
