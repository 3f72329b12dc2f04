// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.history;

/**
 * A client was told that a lease lives.
 *
 * @param lease the lease
 * @param calledNanos when the grant or keep-alive was asked for, in true time
 * @param returnedNanos when it was answered
 * @param ttlSeconds for how long it promises
 * @param grant whether it was the grant, and not a keep-alive
 */
public record LeasePromise(
    long lease, long calledNanos, long returnedNanos, long ttlSeconds, boolean grant) {}
