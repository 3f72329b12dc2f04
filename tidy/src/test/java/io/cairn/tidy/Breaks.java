// SPDX-License-Identifier: Apache-2.0
package io.cairn.tidy;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The planted code breaks these rules, and each of them must report it by name. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.FIELD, ElementType.METHOD})
public @interface Breaks {
  /** The names of the rules. */
  String[] value();
}
