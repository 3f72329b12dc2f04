// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.environment;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The type belongs to one lane (or, where it says so, to one caller) and is used by no other. */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target({ElementType.TYPE, ElementType.METHOD})
public @interface OnLane {
  /** The lane's name, or a word for whoever owns the object. */
  String value();
}
