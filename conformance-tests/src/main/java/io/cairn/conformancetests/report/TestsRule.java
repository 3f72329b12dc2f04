// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.report;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Names the rules of the {@link Catalogue} that a test examines.
 *
 * <p>On a class it holds for every test in it, also in nested classes; on a method it replaces what
 * the class says. How much the contract insists on a rule is said once, in the catalogue.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE})
public @interface TestsRule {
  /** Ids of the catalogue; usually one. */
  String[] value();
}
