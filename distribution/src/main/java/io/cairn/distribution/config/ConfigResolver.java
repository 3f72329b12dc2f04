// SPDX-License-Identifier: Apache-2.0
package io.cairn.distribution.config;

import io.cairn.distribution.config.ServerConfig.Cluster;
import io.cairn.distribution.config.ServerConfig.Compaction;
import io.cairn.distribution.config.ServerConfig.Limits;
import io.cairn.distribution.config.ServerConfig.Listen;
import io.cairn.distribution.config.ServerConfig.Log;
import io.cairn.distribution.config.ServerConfig.Origin;
import io.cairn.spi.environment.EventLog.Level;
import io.cairn.spi.transport.TransportOptions;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Checks option values against each other, with etcd's messages, and gives them types. */
final class ConfigResolver {
  private static final int ELECTION_MILLIS_MAX = 50_000;
  private static final long NANOS_PER_MILLI = 1_000_000;
  private static final long NANOS_PER_HOUR = 3_600_000_000_000L;
  private static final long PROGRESS_INTERVAL_NANOS = 600_000_000_000L;

  /**
   * etcd's feature gates. {@code LeaseCheckpoint} and {@code SetMemberLocalAddr} do here what they
   * do there; the others concern stalls that do not exist here, or checks that are made anyway.
   */
  private static final List<String> FEATURE_GATES =
      List.of(
          "AllAlpha",
          "AllBeta",
          "CompactHashCheck",
          "FastLeaseKeepAlive",
          "InitialCorruptCheck",
          "LeaseCheckpoint",
          "LeaseCheckpointPersist",
          "PriorityRequest",
          "SetMemberLocalAddr",
          "StopGRPCServiceOnDefrag",
          "TxnModeWriteWithSharedBuffer");

  private final Configuration values;

  ConfigResolver(Configuration values) {
    this.values = values;
  }

  ServerConfig resolve() {
    Log log = log();
    checkFeatureGates();
    String name = values.text("name");
    String dataDir = values.text("data-dir");
    return new ServerConfig(
        name,
        Path.of(dataDir.isEmpty() ? name + ".etcd" : dataDir),
        values.text("backend"),
        pluginsDir(),
        memoryBytes(),
        listen(),
        cluster(name),
        limits(),
        log,
        !values.isTrue("unsafe-no-fsync"));
  }

  private Optional<Path> pluginsDir() {
    String folder = values.text("plugins-dir");
    return folder.isEmpty() ? Optional.empty() : Optional.of(Path.of(folder));
  }

  private boolean isGateOpen(String wanted) {
    boolean open = false;
    for (String gate : values.words("feature-gates")) {
      if (gate.equals(wanted + "=true") || gate.equals(wanted + "=false")) {
        open = gate.endsWith("true");
      }
    }
    return open;
  }

  private void checkFeatureGates() {
    for (String gate : values.words("feature-gates")) {
      int equals = gate.indexOf('=');
      String name = equals < 0 ? gate : gate.substring(0, equals);
      if (!FEATURE_GATES.contains(name)) {
        throw ConfigException.invalid("unrecognized feature gate: " + name);
      }
      if (equals < 0) {
        throw ConfigException.invalid("missing bool value for " + name);
      }
      if (!gate.substring(equals + 1).matches("true|false")) {
        throw ConfigException.invalid(
            "invalid value of " + gate + ", err: it must be true or false");
      }
    }
  }

  private Log log() {
    if (!values.text("logger").equals("zap")) {
      throw ConfigException.invalid("unknown logger option \"" + values.text("logger") + "\"");
    }
    Level level =
        switch (values.text("log-level")) {
          case "debug" -> Level.DEBUG;
          case "info" -> Level.INFO;
          case "warn" -> Level.WARN;
          case "error" -> Level.ERROR;
          case "dpanic", "panic", "fatal" -> Level.FATAL;
          default ->
              throw ConfigException.invalid(
                  "unrecognized level: \""
                      + values.text("log-level")
                      + "\", supported values debug,info,warn,error,panic,fatal");
        };
    String format = values.text("log-format");
    if (!format.isEmpty() && !format.equals("json") && !format.equals("console")) {
      throw ConfigException.invalid(
          "unknown log format: " + format + ", supported values json, console");
    }
    return new Log(level, !format.equals("console"), logOutputs());
  }

