// SPDX-License-Identifier: Apache-2.0
package io.cairn.conformancetests.consensus;

import io.cairn.spi.environment.Disk;
import io.cairn.spi.environment.EventLog;
import io.cairn.spi.environment.ProcessExit;
import io.cairn.spi.environment.Rng;
import io.cairn.spi.environment.Scheduler;
import io.cairn.spi.environment.TimeSource;
import io.cairn.spi.network.PeerNetwork;

/**
 * The world as one life of a member sees it.
 *
 * @param disk its files; they stay when the life ends
 * @param scheduler its lanes and timers, which end with the life
 * @param time virtual; it passes while lanes have nothing to do
 * @param rng where its random numbers come from
 * @param events where it may say what happens
 * @param exit how it ends itself
 * @param network the other members
 */
public record Surroundings(
    Disk disk,
    Scheduler scheduler,
    TimeSource time,
    Rng rng,
    EventLog events,
    ProcessExit exit,
    PeerNetwork network) {}
