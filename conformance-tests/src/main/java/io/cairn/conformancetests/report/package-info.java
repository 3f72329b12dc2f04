// SPDX-License-Identifier: Apache-2.0
/**
 * What all kits share: rules, an examination that runs suites on a subject, and its report.
 *
 * <p>A kit has a {@link io.cairn.conformancetests.report.Catalogue} of the rules of its contract,
 * and suites whose tests say with {@link io.cairn.conformancetests.report.TestsRule} which of them
 * they examine. An {@link io.cairn.conformancetests.report.Examination} runs the suites and folds
 * their results into one outcome per rule; rules without a test are in the report too. This package
 * must never know what is examined. Start reading at {@link
 * io.cairn.conformancetests.report.Examination}.
 */
@NullMarked
package io.cairn.conformancetests.report;

import org.jspecify.annotations.NullMarked;
