// SPDX-License-Identifier: Apache-2.0
/**
 * The simulated outside: time, lanes, disks, engines and the network between members, all of it in
 * one thread and decided by one seed.
 *
 * <p>Start reading at {@link io.cairn.simulator.environment.EventQueue}. Everything here implements
 * {@code io.cairn.spi.environment} or {@code io.cairn.spi.storage}, as weakly as their contracts
 * allow, and knows neither Raft nor the store: another consensus engine or another kernel runs on
 * it as well.
 */
@NullMarked
package io.cairn.simulator.environment;

import org.jspecify.annotations.NullMarked;
