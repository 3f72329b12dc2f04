// SPDX-License-Identifier: Apache-2.0
package io.cairn.distribution;

import io.cairn.cli.ClusterFounding;
import io.cairn.cli.ToolException;
import io.cairn.consensusraft.runtime.RaftConsensus;
import io.cairn.distribution.config.ConfigException;
import io.cairn.distribution.config.Configuration;
import io.cairn.distribution.config.ServerConfig;
import io.cairn.kernel.cluster.MemberIds;
import io.cairn.kernel.directory.MemberIdentity;
import io.cairn.spi.consensus.AppliedPoint;
import io.cairn.spi.consensus.ConsensusException;
import io.cairn.spi.consensus.ConsensusOptions;
import io.cairn.spi.environment.Disk;
import io.cairn.spi.environment.EventLog;
import io.cairn.spi.environment.Lane;
import io.cairn.spi.store.Member;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * Begins a cluster from a backup as the server would begin an empty one: same options, same log.
 */
final class RestoredFounding implements ClusterFounding {
  // Of no meaning for a log, but consensus has no options without.
  private static final int HEARTBEAT_MILLIS = 100;
  private static final int ELECTION_MILLIS = 1_000;

  @Override
  public Founders decide(Origin origin) throws ToolException {
    try {
      ServerConfig config =
          Configuration.read(
                  List.of(
                      "--name=" + origin.name(),
                      "--initial-cluster=" + origin.cluster(),
                      "--initial-cluster-token=" + origin.token(),
                      "--initial-advertise-peer-urls=" + origin.advertisedPeerUrls()),
                  Map.of())
              .resolve();
      ServerConfig.Origin parsed = config.cluster().origin();
      // The other members are not there yet, so there is nobody to ask.
      Bootstrap.Inquiry nobody =
          (url, nanos) -> CompletableFuture.failedFuture(new IOException("nobody is asked"));
      long self =
          new Bootstrap(origin.name(), parsed, nobody, PeerUrlMatch.Resolver.SYSTEM)
              .decide()
              .memberId();
      List<Member> members =
          parsed.initial().entrySet().stream()
              .map(member -> member(member.getKey(), member.getValue(), parsed.token()))
              .toList();
      return new Founders(self, members);
    } catch (ConfigException | StartException e) {
      throw new ToolException(e.getMessage(), e);
    }
  }

  private static Member member(String name, List<String> peerUrls, String token) {
    return new Member(MemberIds.ofInitialMember(peerUrls, token), name, peerUrls, List.of(), false);
  }

  @Override
  public void beginLog(Disk disk, MemberIdentity self, AppliedPoint point, EventLog log)
      throws ToolException {
    ConsensusOptions options =
        new ConsensusOptions(
            self.clusterId(),
            self.memberId(),
            self.incarnation(),
            self.boot(),
            List.of(),
            HEARTBEAT_MILLIS,
            ELECTION_MILLIS,
            true,
            ELECTION_MILLIS,
            0,
            0,
            false,
            0);
    try {
      RaftConsensus.begin(options, point, disk, new CallersLane(), log);
    } catch (ConsensusException e) {
      throw new ToolException(e.getMessage(), e);
    }
  }

  /** A lane of a tool that does one thing after the other. */
  private record CallersLane() implements Lane {
    @Override
    public String name() {
      return "caller";
    }

    @Override
    public void execute(Runnable task) {
      task.run();
    }
  }
}
