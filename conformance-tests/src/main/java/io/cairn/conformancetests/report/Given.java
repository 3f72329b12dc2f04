// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.report;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.StoreScope;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.platform.engine.support.store.Namespace;
import org.junit.platform.engine.support.store.NamespacedHierarchicalStore;

/**
 * Hands a suite what the {@link Examination} was given: {@code @ExtendWith(Given.class)} on the
 * class, and a constructor parameter of the type.
 */
public final class Given implements ParameterResolver {
  private static final String NAME = "io.cairn.conformancetests.given";

  /** For JUnit. */
  public Given() {}

  static void put(NamespacedHierarchicalStore<Namespace> session, Class<?> type, Object value) {
    session.put(Namespace.create(NAME), type, value);
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return value(parameter, context) != null;
  }

  @Override
  public @Nullable Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return value(parameter, context);
  }

  /** What the examination was given of this type, for extensions that a suite has of its own. */
  public static <T> Optional<T> find(ExtensionContext context, Class<T> type) {
    return Optional.ofNullable(
        context
            .getStore(StoreScope.LAUNCHER_SESSION, ExtensionContext.Namespace.create(NAME))
            .get(type, type));
  }

  private static @Nullable Object value(ParameterContext parameter, ExtensionContext context) {
    return context
        .getStore(StoreScope.LAUNCHER_SESSION, ExtensionContext.Namespace.create(NAME))
        .get(parameter.getParameter().getType());
  }
}
