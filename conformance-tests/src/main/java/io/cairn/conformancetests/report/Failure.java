// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.report;

/**
 * A test that failed.
 *
 * @param test where it is, from the class down, with the seed if it is random
 * @param message what was wrong, in a few lines
 * @param trace the whole stack trace
 */
public record Failure(String test, String message, String trace) {}
