// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.cluster;

import static io.cairn.spi.environment.EventLog.field;

import io.cairn.kernel.command.Command;
import io.cairn.kernel.request.Proposer;
import io.cairn.kernel.request.Standing;
import io.cairn.spi.environment.EventLog;
import io.cairn.spi.environment.Lane;
import io.cairn.spi.environment.Scheduler;
import io.cairn.spi.environment.ThreadSafe;
import io.cairn.spi.store.ApiVersion;
import io.cairn.spi.store.HeaderResult;
import org.jspecify.annotations.Nullable;

/**
 * As leader, lets the cluster speak and do what all members understand: fixes the version of the
 * API when there is none yet, and raises the feature level once every member has announced that it
 * knows the next one.
 */
@ThreadSafe
public final class VersionAgreement {
  private static final long RETRY_NANOS = 500_000_000;

  private final MemberBook members;
  private final Standing standing;
  private final Proposer proposer;
  private final Scheduler scheduler;
  private final Lane lane;
  private final EventLog log;

  // Owned by the lane.
  private boolean proposing;
  private boolean stopped;

  /** Will look on {@code lane} whenever somebody else leads or members announce something. */
  public VersionAgreement(
      MemberBook members,
      Standing standing,
      Proposer proposer,
      Scheduler scheduler,
      Lane lane,
      EventLog log) {
    this.members = members;
    this.standing = standing;
    this.proposer = proposer;
    this.scheduler = scheduler;
    this.lane = lane;
    this.log = log;
  }

  /** Begins. */
  public void start() {
    standing.listen(leadership -> lane.execute(this::look));
    members.listen((before, after) -> lane.execute(this::look));
    lane.execute(this::look);
  }

  /** Ends. */
  public void stop() {
    lane.execute(() -> stopped = true);
  }

  private void look() {
    if (stopped || proposing || !standing.leadership().self()) {
      return;
    }
    Membership now = members.membership();
    int level = now.commonLevel();
    if (!now.clusterVersion().equals(ApiVersion.CLUSTER)) {
      log.info(
          "setting up initial cluster version using v3 API",
          field("cluster-version", ApiVersion.CLUSTER));
      propose(
          new Command.ClusterVersion(ApiVersion.CLUSTER),
          "set initial cluster version",
          field("cluster-version", ApiVersion.CLUSTER));
    } else if (level > now.level()) {
      propose(
          new Command.RaiseLevel(level), "raised the feature level", field("feature-level", level));
    }
  }

  private void propose(Command<HeaderResult> command, String done, EventLog.Field field) {
    proposing = true;
    var _ =
        proposer
            .propose(command)
            .whenComplete((applied, failure) -> lane.execute(() -> ended(failure, done, field)));
  }

  private void ended(@Nullable Throwable failure, String done, EventLog.Field field) {
    proposing = false;
    if (failure == null) {
      log.info(done, field);
      look();
    } else {
      var _ = scheduler.after(RETRY_NANOS, lane, this::look);
    }
  }
}
