// SPDX-License-Identifier: Apache-2.0
package io.cairn.benchmarks.load;

import java.util.Locale;

/**
 * What is asked of a server.
 *
 * @param operation the kind of request
 * @param connections how many connections, spread over the endpoints
 * @param inFlight how many requests are under way at any time, over all connections
 * @param firstKey the number of the first key; keys are numbers of eight digits
 * @param keys how many different keys
 * @param valueBytes the size of a value
 * @param rangeKeys how many keys a range or page spans
 * @param sequential whether keys are taken one after another instead of at random; ranges then
 *     adjoin each other
 * @param watchers how many watchers of all keys look on
 * @param watchConnections how many connections they share
 * @param compacting whether the server is asked, all the time, to forget what is older than now
 */
public record Workload(
    Operation operation,
    int connections,
    int inFlight,
    int firstKey,
    int keys,
    int valueBytes,
    int rangeKeys,
    boolean sequential,
    int watchers,
    int watchConnections,
    boolean compacting) {
  /** Keys and the ends of ranges are below this number. */
  public static final int KEYS_MAX = 100_000_000;

  private static final int CONNECTIONS_USUAL = 8;
  private static final int VALUE_BYTES_USUAL = 256;

  /** A kind of request. */
  public enum Operation {
    /** Puts a value. */
    PUT("/etcdserverpb.KV/Put"),
    /** Reads one key, linearizable. */
    GET("/etcdserverpb.KV/Range"),
    /** Reads one key, serializable. */
    SGET("/etcdserverpb.KV/Range"),
    /** Reads the keys of a short range. */
    RANGE("/etcdserverpb.KV/Range"),
    /** Reads the first keys of everything behind a key. */
    PAGE("/etcdserverpb.KV/Range"),
    /** A transaction with one put. */
    TXN("/etcdserverpb.KV/Txn"),
    /** A transaction that puts if the key exists and reads it otherwise. */
    CAS("/etcdserverpb.KV/Txn");

    private final String path;

    Operation(String path) {
      this.path = path;
    }

    String path() {
      return path;
    }

    /** The name that people use. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Checks that there is something to ask, by someone, of existing keys. */
  public Workload {
    require(connections >= 1 && inFlight >= 1, "connections and requests in flight are at least 1");
    require(connections <= inFlight, "more connections than requests in flight would be idle");
    require(firstKey >= 0 && keys >= 1 && rangeKeys >= 1, "keys are counted from 1 on");
    require((long) firstKey + keys < KEYS_MAX, "keys are numbers below " + KEYS_MAX);
    require(
        operation != Operation.RANGE || rangeKeys <= keys,
        "a range of " + rangeKeys + " is longer than all of the " + keys + " keys");
    require(valueBytes >= 0 && watchers >= 0, "sizes and counts are not negative");
    require(
        watchers == 0 || (watchConnections >= 1 && watchConnections <= watchers),
        "watchers need connections, and each connection a watcher");
  }

  /** A load of {@code operation} with everything else as usual. */
  public static Workload of(Operation operation, int inFlight, int keys) {
    int connections = Math.min(CONNECTIONS_USUAL, inFlight);
    return new Workload(
        operation, connections, inFlight, 0, keys, VALUE_BYTES_USUAL, 1, false, 0, 0, false);
  }

  /** The same from another first key on. */
  public Workload withKeys(int first, int count) {
    return new Workload(
        operation,
        connections,
        inFlight,
        first,
        count,
        valueBytes,
        rangeKeys,
        sequential,
        watchers,
        watchConnections,
        compacting);
  }

  /** The same with values of another size. */
  public Workload withValues(int bytes) {
    return new Workload(
        operation,
        connections,
        inFlight,
        firstKey,
        keys,
        bytes,
        rangeKeys,
        sequential,
        watchers,
        watchConnections,
        compacting);
  }

  /** The same with another span of ranges. */
  public Workload withRange(int span) {
    return new Workload(
        operation,
        connections,
        inFlight,
        firstKey,
        keys,
        valueBytes,
        span,
        sequential,
        watchers,
        watchConnections,
        compacting);
  }

  /** The same with keys one after another. */
  public Workload inSequence() {
    return new Workload(
        operation,
        connections,
        inFlight,
        firstKey,
        keys,
        valueBytes,
        rangeKeys,
        true,
        watchers,
        watchConnections,
        compacting);
  }

  /** The same, asked over one connection and with watchers looking on. */
  public Workload watchedBy(int count, int onConnections) {
    return new Workload(
        operation,
        1,
        inFlight,
        firstKey,
        keys,
        valueBytes,
        rangeKeys,
        sequential,
        count,
        onConnections,
        compacting);
  }

  /** The same while the server compacts. */
  public Workload whileCompacting() {
    return new Workload(
        operation,
        connections,
        inFlight,
        firstKey,
        keys,
        valueBytes,
        rangeKeys,
        sequential,
        watchers,
        watchConnections,
        true);
  }

  private static void require(boolean holds, String rule) {
    if (!holds) {
      throw new IllegalArgumentException(rule);
    }
  }
}
