// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.watch;

/**
 * How much is being watched.
 *
 * @param streams the open streams
 * @param watchers the watchers on all of them that have not been cancelled
 * @param heldBytes events that were read from the engine for streams that have not taken them yet
 */
public record WatchStats(int streams, int watchers, long heldBytes) {}
