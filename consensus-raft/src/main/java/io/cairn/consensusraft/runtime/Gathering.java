// SPDX-License-Identifier: Apache-2.0
package io.cairn.consensusraft.runtime;

import io.cairn.consensusraft.core.Effects.RoleKind;
import io.cairn.consensusraft.core.Effects.RoleView;
import io.cairn.consensusraft.core.Input;
import io.cairn.spi.consensus.DropReason;
import io.cairn.spi.consensus.Proposal;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.store.Bytes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Proposals on their way into the core, and when they wait there for more of them.
 *
 * <p>However small a batch is, it costs every member messages, wake-ups and a sync; where many
 * propose, that is most of what a proposal costs. So while {@link #BATCHES_MAX} batches are on
 * their way to being committed, the next one gathers, until one of those is committed, until it has
 * {@link #BYTES_ENOUGH}, or until a tick has passed. No timer is needed: who proposes alone never
 * waits, and under load a batch becomes as large as what is proposed in a fraction of a round trip.
 */
@OnLane("raft")
final class Gathering {
  /** What is worth a batch of its own, however many are under way. */
  static final int BYTES_ENOUGH = 64 << 10;

  private static final int BATCHES_MAX = 3;

  private List<Bytes> payloads = new ArrayList<>();
  private List<Proposal> proposals = new ArrayList<>();
  private long bytes;

  /** Where the batches end that are not committed yet. */
  private final Deque<Long> ends = new ArrayDeque<>();

  private boolean leads;
  private long commit;

  /** Lets a proposal wait, if only for the core's next step. */
  void add(Proposal proposal) {
    proposals.add(proposal);
    payloads.add(proposal.payload());
    bytes += proposal.payload().length();
  }

  /** Whether no proposal waits. */
  boolean isEmpty() {
    return proposals.isEmpty();
  }

  /** The core has made a step: batches may have been committed, or be nobody's any more. */
  void stepped(RoleView role) {
    leads = role.kind() == RoleKind.LEADER;
    commit = role.commit();
    if (!leads) {
      ends.clear();
    }
    while (!ends.isEmpty() && ends.getFirst() <= commit) {
      ends.removeFirst();
    }
  }

  /** Whether what comes next waits, unless it is enough. */
  boolean isOn() {
    return ends.size() >= BATCHES_MAX;
  }

  /** Whether there is something that waits no longer. */
  boolean isDue() {
    return !proposals.isEmpty() && (bytes >= BYTES_ENOUGH || !isOn());
  }

  /** Everything that has gathered. */
  Input.Propose take() {
    Input.Propose batch = new Input.Propose(0, payloads, proposals);
    payloads = new ArrayList<>();
    proposals = new ArrayList<>();
    bytes = 0;
    return batch;
  }

  /** The core has stepped with a batch, and its log ends at {@code lastIndex} now. */
  void taken(long lastIndex) {
    if (leads && lastIndex > commit) {
      ends.addLast(lastIndex);
    }
  }

  /** Gives everything back. */
  void stop(Inbox inbox) {
    proposals.forEach(proposal -> OwnProposals.drop(inbox, proposal, DropReason.STOPPED));
    var _ = take();
  }
}
