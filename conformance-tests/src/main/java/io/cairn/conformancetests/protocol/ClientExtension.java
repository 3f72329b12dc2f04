// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.protocol;

import io.cairn.conformancetests.report.Given;
import io.cairn.conformancetests.report.TestsRule;
import java.util.Optional;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.platform.commons.support.AnnotationSupport;

/** Gives each test a {@link Client}, and leaves out those that this cluster must be spared. */
final class ClientExtension implements ParameterResolver, ExecutionCondition {
  private static final ExtensionContext.Namespace NAMESPACE =
      ExtensionContext.Namespace.create(ClientExtension.class);

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == Client.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    Client client = members(context).client();
    context.getStore(NAMESPACE).put(Client.class, client); // Closed when the test has ended.
    return client;
  }

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    if (context.getTestMethod().isEmpty()) {
      return ConditionEvaluationResult.enabled("a class");
    }
    Members members = members(context);
    if (members.circumstances().shared() && needsWholeStore(context)) {
      return ConditionEvaluationResult.disabled("it needs a store for itself");
    }
    String rule =
        AnnotationSupport.findAnnotation(context.getTestMethod(), TestsRule.class)
            .map(named -> named.value()[0])
            .orElseThrow(() -> new IllegalStateException("a test without a rule: " + context));
    if (!members.circumstances().wants(rule)) {
      return ConditionEvaluationResult.disabled("it was not asked for");
    }
    return Differences.whatEndsTheServer(rule, members.version())
        .map(ConditionEvaluationResult::disabled)
        .orElseGet(() -> ConditionEvaluationResult.enabled("nothing speaks against it"));
  }

  private static boolean needsWholeStore(ExtensionContext context) {
    Optional<WholeStore> onClass =
        AnnotationSupport.findAnnotation(context.getTestClass(), WholeStore.class);
    return onClass.isPresent()
        || AnnotationSupport.findAnnotation(context.getTestMethod(), WholeStore.class).isPresent();
  }

  private static Members members(ExtensionContext context) {
    return Given.find(context, Members.class)
        .orElseThrow(
            () -> new IllegalStateException("rules of the protocol are run by the protocol kit"));
  }
}
