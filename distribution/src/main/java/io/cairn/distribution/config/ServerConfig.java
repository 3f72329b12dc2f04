// SPDX-License-Identifier: Apache-2.0
package io.cairn.distribution.config;

import io.cairn.spi.environment.EventLog;
import io.cairn.spi.transport.TransportOptions;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The server's configuration after all checks.
 *
 * @param name the member's name
 * @param dataDir the data directory
 * @param backend the storage backend's name
 * @param pluginsDir where storage plugins lie, if not in the usual place
 * @param memoryBytes what the server may use in all, 0 for a share that suits the heap it runs with
 * @param listen where it listens
 * @param cluster how it finds itself in a cluster
 * @param limits what it allows
 * @param log where and what it logs
 * @param syncs whether files are synced at all; only tests switch that off
 */
public record ServerConfig(
    String name,
    Path dataDir,
    String backend,
    Optional<Path> pluginsDir,
    long memoryBytes,
    Listen listen,
    Cluster cluster,
    Limits limits,
    Log log,
    boolean syncs) {

  /**
   * Where the server listens.
   *
   * @param clientUrls the URLs for clients
   * @param clientAddresses their addresses, in the same order
   * @param advertisedClientUrls what it tells clients
   * @param peerAddresses where it listens for other members
   * @param transport the limits of connections
   */
  public record Listen(
      List<String> clientUrls,
      List<InetSocketAddress> clientAddresses,
      List<String> advertisedClientUrls,
      List<InetSocketAddress> peerAddresses,
      TransportOptions transport) {}

  /**
   * How the member finds itself in a cluster and behaves in it.
   *
   * @param origin what counts until the member has a directory
   * @param heartbeatMillis the length of a tick
   * @param electionMillis how long a follower waits for a leader
   * @param preVote whether a candidate asks before it raises the term
   * @param strictReconfiguration whether changes that endanger the quorum are refused
   * @param learnersMax how many learners there may be
   * @param forceNew whether the member leaves all others behind and goes on alone
   * @param leaseCheckpoints whether the leader notes now and then what long leases have left
   * @param dialsFromAdvertisedAddress whether connections to other members come from the address
   *     that the advertised peer URLs name
   * @param hastensFirstElection whether a member that has come up waits for a leader only as long
   *     as one would need to be heard
   */
  public record Cluster(
      Origin origin,
      int heartbeatMillis,
      int electionMillis,
      boolean preVote,
      boolean strictReconfiguration,
      int learnersMax,
      boolean forceNew,
      boolean leaseCheckpoints,
      boolean dialsFromAdvertisedAddress,
      boolean hastensFirstElection) {}

  /**
   * Where the member comes from. Of no meaning once its directory says who it is.
   *
   * @param initial the initial members: name to peer URLs, sorted
   * @param joins whether the cluster runs already and knows this member
   * @param token what the ids of a new cluster are salted with
   * @param advertisedPeerUrls where other members reach this one
   */
  public record Origin(
      Map<String, List<String>> initial,
      boolean joins,
      String token,
      List<String> advertisedPeerUrls) {}

  /**
   * What the server allows.
   *
   * @param quotaBytes the engine's size at which puts are refused; 0 for the default, negative for
   *     none
   * @param txnOperationsMax the most operations of a transaction
   * @param progressIntervalNanos how often watchers that ask for it hear that nothing happened
   * @param compaction when history is forgotten by itself
   */
  public record Limits(
      long quotaBytes, int txnOperationsMax, long progressIntervalNanos, Compaction compaction) {}

  /** When history is forgotten by itself. */
  public sealed interface Compaction {
    /** Never. */
    record Off() implements Compaction {}

    /** What is older than that. */
    record Periodic(long retentionNanos) implements Compaction {}

    /** All but that many revisions. */
    record Revisions(long retained) implements Compaction {}
  }

  /**
   * Where and what the server logs.
   *
   * @param level the least level written
   * @param json whether lines are JSON
   * @param outputs {@code stderr}, {@code stdout} or paths of files; none to discard everything
   */
  public record Log(EventLog.Level level, boolean json, List<String> outputs) {}
}