  private List<String> logOutputs() {
    List<String> outputs = values.words("log-outputs");
    if (outputs.contains("default") && outputs.size() > 1) {
      throw ConfigException.invalid("multi logoutput for \"default\" is not supported yet");
    }
    if (outputs.contains("systemd/journal")) {
      throw ConfigException.invalid(
          "--log-outputs=systemd/journal is not available: log to stderr, which journald collects");
    }
    if (outputs.contains("/dev/null")) {
      return List.of();
    }
    return outputs.isEmpty() || outputs.contains("default") ? List.of("stderr") : outputs;
  }

  private Listen listen() {
    List<String> urls = UrlList.parse("listen-client-urls", values.text("listen-client-urls"));
    boolean advertised = values.isGiven("advertise-client-urls");
    if (values.isGiven("listen-client-urls") && !advertised && !values.isFromFile()) {
      throw ConfigException.invalid(
          "--advertise-client-urls is required when --listen-client-urls is set explicitly");
    }
    return new Listen(
        urls,
        addresses("listen-client-urls", urls),
        UrlList.parse("advertise-client-urls", values.text("advertise-client-urls")),
        addresses(
            "listen-peer-urls", UrlList.parse("listen-peer-urls", values.text("listen-peer-urls"))),
        transport());
  }

  private static List<InetSocketAddress> addresses(String option, List<String> urls) {
    return urls.stream()
        .map(url -> {
          refuseUnlessPlain(option, url);
          return UrlList.bindAddress(option, url);
        })
        .toList();
  }

  private static void refuseUnlessPlain(String option, String url) {
    switch (UrlList.scheme(url)) {
      case "http" -> {}
      case "https" ->
          throw ConfigException.invalid(
              "--" + option + "=" + url + ": this build of Cairn does not have TLS yet");
      default ->
          throw ConfigException.invalid(
              "--"
                  + option
                  + "="
                  + url
                  + ": this build of Cairn does not listen on Unix sockets yet");
    }
  }

  private TransportOptions transport() {
    return new TransportOptions(
        Math.toIntExact(values.number("max-request-bytes")),
        values.number("max-concurrent-streams"),
        values.nanos("grpc-keepalive-min-time") / NANOS_PER_MILLI,
        values.nanos("grpc-keepalive-interval") / NANOS_PER_MILLI,
        values.nanos("grpc-keepalive-timeout") / NANOS_PER_MILLI);
  }

  private Cluster cluster(String name) {
    long heartbeat = values.number("heartbeat-interval");
    long election = values.number("election-timeout");
    checkTimes(heartbeat, election);
    return new Cluster(
        origin(name),
        (int) heartbeat,
        (int) election,
        values.isTrue("pre-vote"),
        values.isTrue("strict-reconfig-check"),
        Math.toIntExact(values.number("max-learners")),
        values.isTrue("force-new-cluster"),
        isGateOpen("LeaseCheckpoint"),
        isGateOpen("SetMemberLocalAddr"),
        values.isTrue("initial-election-tick-advance"));
  }

  private Origin origin(String name) {
    List<String> advertised =
        UrlList.parse("initial-advertise-peer-urls", values.text("initial-advertise-peer-urls"));
    advertised.forEach(url -> refuseUnlessPlain("initial-advertise-peer-urls", url));
    return new Origin(
        initialCluster(name, advertised),
        joins(values.text("initial-cluster-state")),
        values.text("initial-cluster-token"),
        advertised);
  }

