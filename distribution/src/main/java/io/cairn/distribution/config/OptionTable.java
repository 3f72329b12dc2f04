// SPDX-License-Identifier: Apache-2.0
package io.cairn.distribution.config;

import static io.cairn.distribution.config.Option.Kind.BOOL;
import static io.cairn.distribution.config.Option.Kind.DURATION;
import static io.cairn.distribution.config.Option.Kind.SIGNED;
import static io.cairn.distribution.config.Option.Kind.TEXT;
import static io.cairn.distribution.config.Option.Kind.UNSIGNED;
import static io.cairn.distribution.config.Option.Kind.URLS;
import static io.cairn.distribution.config.Option.Kind.WORDS;

import io.cairn.distribution.config.Option.Kind;
import io.cairn.distribution.config.Option.Support;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Every option of the server: those of etcd 3.7 under their names, and Cairn's own. What works,
 * what has no effect here, and what is refused because its feature is missing is said nowhere else;
 * {@code docs/configuration.md} is checked against this table.
 */
final class OptionTable {
  private static final Support WORKS = new Support.Works();
  private static final Support NO_EFFECT = new Support.NoEffect();
  private static final Support TLS = new Support.Missing("TLS");
  private static final Support HTTP = new Support.Missing("the HTTP interface");
  private static final Support AUTH = new Support.Missing("access control");
  private static final Support DISCOVERY = new Support.Missing("discovery");
  private static final Support TRACING = new Support.Missing("tracing");
  private static final Support LOG_FILES = new Support.Missing("log rotation");

  /** Switches of very old releases that etcd still takes without a word. */
  static final Set<String> SILENTLY_IGNORED =
      Set.of(
          "cluster-active-size",
          "cluster-remove-delay",
          "cluster-sync-interval",
          "config",
          "force",
          "max-result-buffer",
          "max-retry-attempts",
          "peer-heartbeat-interval",
          "peer-election-timeout",
          "retry-interval",
          "snapshot",
          "v",
          "vv",
          "test.coverprofile",
          "test.outputdir");

  /** All options, in the order in which help shows them. */
  static final List<Option> ALL = all();

  private static final Map<String, Option> BY_NAME = byName();

  private OptionTable() {}

  /** The option of that name, or null. */
  static @Nullable Option find(String name) {
    return BY_NAME.get(name);
  }

  private static List<Option> all() {
    List<Option> all = new ArrayList<>();
    addMember(all);
    addClustering(all);
    addSecurity(all);
    addLogging(all);
    addMaintenance(all);
    addOwn(all);
    return List.copyOf(all);
  }

  private static void addMember(List<Option> all) {
    add(all, "name", TEXT, "default", WORKS);
    add(all, "data-dir", TEXT, "", WORKS);
    add(all, "wal-dir", TEXT, "", new Support.Missing("a separate log directory"));
    add(all, "listen-peer-urls", URLS, "http://localhost:2380", WORKS);
    add(all, "listen-client-urls", URLS, "http://localhost:2379", WORKS);
    add(all, "listen-client-http-urls", URLS, "", HTTP);
    add(all, "listen-metrics-urls", URLS, "", HTTP);
    add(all, "max-wals", UNSIGNED, "5", NO_EFFECT);
    add(all, "snapshot-count", UNSIGNED, "10000", NO_EFFECT);
    add(all, "snapshot-catchup-entries", UNSIGNED, "5000", NO_EFFECT);
    add(all, "heartbeat-interval", UNSIGNED, "100", WORKS);
    add(all, "election-timeout", UNSIGNED, "1000", WORKS);
    add(all, "initial-election-tick-advance", BOOL, "true", WORKS);
    add(all, "quota-backend-bytes", SIGNED, "0", WORKS);
    add(all, "backend-bbolt-freelist-type", TEXT, "", NO_EFFECT);
    add(all, "backend-batch-interval", DURATION, "0s", NO_EFFECT);
    add(all, "backend-batch-limit", SIGNED, "0", NO_EFFECT);
    add(all, "max-txn-ops", UNSIGNED, "128", WORKS);
    add(all, "max-request-bytes", UNSIGNED, "1572864", WORKS);
    add(all, "max-concurrent-streams", UNSIGNED, "4294967295", WORKS);
    add(all, "grpc-keepalive-min-time", DURATION, "5s", WORKS);
    add(all, "grpc-keepalive-interval", DURATION, "2h", WORKS);
    add(all, "grpc-keepalive-timeout", DURATION, "20s", WORKS);
    add(all, "socket-reuse-port", BOOL, "false", new Support.Missing("shared listening ports"));
    add(all, "socket-reuse-address", BOOL, "false", NO_EFFECT);
    add(all, "raft-read-timeout", DURATION, "5s", NO_EFFECT);
    add(all, "raft-write-timeout", DURATION, "5s", NO_EFFECT);
    add(all, "memory-mlock", BOOL, "false", NO_EFFECT);
    add(all, "max-snapshots", UNSIGNED, "5", NO_EFFECT);
  }

