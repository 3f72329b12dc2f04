// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.protocol;

import io.cairn.conformancetests.report.Demand;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The words of the rule that a test examines; it stands where its only test does. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@interface Says {
  /** What the rule says. */
  String value();

  /** How much clients rely on it. */
  Demand demand() default Demand.MUST;
}
