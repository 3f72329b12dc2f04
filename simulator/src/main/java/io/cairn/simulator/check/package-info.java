// SPDX-License-Identifier: Apache-2.0
/**
 * Says whether what clients saw can be what a correct store shows.
 *
 * <p>{@link io.cairn.simulator.check.OrderedCheck} replays the log through {@link
 * io.cairn.simulator.check.StoreModel} and demands every answer to the letter; start reading there.
 * {@link io.cairn.simulator.check.SearchCheck} knows no log and looks for any order that explains
 * the answers. {@link io.cairn.simulator.check.WatchCheck} and {@link
 * io.cairn.simulator.check.LeaseCheck} judge what their names say. All of them are pure functions
 * of histories; none knows how histories come about.
 */
@NullMarked
package io.cairn.simulator.check;

import org.jspecify.annotations.NullMarked;
