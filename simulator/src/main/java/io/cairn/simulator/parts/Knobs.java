// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.parts;

import io.cairn.spi.environment.Rng;

/**
 * Sizes and periods of a member, small enough to make rare paths common.
 *
 * @param heartbeatMillis the length of a tick
 * @param electionMillis the election timeout
 * @param segmentBytes the size of a log segment
 * @param entriesForOthers how many applied entries stay in the log for followers
 * @param appendBytes entries per append message
 * @param inflight unanswered appends per follower
 * @param windowBytes applied entries kept in memory for followers
 * @param flushOperations records per engine commit
 * @param flushBytes bytes per engine commit
 * @param flushMillis how long a change waits for the engine
 * @param unflushedBytes how much may wait for the engine
 * @param barrierBytes how many flushed bytes make a barrier worth its cost
 * @param progressMillis how often watchers hear that nothing has happened
 * @param requestMillis how long requests wait
 * @param probePerMille how often an unlikely but legal choice is taken
 */
public record Knobs(
    int heartbeatMillis,
    int electionMillis,
    int segmentBytes,
    int entriesForOthers,
    int appendBytes,
    int inflight,
    int windowBytes,
    int flushOperations,
    int flushBytes,
    int flushMillis,
    int unflushedBytes,
    int barrierBytes,
    int progressMillis,
    int requestMillis,
    int probePerMille) {

  /** Draws every knob. */
  public static Knobs draw(Rng rng) {
    int heartbeat = pick(rng, 20, 50, 100);
    return new Knobs(
        heartbeat,
        heartbeat * pick(rng, 5, 10),
        pick(rng, 16, 32, 64, 128) << 10,
        rng.below(pick(rng, 10, 200)),
        pick(rng, 100, 2_000, 1 << 20),
        1 + rng.below(8),
        pick(rng, 0, 1_000, 1 << 20),
        1 + rng.below(40),
        pick(rng, 300, 2_000, 20_000),
        pick(rng, 5, 30, 100),
        pick(rng, 2_000, 20_000, 1 << 20),
        pick(rng, 500, 5_000, 50_000),
        pick(rng, 200, 1_000, 5_000),
        pick(rng, 1_500, 3_000, 7_000),
        pick(rng, 0, 10, 200));
  }

  private static int pick(Rng rng, int... choices) {
    return choices[rng.below(choices.length)];
  }
}
