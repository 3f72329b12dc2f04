// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.cluster;

import static io.cairn.spi.environment.EventLog.field;

import io.cairn.kernel.command.Command;
import io.cairn.kernel.request.Proposer;
import io.cairn.spi.environment.EventLog;
import io.cairn.spi.environment.Lane;
import io.cairn.spi.environment.Scheduler;
import io.cairn.spi.environment.ThreadSafe;
import io.cairn.spi.store.Reason;
import io.cairn.spi.store.StoreException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * Tells the cluster, through the log, what this member is called, where clients reach it and what
 * it understands. Goes on trying until that has been applied.
 */
@ThreadSafe
public final class Announcement {
  /** A proposal that fails has waited for the request timeout in most cases; so not much longer. */
  private static final long RETRY_NANOS = 500_000_000;

  private final Command.MemberAttributes attributes;
  private final Proposer proposer;
  private final Scheduler scheduler;
  private final Lane lane;
  private final EventLog log;
  private final Supplier<List<String>> unreached;
  private final CompletableFuture<Void> published = new CompletableFuture<>();

  // Owned by the lane.
  private boolean stopped;

  /**
   * Will announce this member on {@code lane}.
   *
   * @param unreached the members without a connection, as an operator knows them
   */
  public Announcement(
      Command.MemberAttributes attributes,
      Proposer proposer,
      Scheduler scheduler,
      Lane lane,
      EventLog log,
      Supplier<List<String>> unreached) {
    this.attributes = attributes;
    this.proposer = proposer;
    this.scheduler = scheduler;
    this.lane = lane;
    this.log = log;
    this.unreached = unreached;
  }

  /**
   * Begins.
   *
   * @return completes when the cluster knows this member: the sign that it can serve
   */
  public CompletableFuture<Void> start() {
    lane.execute(this::publish);
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
                    field("local-member-attributes", shown()));
                published.complete(null);
              } else if (isOver(failure)) {
                published.completeExceptionally(failure);
              } else {
                log.warn(
                    "failed to publish local member to cluster through raft",
                    field("local-member-id", MemberIds.text(attributes.memberId())),
                    field("local-member-attributes", shown()),
                    field("error", describe(failure)),
                    field("unreachable-members", unreached.get()));
                var _ = scheduler.after(RETRY_NANOS, lane, this::publish);
              }
            });
  }

  private String shown() {
    return "{Name:%s ClientURLs:[%s]}"
        .formatted(attributes.name(), String.join(" ", attributes.clientUrls()));
  }

  private static String describe(Throwable failure) {
    return failure instanceof StoreException refusal
            && (refusal.reason() instanceof Reason.DeadlineExceeded
                || refusal.reason() instanceof Reason.TimedOut)
        ? "no majority of the voting members has taken it in time; it will be tried again"
        : failure.toString();
  }

  /** Whether trying again is of no use. A member that was removed is ended by other means. */
  private static boolean isOver(Throwable failure) {
    return failure instanceof StoreException refusal && refusal.reason() instanceof Reason.Stopped;
  }
}
