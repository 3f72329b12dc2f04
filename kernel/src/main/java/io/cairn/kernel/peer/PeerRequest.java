// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.peer;

/** A question to the leader's kernel. */
public sealed interface PeerRequest {
  /** Renew a lease. */
  record KeepAlive(long lease) implements PeerRequest {}

  /**
   * How long has a lease to live?
   *
   * @param keys whether its keys are asked for too
   */
  record TimeToLive(long lease, boolean keys) implements PeerRequest {}

  /** Give a learner its vote. */
  record Promote(long member) implements PeerRequest {}
}
