// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.cluster;

import static io.cairn.spi.environment.EventLog.field;

import io.cairn.kernel.command.Command;
import io.cairn.kernel.request.Proposer;
import io.cairn.kernel.request.Standing;
import io.cairn.spi.consensus.Leadership;
import io.cairn.spi.environment.EventLog;
import io.cairn.spi.environment.Lane;
import io.cairn.spi.environment.Scheduler;
import io.cairn.spi.environment.ThreadSafe;
import io.cairn.spi.store.ApiVersion;
import io.cairn.spi.store.Reason;
import io.cairn.spi.store.StoreException;
import java.util.concurrent.CompletableFuture;

/**
 * Tells the cluster, through the log, what this member is called and where clients reach it; and,
 * as leader, the version that the cluster speaks. Goes on trying until both have been applied.
 */
@ThreadSafe
public final class Announcement {
  /** A proposal that fails has waited for the request timeout in most cases; so not much longer. */
  private static final long RETRY_NANOS = 500_000_000;

  private final Command.MemberAttributes attributes;
  private final MemberBook members;
  private final Standing standing;
  private final Proposer proposer;
  private final Scheduler scheduler;
  private final Lane lane;
  private final EventLog log;
  private final CompletableFuture<Void> published = new CompletableFuture<>();

  // Owned by the lane.
  private boolean proposingVersion;
  private boolean stopped;

  /** Will announce this member on {@code lane}. */
  public Announcement(
      Command.MemberAttributes attributes,
      MemberBook members,
      Standing standing,
      Proposer proposer,
      Scheduler scheduler,
      Lane lane,
      EventLog log) {
    this.attributes = attributes;
    this.members = members;
    this.standing = standing;
    this.proposer = proposer;
    this.scheduler = scheduler;
    this.lane = lane;
    this.log = log;
  }

  /**
   * Begins.
   *
   * @return completes when the cluster knows this member: the sign that it can serve
   */
  public CompletableFuture<Void> start() {
    standing.listen(leadership -> lane.execute(() -> agreeOnVersion(leadership)));
    lane.execute(() -> {
      publish();
      agreeOnVersion(standing.leadership());
    });
    return published;
  }

  /** Ends; what is not announced by now stays unannounced. */
  public void stop() {
    lane.execute(() -> stopped = true);
  }

  private void publish() {
    if (stopped) {
      return;
    }
    var _ =
        proposer
            .propose(attributes)
            .whenComplete((done, failure) -> {
              if (failure == null) {
                log.info(
                    "published local member to cluster through raft",
                    field("local-member-id", MemberIds.text(attributes.memberId())),
                    field("local-member-attributes", attributes.toString()));
                published.complete(null);
              } else if (isOver(failure)) {
                published.completeExceptionally(failure);
              } else {
                log.warn(
                    "failed to publish local member to cluster through raft",
                    field("error", failure.toString()));
                var _ = scheduler.after(RETRY_NANOS, lane, this::publish);
              }
            });
  }

  /** Whether trying again is of no use. A member that was removed is ended by other means. */
  private static boolean isOver(Throwable failure) {
    return failure instanceof StoreException refusal && refusal.reason() instanceof Reason.Stopped;
  }

  private void agreeOnVersion(Leadership leadership) {
    boolean agreed = members.membership().clusterVersion().equals(ApiVersion.CLUSTER);
    if (stopped || proposingVersion || agreed || !leadership.self()) {
      return;
    }
    proposingVersion = true;
    log.info(
        "setting up initial cluster version using v3 API",
        field("cluster-version", ApiVersion.CLUSTER));
    var _ =
        proposer
            .propose(new Command.ClusterVersion(ApiVersion.CLUSTER))
            .whenComplete((done, failure) -> lane.execute(() -> versionProposed(failure == null)));
  }

  private void versionProposed(boolean applied) {
    proposingVersion = false;
    if (applied) {
      log.info("set initial cluster version", field("cluster-version", ApiVersion.CLUSTER));
    } else {
      var _ = scheduler.after(RETRY_NANOS, lane, () -> agreeOnVersion(standing.leadership()));
    }
  }
}
