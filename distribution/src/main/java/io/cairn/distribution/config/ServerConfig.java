// SPDX-License-Identifier: Apache-2.0
package io.cairn.distribution.config;

import io.cairn.spi.environment.EventLog;
import io.cairn.spi.transport.TransportOptions;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The server's configuration after all checks.
 *
 * @param name the member's name
 * @param dataDir the data directory
 * @param backend the storage backend's name
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
   * @param transport the limits of connections
   */
  public record Listen(
      List<String> clientUrls,
      List<InetSocketAddress> clientAddresses,
      List<String> advertisedClientUrls,
      TransportOptions transport) {}

  /**
   * How the member finds itself in a cluster.
   *
   * @param initial the initial members: name to peer URLs, sorted
   * @param token what the ids are salted with
   * @param heartbeatMillis the length of a tick
   * @param electionMillis how long a follower waits for a leader
   * @param preVote whether a candidate asks before it raises the term
   * @param strictReconfiguration whether changes that endanger the quorum are refused
   */
  public record Cluster(
      Map<String, List<String>> initial,
      String token,
      int heartbeatMillis,
      int electionMillis,
      boolean preVote,
      boolean strictReconfiguration) {}

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
