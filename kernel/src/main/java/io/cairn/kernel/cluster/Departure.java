// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.cluster;

import io.cairn.kernel.options.KernelOptions;
import io.cairn.kernel.request.Standing;
import io.cairn.spi.environment.Lane;
import io.cairn.spi.environment.Scheduler;
import io.cairn.spi.environment.ThreadSafe;
import io.cairn.spi.network.PeerNetwork;
import io.cairn.spi.store.Member;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Finds out that this member has been removed from its cluster: by applying its own removal, or,
 * when the others removed it while it was away and speak to it no more, by asking them.
 */
@ThreadSafe
public final class Departure implements MemberBook.Listener {
  /**
   * How long a member goes on at least after applying its removal, so that others hear that it did.
   */
  private static final long LINGER_NANOS = 1_000_000_000;

  private final KernelOptions options;
  private final MemberBook members;
  private final Standing standing;
  private final PeerNetwork network;
  private final Scheduler scheduler;
  private final Lane lane;

  /** How long a member without a leader waits before it asks, and for each answer. */
  private final long askAfterNanos;

  private final CompletableFuture<Void> departed = new CompletableFuture<>();

  // Owned by the lane.
  private boolean stopped;

  /** Will look on {@code lane}. */
  public Departure(
      KernelOptions options,
      MemberBook members,
      Standing standing,
      PeerNetwork network,
      Scheduler scheduler,
      Lane lane) {
    this.options = options;
    this.members = members;
    this.standing = standing;
    this.network = network;
    this.scheduler = scheduler;
    this.lane = lane;
    this.askAfterNanos = Math.max(LINGER_NANOS, options.electionMillis() * 1_000_000L);
  }

  /** Begins to look. */
  public void start() {
    changed(Membership.EMPTY, members.membership());
    lookLater();
  }

  /** Looks no more. */
  public void stop() {
    lane.execute(() -> stopped = true);
  }

  /** Completes, on a lane, when this member is known to have been removed and has to stop. */
  public CompletableFuture<Void> departed() {
    return departed;
  }

  @Override
  public void changed(Membership before, Membership after) {
    if (after.isRemoved(options.memberId()) && !before.isRemoved(options.memberId())) {
      leaveLater();
    }
  }

  private void leaveLater() {
    var _ = scheduler.after(LINGER_NANOS, lane, this::leaveOnceReplaced);
  }

  /**
   * Leaves when another member leads, or knows of the removal. Until then the others may need the
   * vote of this one: those who have not applied the removal yet count it among the voters.
   */
  private void leaveOnceReplaced() {
    if (stopped || departed.isDone()) {
      return;
    }
    long leader = standing.leadership().leader();
    if (leader != 0 && leader != options.memberId()) {
      departed.complete(null);
      return;
    }
    if (leader == 0) {
      askOthers();
    }
    leaveLater();
  }

  private void lookLater() {
    var _ = scheduler.after(askAfterNanos, lane, this::look);
  }

  private void look() {
    if (stopped || departed.isDone()) {
      return;
    }
    if (standing.leadership().leader() == 0) {
      askOthers();
    }
    lookLater();
  }

  private void askOthers() {
    Membership known = members.membership();
    List<Member> others = known.members().isEmpty() ? options.cluster().told() : known.members();
    others.stream()
        .filter(member -> member.id() != options.memberId())
        .flatMap(member -> member.peerUrls().stream())
        .forEach(this::ask);
  }

  private void ask(String url) {
    var _ =
        network
            .ask(url, askAfterNanos)
            .thenApply(ClusterDescription::decode)
            // Who does not answer tells nothing; the question is put again.
            .thenAccept(description -> {
              if (description.clusterId() == options.clusterId()
                  && description.membership().isRemoved(options.memberId())) {
                departed.complete(null);
              }
            });
  }
}
