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
 * <p>Not tested here, because no test that knows only the contract can bring it about:
 *
 * <ul>
 *   <li>S1: values of more than 64 MiB; the bound is larger than what a test may take of a machine.
 *   <li>S4: power cuts. What an operating system has taken but not written is not lost when a
 *       process is killed; a backend shows by its own tests that it syncs in the right order.
 *   <li>S6, S8: damage to parts of a file, and full disks. A backend's own tests know its files.
 *   <li>S7: a barrier that fails. A commit that fails is tested.
 *   <li>S10: how long others wait while space is reclaimed; it is tested that they need not wait
 *       for the end.
 * </ul>
 *
 * <p>Start reading at {@link io.cairn.conformancetests.StorageConformance}.
 */
@NullMarked
package io.cairn.conformancetests;

import org.jspecify.annotations.NullMarked;
