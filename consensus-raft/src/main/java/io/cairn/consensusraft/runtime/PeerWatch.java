// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.runtime;

import io.cairn.consensusraft.core.Input;
import io.cairn.spi.environment.ThreadSafe;
import io.cairn.spi.network.PeerNetwork;

/** Hands on what the network tells of connections. */
@ThreadSafe
final class PeerWatch implements PeerNetwork.Watcher {
  private final Inbox inbox;
  private final Reception reception;

  PeerWatch(Inbox inbox, Reception reception) {
    this.inbox = inbox;
    this.reception = reception;
  }

  @Override
  public void connected(long member, long incarnation, long boot) {
    reception.met(member, incarnation, boot);
    inbox.report(new Requests.Judged(member, null));
  }

  @Override
  public void lost(long member) {
    inbox.report(new Input.Unreachable(member));
  }

  @Override
  public void refused(long member, PeerNetwork.Refusal refusal) {
    inbox.report(new Requests.Judged(member, refusal));
  }
}
