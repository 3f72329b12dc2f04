// SPDX-License-Identifier: Apache-2.0
package io.cairn.tidy;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.lang.ArchRule;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Every rule holds in the product, and every rule catches what was planted against it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ArchitectureTest {
  static final List<Row> RULES =
      List.of(
          new Row(
              "BACKENDS_HIDE_THEIR_INSIDES", Scope.MAIN, ModuleRules.BACKENDS_HIDE_THEIR_INSIDES),
          new Row(
              "CONSENSUS_KNOWS_NO_TRANSPORT", Scope.MAIN, ModuleRules.CONSENSUS_KNOWS_NO_TRANSPORT),
          new Row("CONSTRUCTOR_INJECTION_ONLY", Scope.MAIN, CodeRules.CONSTRUCTOR_INJECTION_ONLY),
          new Row("CORE_IS_A_PURE_FUNCTION", Scope.MAIN, CodeRules.CORE_IS_A_PURE_FUNCTION),
          new Row("NO_JAVAX_INJECT", Scope.MAIN, CodeRules.NO_JAVAX_INJECT),
          new Row("NO_PACKAGE_CYCLES", Scope.MAIN, ModuleRules.NO_PACKAGE_CYCLES),
          new Row("NO_SLEEPING_TESTS", Scope.TESTS, CodeRules.NO_SLEEPING_TESTS),
          new Row("NO_STANDARD_STREAMS", Scope.MAIN, CodeRules.NO_STANDARD_STREAMS),
          new Row("ONE_PLACE_BUILDS_STATUSES", Scope.MAIN, CodeRules.ONE_PLACE_BUILDS_STATUSES),
          new Row(
              "ONLY_ASSEMBLERS_NAME_PLUGINS", Scope.MAIN, ModuleRules.ONLY_ASSEMBLERS_NAME_PLUGINS),
          new Row(
              "OUTSIDE_ONLY_THROUGH_ENVIRONMENT",
              Scope.MAIN,
              CodeRules.OUTSIDE_ONLY_THROUGH_ENVIRONMENT),
          new Row("PLUGINS_KNOW_ONLY_THE_SPI", Scope.MAIN, ModuleRules.PLUGINS_KNOW_ONLY_THE_SPI),
          new Row("SPI_IS_SELF_CONTAINED", Scope.MAIN, ModuleRules.SPI_IS_SELF_CONTAINED),
          new Row("SPI_STATES_ITS_THREADING", Scope.MAIN, ModuleRules.SPI_STATES_ITS_THREADING));

  private final JavaClasses mainClasses = Product.mainClasses();
  private final JavaClasses testClasses = Product.testClasses();
  private final JavaClasses plantedClasses = Product.plantedClasses();

  /** What a rule is about. */
  enum Scope {
    MAIN,
    TESTS
  }

  record Row(String name, Scope scope, ArchRule rule) {
    @Override
    public String toString() {
      return name;
    }
  }

  @BeforeAll
  void classesAreThere() {
    assertThat(mainClasses).as("compiled classes of the product").isNotEmpty();
    assertThat(testClasses).as("compiled classes of its tests").isNotEmpty();
  }

  @ParameterizedTest(name = "{0}")
  @FieldSource("RULES")
  void productKeepsTheRule(Row row) {
    JavaClasses classes =
        switch (row.scope()) {
          case MAIN -> mainClasses;
          case TESTS -> testClasses;
        };

    // Fails, too, when there is nothing to check: a package was renamed and the rule forgotten.
    row.rule().check(classes);
  }

  @ParameterizedTest(name = "{0}")
  @FieldSource("RULES")
  void ruleReportsWhatIsPlantedAgainstIt(Row row) {
    List<String> planted = plantedAgainst(row.name());

    String report =
        String.join("\n", row.rule().evaluate(plantedClasses).getFailureReport().getDetails());

    assertThat(planted).as("classes and members that say @Breaks(\"%s\")", row.name()).isNotEmpty();
    assertThat(report).contains(planted);
  }

  @Test
  void everyRuleIsListed() {
    List<String> declared =
        Stream.of(ModuleRules.class, CodeRules.class)
            .flatMap(holder -> Arrays.stream(holder.getDeclaredFields()))
            .filter(field -> ArchRule.class.isAssignableFrom(field.getType()))
            .map(Field::getName)
            .toList();

    assertThat(RULES).extracting(Row::name).containsExactlyInAnyOrderElementsOf(declared);
  }

  private List<String> plantedAgainst(String rule) {
    List<String> found = new ArrayList<>();
    for (JavaClass type : plantedClasses) {
      if (breaks(type.tryGetAnnotationOfType(Breaks.class), rule)) {
        found.add(type.getName());
      }
      for (JavaMember member : type.getMembers()) {
        if (breaks(member.tryGetAnnotationOfType(Breaks.class), rule)) {
          found.add(member.getFullName());
        }
      }
    }
    return found;
  }

  private static boolean breaks(Optional<Breaks> stated, String rule) {
    return stated.map(breaks -> List.of(breaks.value()).contains(rule)).orElse(false);
  }
}
