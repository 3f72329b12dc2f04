// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.options;

import io.cairn.spi.store.Member;
import java.util.List;

/**
 * What a kernel is told by its configuration. Nothing here may influence what applying an entry
 * does, since members may be configured differently.
 *
 * @param clusterId the cluster
 * @param memberId this member
 * @param maxRequestBytes the largest command, as encoded for the log
 * @param maxTxnOps the most comparisons or operations of a transaction
 * @param quotaBytes the engine's size at which puts are refused; 0 for etcd's default, negative for
 *     none
 * @param electionMillis the election timeout, from which etcd derives other times
 * @param requestTimeoutMillis how long a proposal or read index may take
 * @param recoverOnLanes whether the start may wait for parts of recovery on other lanes; not where
 *     all lanes share a thread
 * @param watchProgressMillis how often a watcher that asked for it hears that nothing has happened
 * @param cluster what the member tells its cluster, and how it judges changes
 * @param retention what automatic compaction keeps
 * @param memory the bounds of memory
 * @param flush when published state goes to the engine
 */
public record KernelOptions(
    long clusterId,
    long memberId,
    int maxRequestBytes,
    int maxTxnOps,
    long quotaBytes,
    int electionMillis,
    int requestTimeoutMillis,
    boolean recoverOnLanes,
    int watchProgressMillis,
    Cluster cluster,
    Retention retention,
    Memory memory,
    Flush flush) {

  /** etcd's quota when none is configured. */
  public static final long DEFAULT_QUOTA_BYTES = 2L << 30;

  /**
   * What the member tells its cluster, and how it judges changes of the members.
   *
   * @param name what it is called
   * @param clientUrls where clients reach it
   * @param strictReconfigCheck whether changes that endanger the quorum are refused
   * @param learnersMax how many learners there may be
   * @param leaseCheckpoints whether the leader notes now and then what long leases have left
   * @param told the members that this one was told of when it joined; of use until it knows better
   */
  public record Cluster(
      String name,
      List<String> clientUrls,
      boolean strictReconfigCheck,
      int learnersMax,
      boolean leaseCheckpoints,
      List<Member> told) {
    /** Copies the lists. */
    public Cluster {
      clientUrls = List.copyOf(clientUrls);
      told = List.copyOf(told);
    }
  }

  /** What automatic compaction keeps. */
  public sealed interface Retention {
    /** Everything. */
    record Everything() implements Retention {}

    /** What was current within the last {@code nanos}, which are positive. */
    record Period(long nanos) implements Retention {}

    /** The last {@code count} revisions, which is positive. */
    record Revisions(long count) implements Retention {}
  }

  /**
   * Bounds of memory. What answers take is the transport's to bound.
   *
   * @param recentBytes how much of the newest history stays in memory once it is flushed
   * @param cacheBytes the value cache
   */
  public record Memory(long recentBytes, long cacheBytes) {}

  /**
   * When published state goes to the engine: as soon as one of the bounds is reached.
   *
   * @param operations records and small mutations per engine commit
   * @param bytes bytes per engine commit
   * @param millis how long a change waits at most
   * @param unflushedBytesMax beyond this applying waits for the engine
   * @param barrierBytes how many flushed bytes make a barrier worth its cost
   */
  public record Flush(
      int operations, long bytes, int millis, long unflushedBytesMax, long barrierBytes) {}

  /** etcd's defaults. */
  public static KernelOptions defaults(long clusterId, long memberId) {
    return new KernelOptions(
        clusterId,
        memberId,
        1_572_864,
        128,
        0,
        1000,
        7000,
        true,
        600_000,
        new Cluster("default", List.of("http://localhost:2379"), true, 1, false, List.of()),
        new Retention.Everything(),
        new Memory(32L << 20, 64L << 20),
        new Flush(10_000, 8L << 20, 100, 64L << 20, 32L << 20));
  }

  /** The quota in effect: {@link Long#MAX_VALUE} if there is none. */
  public long effectiveQuotaBytes() {
    if (quotaBytes == 0) {
      return DEFAULT_QUOTA_BYTES;
    }
    return quotaBytes < 0 ? Long.MAX_VALUE : quotaBytes;
  }
}
