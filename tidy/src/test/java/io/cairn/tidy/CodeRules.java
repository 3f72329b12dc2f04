// SPDX-License-Identifier: Apache-2.0
package io.cairn.tidy;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.CompositeArchRule;
import jakarta.inject.Inject;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** What code may do, depending on where it stands. */
final class CodeRules {
  /** The modules and packages whose purpose is to reach the outside, for all the others. */
  private static final String[] ADAPTERS = {
    "..io.cairn.apigrpc..",
    "..io.cairn.apihttp..",
    "..io.cairn.backend*..",
    "..io.cairn.benchmarks..",
    "..io.cairn.cli..",
    "..io.cairn.consensusraft.network..",
    "..io.cairn.distribution..",
    "..io.cairn.endtoend..",
    "..io.cairn.kernel.environment..",
    "..io.cairn.simulator.command..",
    "..io.cairn.simulator.engines..",
    "..io.cairn.simulator.suite..",
    "..io.cairn.spi.storage.files..",
    "..io.cairn.tls..",
    // A suite of tests, though published: it makes folders for engines and threads to disturb them.
    "..io.cairn.conformancetests..",
  };

  /** Programs for a terminal, and the one that gives the log its stream. */
  private static final String[] PROGRAMS = {
    "..io.cairn.benchmarks..",
    "..io.cairn.cli..",
    "..io.cairn.conformancetests.runner..",
    "..io.cairn.distribution..",
    "..io.cairn.simulator.command..",
  };

  /** Their order of iteration differs from run to run, or would invite to rely on it. */
  private static final Map<String, Set<String>> UNORDERED =
      Map.of(
          "java.util.HashMap", Set.of(),
          "java.util.HashSet", Set.of(),
          "java.util.IdentityHashMap", Set.of(),
          "java.util.Map", Set.of("copyOf", "of", "ofEntries"),
          "java.util.Set", Set.of("copyOf", "of"),
          "java.util.stream.Collectors",
              Set.of(
                  "groupingBy",
                  "partitioningBy",
                  "toMap",
                  "toSet",
                  "toUnmodifiableMap",
                  "toUnmodifiableSet"));

  static final ArchRule CORE_IS_A_PURE_FUNCTION =
      noClasses()
          .that()
          .resideInAPackage("..io.cairn.consensusraft.core..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "java.io..", "java.net..", "java.nio..", "java.time..", "java.util.concurrent..")
          .orShould()
          .accessTargetWhere(OutsideWorld.IS_REACHED)
          .orShould()
          .accessTargetWhere(isRandom())
          .orShould()
          .accessTargetWhere(isUnordered())
          .because(
              "the same inputs must give the same effects, on every member and in every replay");

  static final ArchRule OUTSIDE_ONLY_THROUGH_ENVIRONMENT =
      noClasses()
          .that()
          .resideOutsideOfPackages(ADAPTERS)
          .should()
          .accessTargetWhere(OutsideWorld.IS_REACHED)
          .because("a whole cluster must run in one thread under a simulated environment");

  static final ArchRule ONE_PLACE_BUILDS_STATUSES =
      noClasses()
          .that()
          .resideInAPackage("..io.cairn.api*..")
          .and(describe("are not StatusMapping", type -> !isStatusMapping(type)))
          .should()
          .accessTargetWhere(buildsStatus())
          .because("codes and texts are wire format, and one table holds them");

  static final ArchRule CONSTRUCTOR_INJECTION_ONLY =
      CompositeArchRule.of(noFields().should().beAnnotatedWith(Inject.class))
          .and(noMethods().should().beAnnotatedWith(Inject.class))
          .because("an object is complete once it is constructed");

  static final ArchRule NO_JAVAX_INJECT =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAPackage("javax.inject..")
          .because("the annotations are those of jakarta.inject; Dagger only drags the others in");

  static final ArchRule NO_STANDARD_STREAMS =
      noClasses()
          .that()
          .resideOutsideOfPackages(PROGRAMS)
          .should(ACCESS_STANDARD_STREAMS)
          .because("what an operator should read goes to the event log");

  static final ArchRule NO_SLEEPING_TESTS =
      noClasses()
          .should()
          .accessTargetWhere(isSleep())
          .because("a test uses virtual time, or waits for something to be seen, with a deadline");

  private CodeRules() {}

  private static DescribedPredicate<JavaAccess<?>> isRandom() {
    return describe("is a random source of its own", on(Map.of("java.util.Random", Set.of())));
  }

  private static DescribedPredicate<JavaAccess<?>> isUnordered() {
    return describe("is a collection without an order", on(UNORDERED));
  }

  private static DescribedPredicate<JavaAccess<?>> isSleep() {
    return describe(
        "sleeps",
        on(
            Map.of(
                "java.lang.Thread", Set.of("sleep"),
                "java.util.concurrent.TimeUnit", Set.of("sleep"),
                "java.util.concurrent.locks.LockSupport", Set.of("parkNanos", "parkUntil"))));
  }

  private static DescribedPredicate<JavaAccess<?>> buildsStatus() {
    return describe(
        "builds a status",
        access -> {
          AccessTarget target = access.getTarget();
          String type = target.getOwner().getName();
          String member = target.getName();
          return switch (type) {
            case "io.grpc.Status" -> member.startsWith("with") || member.startsWith("as");
            case "io.grpc.StatusException", "io.grpc.StatusRuntimeException" ->
                member.equals("<init>");
            default -> false;
          };
        });
  }

  /** Accesses of the listed members; an empty set of members stands for all. */
  private static Predicate<JavaAccess<?>> on(Map<String, Set<String>> members) {
    return access -> {
      Set<String> names = members.get(access.getTargetOwner().getName());
      return names != null && (names.isEmpty() || names.contains(access.getTarget().getName()));
    };
  }

  private static boolean isStatusMapping(JavaClass type) {
    return type.getSimpleName().equals("StatusMapping")
        || type.getEnclosingClass().map(CodeRules::isStatusMapping).orElse(false);
  }
}
