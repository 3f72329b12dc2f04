// SPDX-License-Identifier: Apache-2.0
/**
 * The suites that tell whether a plugin keeps the contract of its seam.
 *
 * <p>A plugin's tests extend a suite and say in one method how to get an instance; nothing else is
 * asked of them, and they override nothing. Each rule of a contract is a nested class that carries
 * the rule's number and words. The suites know the SPI and no plugin; whether they would notice a
 * broken one is tested with engines that break one rule each.
 *
 * <h2>Storage</h2>
 *
 * <p>{@link io.cairn.conformancetests.StorageConformance} goes through S1 to S13, compares random
 * histories with a naive model, and checks the descriptor. {@link
 * io.cairn.conformancetests.StorageCrashConformance} kills processes; durable backends extend it
 * too. {@link io.cairn.conformancetests.StorageDifferential} lets several backends do the same work
 * side by side. A capability that a backend declines is tested for what the contract says of its
 * absence, and reported as a test report entry {@code declined}.
 *
 * <p>{@code StorageRules} lists the rules, and what of each no test that knows only the contract
 * can bring about; every report says so too. {@link io.cairn.conformancetests.StorageKit} runs the
 * suites on a jar, for authors who write no test.
 *
 * <h2>Other seams</h2>
 *
 * <p>The packages below have the suites for consensus engines, for transports, and for servers that
 * speak etcd's protocol.
 *
 * <p>Start reading at {@link io.cairn.conformancetests.StorageConformance}.
 */
@NullMarked
package io.cairn.conformancetests;

import org.jspecify.annotations.NullMarked;
