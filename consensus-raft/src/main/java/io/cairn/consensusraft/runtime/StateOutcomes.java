// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.runtime;

import io.cairn.consensusraft.core.Input;
import io.cairn.consensusraft.core.SnapshotPoint;
import io.cairn.consensusraft.snapshot.Arrival;
import io.cairn.consensusraft.snapshot.SnapshotOutcomes;
import io.cairn.spi.consensus.AppliedPoint;
import io.cairn.spi.environment.ThreadSafe;

/** Puts what becomes of transfers into the inbox. */
@ThreadSafe
final class StateOutcomes implements SnapshotOutcomes {
  private final Inbox inbox;

  private final CommittedRun.Membership membership;

  StateOutcomes(Inbox inbox, CommittedRun.Membership membership) {
    this.inbox = inbox;
    this.membership = membership;
  }

  @Override
  public void sent(long member, long index) {
    inbox.report(new Input.SnapshotDone(member, index));
  }

  @Override
  public void arrived(Arrival arrival) {
    inbox.report(new Requests.Arrived(arrival));
  }

  @Override
  public SnapshotPoint describe(AppliedPoint point) {
    return new SnapshotPoint(
        point.index(),
        point.term(),
        ChangeFormat.toCore(point.configuration(), membership.inForce()));
  }
}
