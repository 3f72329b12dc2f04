// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.index;

/**
 * What the index knows of a live key.
 *
 * @param createRevision the revision of the put that created this incarnation of the key
 * @param modRevision the revision (main) of the last put
 * @param sub the position of that put within its revision
 * @param version the number of puts in this incarnation, at least 1
 */
public record KeyRecord(long createRevision, long modRevision, int sub, long version) {}
