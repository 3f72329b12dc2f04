// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.environment;

/**
 * What a lane has done so far.
 *
 * @param name the lane
 * @param tasks tasks run
 * @param wakeUps how often it had been idle when a task came; tasks per wake-up is its batch size
 * @param busyNanos time spent between waking up and falling idle
 * @param waiting tasks handed in and not begun
 * @param oldestNanos for how long the lane has been busy without falling idle, an upper bound of
 *     the age of what waits; 0 when idle
 */
public record LaneStats(
    String name, long tasks, long wakeUps, long busyNanos, int waiting, long oldestNanos) {}
