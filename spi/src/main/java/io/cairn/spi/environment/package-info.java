// SPDX-License-Identifier: Apache-2.0
/**
 * The only way to the world outside: time, randomness, threads, files, logs; other members are in
 * {@code io.cairn.spi.network}.
 *
 * <p>Nothing in the kernel or in the consensus module reaches a clock, a thread, a file or a random
 * source by any other way, so that whole clusters can run in one deterministic thread under a
 * simulated environment.
 *
 * <h2>Rules</h2>
 *
 * <ul>
 *   <li>X1 {@link TimeSource#nanos} never goes back and decides everything; wall time is only
 *       shown.
 *   <li>X2 A {@link Lane} runs its tasks one at a time, in the order in which they were handed in,
 *       each seeing the effects of those before it.
 *   <li>X3 A task that throws ends the process: the environment reports it to its failure handler
 *       and runs nothing more on that lane.
 *   <li>X4 A delayed task runs on the lane it was scheduled for, not before its time; a cancelled
 *       one that has not begun does not run.
 *   <li>X5 After {@link DiskFile#sync} returns, everything written to the file before the call
 *       survives a power cut; after {@link Disk#syncDirectory} returns, so do names created,
 *       renamed and removed in that directory. A failed sync is final: the data may be lost even if
 *       a later sync succeeds.
 *   <li>X6 {@link Disk#list} is sorted.
 *   <li>X7 A {@link Probe} answers false in production; a test may let the code take an unlikely
 *       but legal choice.
 * </ul>
 *
 * <p>Start reading at {@link Scheduler}.
 */
package io.cairn.spi.environment;
