// SPDX-License-Identifier: Apache-2.0
package io.cairn.spi.store;

/**
 * Adds a watcher.
 *
 * @param key the first key as it came, possibly empty
 * @param rangeEnd the range end as it came
 * @param startRevision the first revision of interest, 0 for the next one
 * @param progressNotify whether the watcher wants to hear from time to time that nothing happened
 * @param noPut whether puts are left out
 * @param noDelete whether deletions are left out
 * @param prevKv whether events carry the previous key-value
 * @param watchId the id that the client wants, 0 for any
 * @param fragment whether a large response may be cut into several
 */
public record WatchRequest(
    Bytes key,
    Bytes rangeEnd,
    long startRevision,
    boolean progressNotify,
    boolean noPut,
    boolean noDelete,
    boolean prevKv,
    long watchId,
    boolean fragment) {}
