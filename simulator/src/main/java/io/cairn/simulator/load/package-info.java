// SPDX-License-Identifier: Apache-2.0
/**
 * Clients: what they ask, and what they write down.
 *
 * <p>A {@link io.cairn.simulator.load.LoadClient} makes one call at a time and never a second time;
 * a {@link io.cairn.simulator.load.WatchingClient} follows changes and resumes where it was cut
 * off. {@link io.cairn.simulator.load.Recorder} keeps the history. Clients see what clients of the
 * store facade see, and nothing else of a member.
 */
@NullMarked
package io.cairn.simulator.load;

import org.jspecify.annotations.NullMarked;