  private static void addClustering(List<Option> all) {
    add(all, "initial-advertise-peer-urls", URLS, "http://localhost:2380", WORKS);
    add(all, "advertise-client-urls", URLS, "http://localhost:2379", WORKS);
    add(all, "initial-cluster", TEXT, "default=http://localhost:2380", WORKS);
    add(all, "initial-cluster-state", TEXT, "new", WORKS);
    add(all, "initial-cluster-token", TEXT, "etcd-cluster", WORKS);
    add(all, "strict-reconfig-check", BOOL, "true", WORKS);
    add(all, "pre-vote", BOOL, "true", WORKS);
    add(all, "auto-compaction-mode", TEXT, "periodic", WORKS);
    add(all, "auto-compaction-retention", TEXT, "0", WORKS);
    add(all, "max-learners", SIGNED, "1", WORKS);
    add(all, "discovery-endpoints", WORDS, "", DISCOVERY);
    add(all, "discovery-token", TEXT, "", DISCOVERY);
    add(all, "discovery-dial-timeout", DURATION, "2s", DISCOVERY);
    add(all, "discovery-request-timeout", DURATION, "5s", DISCOVERY);
    add(all, "discovery-keepalive-time", DURATION, "2s", DISCOVERY);
    add(all, "discovery-keepalive-timeout", DURATION, "6s", DISCOVERY);
    add(all, "discovery-insecure-transport", BOOL, "true", DISCOVERY);
    add(all, "discovery-insecure-skip-tls-verify", BOOL, "false", DISCOVERY);
    add(all, "discovery-cert", TEXT, "", DISCOVERY);
    add(all, "discovery-key", TEXT, "", DISCOVERY);
    add(all, "discovery-cacert", TEXT, "", DISCOVERY);
    add(all, "discovery-user", TEXT, "", DISCOVERY);
    add(all, "discovery-password", TEXT, "", DISCOVERY);
    add(all, "discovery-srv", TEXT, "", DISCOVERY);
    add(all, "discovery-srv-name", TEXT, "", DISCOVERY);
    add(all, "discovery-fallback", TEXT, "exit", DISCOVERY);
    add(all, "v2-deprecation", TEXT, "write-only", NO_EFFECT);
  }

