// SPDX-License-Identifier: Apache-2.0
package io.cairn.tidy;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import dagger.Module;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.environment.ThreadSafe;
import io.cairn.spi.storage.StorageBackend;
import java.util.Set;
import java.util.function.BiPredicate;

/**
 * Who may see whom.
 *
 * <p>Packages are matched by their end, {@code ..io.cairn.spi..}, so that the planted classes below
 * {@code planted.io.cairn} are judged by the very same rules.
 */
final class ModuleRules {
  /** May name plugins, since choosing among them is what they do. */
  private static final Set<String> ASSEMBLERS =
      Set.of("benchmarks", "cli", "distribution", "endtoend", "examples", "simulator");

  private static final Set<String> PLUGINS =
      Set.of("apigrpc", "apihttp", "authrbac", "consensusraft", "tls");

  static final ArchRule SPI_IS_SELF_CONTAINED =
      classes()
          .that()
          .resideInAPackage("..io.cairn.spi..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "..io.cairn.spi..",
              "java..",
              "javax.net.ssl..",
              "javax.security..",
              "jakarta.inject..",
              "org.jspecify..")
          .because("strangers implement the SPI and must not inherit our libraries with it");

  static final ArchRule PLUGINS_KNOW_ONLY_THE_SPI =
      classes()
          .that(describe("belong to a plugin", type -> isPlugin(moduleNameOf(type))))
          .should(
              dependOnlyOnModulesWhere(
                  "are the SPI, or are shared by the two API modules", ModuleRules::pluginMaySee))
          .because("a plugin can be replaced only if nothing but the SPI ties it to the others");

  static final ArchRule ONLY_ASSEMBLERS_NAME_PLUGINS =
      classes()
          .that(
              describe(
                  "neither assemble nor are plugins",
                  type ->
                      !isPlugin(moduleNameOf(type)) && !ASSEMBLERS.contains(moduleNameOf(type))))
          .should(dependOnlyOnModulesWhere("are not plugins", (from, to) -> !isPlugin(to)))
          .because("what is chosen by configuration must not be wired in by name");

  static final ArchRule CONSENSUS_KNOWS_NO_TRANSPORT =
      noClasses()
          .that()
          .resideInAPackage("..io.cairn.consensusraft..")
          .and()
          .resideOutsideOfPackage("..io.cairn.consensusraft.network..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.grpc..", "io.netty..")
          .because("what is sent is for the shell to know, how for its network alone");

  static final ArchRule BACKENDS_HIDE_THEIR_INSIDES =
      classes()
          .that()
          .resideInAPackage("..io.cairn.backend*..")
          .and(describe("can be seen from outside", ModuleRules::isVisible))
          .should()
          .beAssignableTo(StorageBackend.class)
          .orShould()
          .beAnnotatedWith(Module.class)
          .because("the contract of a backend is the SPI, and everything else may change");

  static final ArchRule SPI_STATES_ITS_THREADING =
      classes()
          .that()
          .resideInAPackage("..io.cairn.spi..")
          .and()
          .areInterfaces()
          .and()
          .areNotAnnotations()
          .and(describe("are not sealed data", type -> !type.reflect().isSealed()))
          .and(describe("are not callbacks of the type around them", type -> !isCallback(type)))
          .should()
          .beAnnotatedWith(ThreadSafe.class)
          .orShould()
          .beAnnotatedWith(OnLane.class)
          .because("whoever implements or calls an interface must know from which threads");

  static final ArchRule NO_PACKAGE_CYCLES =
      slices()
          .matching("..io.cairn.(**)")
          .should()
          .beFreeOfCycles()
          .because("packages that need each other are one package, and must be understood at once");

  private ModuleRules() {}

  private static boolean isPlugin(String module) {
    return module.startsWith("backend") || PLUGINS.contains(module);
  }

  private static boolean pluginMaySee(String from, String to) {
    return switch (to) {
      case "spi" -> true;
      case "apiprotos" -> from.equals("apigrpc") || from.equals("apihttp");
      case "apigrpc" -> from.equals("apihttp");
      default -> false;
    };
  }

  /** Modules are always free to see themselves and what is not ours. */
  private static ArchCondition<JavaClass> dependOnlyOnModulesWhere(
      String description, BiPredicate<String, String> allowed) {
    return new ArchCondition<>("depend only on modules that " + description) {
      @Override
      public void check(JavaClass type, ConditionEvents events) {
        String from = moduleNameOf(type);
        for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
          String to = moduleNameOf(dependency.getTargetClass().getBaseComponentType());
          if (!to.isEmpty() && !to.equals(from) && !allowed.test(from, to)) {
            events.add(SimpleConditionEvent.violated(dependency, dependency.getDescription()));
          }
        }
      }
    };
  }

  private static String moduleNameOf(JavaClass type) {
    String module = Product.moduleOf(type);
    return module == null ? "" : module;
  }

  private static boolean isVisible(JavaClass type) {
    boolean open =
        type.getModifiers().contains(JavaModifier.PUBLIC)
            || type.getModifiers().contains(JavaModifier.PROTECTED);
    return open && type.getEnclosingClass().map(ModuleRules::isVisible).orElse(true);
  }

  private static boolean isCallback(JavaClass type) {
    return type.getEnclosingClass().isPresent() && type.isAnnotatedWith(FunctionalInterface.class);
  }
}
