// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.cluster;

import io.cairn.kernel.command.Command;
import io.cairn.kernel.command.FeatureLevel;
import io.cairn.kernel.options.KernelOptions;
import io.cairn.kernel.request.Proposer;
import io.cairn.kernel.request.Standing;
import io.cairn.spi.environment.EventLog;
import io.cairn.spi.environment.Lane;
import io.cairn.spi.environment.Scheduler;
import io.cairn.spi.environment.ThreadSafe;
import io.cairn.spi.network.PeerNetwork;
import io.cairn.spi.store.ApiVersion;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * What a member does to be one: it tells the network where the others are, the others what it is
 * called and understands, and whoever asks what the cluster is like; as leader it lets all agree on
 * versions; and it finds out when it has been removed.
 */
@ThreadSafe
public final class Participation {
  /** What it stands on. */
  public record Parts(
      KernelOptions options,
      MemberBook members,
      Standing standing,
      Proposer proposer,
      PeerNetwork network,
      Scheduler scheduler,
      Lane lane,
      EventLog log) {}

  private final Parts parts;
  private final PeerReach reach;
  private final Departure departure;
  private final Announcement announcement;
  private final VersionAgreement agreement;

  /** Describes the cluster to whoever asks, from now on; the registry has been recovered. */
  public Participation(Parts parts) {
    this.parts = parts;
    KernelOptions options = parts.options();
    MemberBook members = parts.members();
    this.reach = new PeerReach(parts.network(), options.memberId());
    this.departure =
        new Departure(
            options, members, parts.standing(), parts.network(), parts.scheduler(), parts.lane());
    this.announcement =
        new Announcement(
            new Command.MemberAttributes(
                options.memberId(),
                options.cluster().name(),
                options.cluster().clientUrls(),
                ApiVersion.SERVER,
                FeatureLevel.NEWEST),
            parts.proposer(),
            parts.scheduler(),
            parts.lane(),
            parts.log(),
            this::unreached);
    this.agreement =
        new VersionAgreement(
            members,
            parts.standing(),
            parts.proposer(),
            parts.scheduler(),
            parts.lane(),
            parts.log());
    members.listen(reach);
    members.listen(departure);
    parts
        .network()
        .describe(() ->
            new ClusterDescription(options.clusterId(), options.memberId(), members.membership())
                .encode());
  }

  /** Tells the network what has been recovered; before consensus starts. */
  public void prepare() {
    reach.start(parts.members().membership(), parts.options().cluster().told());
    departure.start();
  }

  /**
   * Begins to speak; after consensus has started.
   *
   * @return completes, on a lane, when the cluster has been told about this member
   */
  public CompletableFuture<Void> start() {
    agreement.start();
    return announcement.start();
  }

  private List<String> unreached() {
    return parts.members().membership().members().stream()
        .filter(member -> member.id() != parts.options().memberId())
        .filter(member -> parts.network().connectedNanos(member.id()) == PeerNetwork.DISCONNECTED)
        .map(member ->
            (member.name().isEmpty() ? MemberIds.text(member.id()) : member.name())
                + "="
                + String.join(",", member.peerUrls()))
        .toList();
  }

  /** Completes, on a lane, when this member turns out to have been removed and has to stop. */
  public CompletableFuture<Void> departed() {
    return departure.departed();
  }

  /** Says no more. */
  public void stop() {
    announcement.stop();
    agreement.stop();
    departure.stop();
  }
}