  private static void addSecurity(List<Option> all) {
    for (String file :
        List.of(
            "cert-file",
            "key-file",
            "client-cert-file",
            "client-key-file",
            "trusted-ca-file",
            "client-crl-file",
            "client-cert-allowed-hostname",
            "peer-cert-file",
            "peer-key-file",
            "peer-client-cert-file",
            "peer-client-key-file",
            "peer-trusted-ca-file",
            "peer-crl-file",
            "peer-cert-allowed-cn",
            "peer-cert-allowed-hostname")) {
      add(all, file, TEXT, "", TLS);
    }
    add(all, "client-cert-auth", BOOL, "false", TLS);
    add(all, "auto-tls", BOOL, "false", TLS);
    add(all, "peer-client-cert-auth", BOOL, "false", TLS);
    add(all, "peer-skip-client-san-verification", BOOL, "false", TLS);
    add(all, "peer-auto-tls", BOOL, "false", TLS);
    add(all, "self-signed-cert-validity", UNSIGNED, "1", TLS);
    add(all, "cipher-suites", WORDS, "", TLS);
    add(all, "tls-min-version", TEXT, "TLS1.2", TLS);
    add(all, "tls-max-version", TEXT, "", TLS);
    add(all, "cors", WORDS, "*", HTTP);
    add(all, "host-whitelist", WORDS, "*", HTTP);
    add(all, "auth-token", TEXT, "simple", AUTH);
    add(all, "bcrypt-cost", UNSIGNED, "10", AUTH);
    add(all, "auth-token-ttl", UNSIGNED, "300", AUTH);
  }

  private static void addLogging(List<Option> all) {
    add(all, "logger", TEXT, "zap", WORKS);
    add(all, "log-outputs", WORDS, "default", WORKS);
    add(all, "log-level", TEXT, "info", WORKS);
    add(all, "log-format", TEXT, "json", WORKS);
    add(all, "enable-log-rotation", BOOL, "false", LOG_FILES);
    add(
        all,
        "log-rotation-config-json",
        TEXT,
        "{\"maxsize\": 100, \"maxage\": 0, \"maxbackups\": 0, \"localtime\": false, \"compress\":"
            + " false}",
        LOG_FILES);
    add(all, "enable-pprof", BOOL, "false", HTTP);
    add(all, "metrics", TEXT, "basic", HTTP);
    add(all, "enable-distributed-tracing", BOOL, "false", TRACING);
    add(all, "distributed-tracing-address", TEXT, "localhost:4317", TRACING);
    add(all, "distributed-tracing-service-name", TEXT, "etcd", TRACING);
    add(all, "distributed-tracing-instance-id", TEXT, "", TRACING);
    add(all, "distributed-tracing-sampling-rate", UNSIGNED, "0", TRACING);
  }

  private static void addMaintenance(List<Option> all) {
    Support checks = new Support.Missing("hash checks between members");
    add(all, "corrupt-check-time", DURATION, "0s", checks);
    add(all, "compact-hash-check-time", DURATION, "1m", checks);
    add(all, "compaction-batch-limit", SIGNED, "0", NO_EFFECT);
    add(all, "compaction-sleep-interval", DURATION, "0s", NO_EFFECT);
    add(all, "watch-progress-notify-interval", DURATION, "0s", WORKS);
    add(all, "downgrade-check-time", DURATION, "5s", NO_EFFECT);
    add(all, "warning-apply-duration", DURATION, "100ms", NO_EFFECT);
    add(all, "warning-unary-request-duration", DURATION, "300ms", NO_EFFECT);
    add(all, "bootstrap-defrag-threshold-megabytes", UNSIGNED, "0", NO_EFFECT);
    add(all, "enable-grpc-gateway", BOOL, "true", NO_EFFECT);
    add(all, "unsafe-no-fsync", BOOL, "false", WORKS);
    add(all, "force-new-cluster", BOOL, "false", WORKS);
    add(all, "feature-gates", TEXT, "", WORKS);
    add(all, "config-file", TEXT, "", WORKS);
    add(all, "version", BOOL, "false", WORKS);
  }

  private static void addOwn(List<Option> all) {
    add(all, "backend", TEXT, "rocksdb", WORKS);
    add(all, "memory-budget", TEXT, "", WORKS);
    add(all, "plugins-dir", TEXT, "", WORKS);
  }

  private static void add(List<Option> all, String name, Kind kind, String value, Support support) {
    all.add(new Option(name, kind, value, support));
  }

  private static Map<String, Option> byName() {
    Map<String, Option> byName = new LinkedHashMap<>();
    ALL.forEach(option -> byName.put(option.name(), option));
    return byName;
  }
}