  private boolean joins(String state) {
    return switch (state) {
      case "new" -> false;
      case "existing" -> true;
      default ->
          throw values.isFromFile()
              ? ConfigException.invalid("unexpected clusterState \"" + state + "\"")
              : ConfigException.syntax(
                  "invalid value \""
                      + state
                      + "\" for flag -initial-cluster-state: must be \"new\" or \"existing\"");
    };
  }

  private static void checkTimes(long heartbeat, long election) {
    if (heartbeat == 0) {
      throw ConfigException.invalid("--heartbeat-interval must be >0 (set to 0ms)");
    }
    if (election == 0) {
      throw ConfigException.invalid("--election-timeout must be >0 (set to 0ms)");
    }
    if (5 * heartbeat > election) {
      throw ConfigException.invalid(
          "--election-timeout[%dms] should be at least as 5 times as --heartbeat-interval[%dms]"
              .formatted(election, heartbeat));
    }
    if (election > ELECTION_MILLIS_MAX) {
      throw ConfigException.invalid(
          "--election-timeout[%dms] is too long, and should be set less than 50000ms"
              .formatted(election));
    }
  }

  /** The members named; who of them is this one matters only to a member without a directory. */
  private Map<String, List<String>> initialCluster(String name, List<String> advertised) {
    if (!values.isGiven("initial-cluster")) {
      return Map.of(name, advertised);
    }
    Map<String, List<String>> members = new TreeMap<>();
    for (String part : values.words("initial-cluster")) {
      int equals = part.indexOf('=');
      if (equals < 1) {
        throw ConfigException.invalid(
            "--initial-cluster must be name=url[,name=url...], not \"" + part + "\"");
      }
      List<String> urls = UrlList.parse("initial-cluster", part.substring(equals + 1));
      urls.forEach(url -> refuseUnlessPlain("initial-cluster", url));
      members.computeIfAbsent(part.substring(0, equals), _ -> new ArrayList<>()).addAll(urls);
    }
    members.values().forEach(urls -> urls.sort(null));
    return members;
  }

  private Limits limits() {
    long progress = values.nanos("watch-progress-notify-interval");
    return new Limits(
        values.number("quota-backend-bytes"),
        Math.toIntExact(values.number("max-txn-ops")),
        progress == 0 ? PROGRESS_INTERVAL_NANOS : progress,
        compaction());
  }

  private Compaction compaction() {
    String retention = values.text("auto-compaction-retention");
    String mode = values.text("auto-compaction-mode");
    try {
      return switch (mode) {
        case "periodic" -> {
          long nanos =
              retention.matches("[0-9]+")
                  ? Math.multiplyExact(Long.parseLong(retention), NANOS_PER_HOUR)
                  : GoDuration.parse(retention);
          yield nanos == 0 ? new Compaction.Off() : new Compaction.Periodic(nanos);
        }
        case "revision" -> {
          long revisions = Long.parseLong(retention);
          yield revisions == 0 ? new Compaction.Off() : new Compaction.Revisions(revisions);
        }
        case "" -> throw ConfigException.invalid("undefined auto-compaction-mode");
        default -> throw ConfigException.invalid("unknown auto-compaction-mode \"" + mode + "\"");
      };
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw ConfigException.invalid("error parsing CompactionRetention: " + e.getMessage());
    }
  }

  private long memoryBytes() {
    String budget = values.text("memory-budget");
    if (budget.isEmpty()) {
      return 0;
    }
    String upper = budget.toUpperCase(Locale.ROOT);
    int shift =
        switch (upper.charAt(upper.length() - 1)) {
          case 'M' -> 20;
          case 'G' -> 30;
          default ->
              throw ConfigException.invalid(
                  "--memory-budget must be a number with M or G behind it, such as 512M, not \""
                      + budget
                      + "\"");
        };
    try {
      return Math.multiplyExact(
          Long.parseLong(upper.substring(0, upper.length() - 1)), 1L << shift);
    } catch (NumberFormatException | ArithmeticException e) {
      throw ConfigException.invalid(
          "--memory-budget must be a number with M or G behind it, such as 512M, not \""
              + budget
              + "\"");
    }
  }
}
