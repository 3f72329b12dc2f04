// SPDX-License-Identifier: Apache-2.0
/**
 * The kits as a program: {@code java -jar cairn-conformance-tests-...-all.jar KIT OPTIONS}.
 *
 * <p>It knows the commands of the kits, but must never know rules or suites. Start reading at
 * {@link io.cairn.conformancetests.runner.Runner}.
 */
@NullMarked
package io.cairn.conformancetests.runner;

import org.jspecify.annotations.NullMarked;
