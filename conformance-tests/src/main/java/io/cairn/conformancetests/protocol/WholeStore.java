// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.protocol;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks tests that need a store for themselves: they compact it, raise alarms, write outside of
 * their part of the key space, or count revisions that others would take, too. They are left out of
 * runs against a store that is shared.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE})
@interface WholeStore {}
