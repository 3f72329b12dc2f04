// SPDX-License-Identifier: Apache-2.0
package io.cairn.distribution.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.cairn.distribution.config.ServerConfig.Compaction;
import io.cairn.spi.transport.TransportOptions;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

final class ConfigurationTest {
  @TempDir Path folder;

  @Test
  void nothingGivenMeansEtcdsDefaults() {
    ServerConfig config = resolve();

    assertThat(config.name()).isEqualTo("default");
    assertThat(config.dataDir()).isEqualTo(Path.of("default.etcd"));
    assertThat(config.backend()).isEqualTo("rocksdb");
    assertThat(config.listen().clientUrls()).containsExactly("http://localhost:2379");
    assertThat(config.listen().transport()).isEqualTo(TransportOptions.DEFAULT);
    assertThat(config.cluster().origin())
        .isEqualTo(
            new ServerConfig.Origin(
                Map.of("default", List.of("http://localhost:2380")),
                false,
                "etcd-cluster",
                List.of("http://localhost:2380")));
    assertThat(config.listen().peerAddresses())
        .containsExactly(new InetSocketAddress("localhost", 2380));
    assertThat(config.cluster().learnersMax()).isEqualTo(1);
    assertThat(config.limits().compaction()).isEqualTo(new Compaction.Off());
    assertThat(config.syncs()).isTrue();
  }

  @Test
  void flagsAreReadAsGoReadsThem() {
    ServerConfig config =
        resolve("-name", "one", "--name=m1", "--pre-vote=F", "--unsafe-no-fsync", "--force");

    assertThat(config.name()).isEqualTo("m1");
    assertThat(config.cluster().preVote()).isFalse();
    assertThat(config.syncs()).isFalse();
  }

  @Test
  void nameAloneRenamesTheInitialCluster() {
    assertThat(resolve("--name", "m1").cluster().origin().initial())
        .isEqualTo(Map.of("m1", List.of("http://localhost:2380")));
  }

  @Test
  void initialClusterNamesEveryMemberWithAllItsUrls() {
    ServerConfig config =
        resolve(
            "--name=b",
            "--initial-cluster=b=http://127.0.0.2:1,a=http://127.0.0.1:1,b=http://127.0.0.2:0",
            "--initial-cluster-state=existing",
            "--initial-cluster-token=t",
            "--initial-advertise-peer-urls=http://127.0.0.2:1,http://127.0.0.2:0",
            "--max-learners=3",
            "--force-new-cluster",
            "--feature-gates=LeaseCheckpoint=true,SetMemberLocalAddr=false");

    assertThat(config.cluster().origin())
        .isEqualTo(
            new ServerConfig.Origin(
                Map.of(
                    "a", List.of("http://127.0.0.1:1"),
                    "b", List.of("http://127.0.0.2:0", "http://127.0.0.2:1")),
                true,
                "t",
                List.of("http://127.0.0.2:0", "http://127.0.0.2:1")));
    assertThat(config.cluster().learnersMax()).isEqualTo(3);
    assertThat(config.cluster().forceNew()).isTrue();
    assertThat(config.cluster().leaseCheckpoints()).isTrue();
    assertThat(config.cluster().dialsFromAdvertisedAddress()).isFalse();
  }

  @Test
  void environmentFillsWhatFlagsLeaveOpen() {
    Configuration configuration =
        Configuration.read(
            List.of("--name", "m1"),
            Map.of("ETCD_MAX_TXN_OPS", "256", "ETCD_QUOTA_BACKEND_BYTES", ""));

    assertThat(configuration.resolve().limits().txnOperationsMax()).isEqualTo(256);
    assertThat(configuration.notices())
        .extracting(Configuration.Notice::field)
        .containsExactly("ETCD_MAX_TXN_OPS");
  }

  @Test
  void flagAndVariableExcludeEachOther() {
    assertThatThrownBy(() -> Configuration.read(List.of("--name", "m1"), Map.of("ETCD_NAME", "m1")))
        .hasMessageContaining("\"ETCD_NAME\" is shadowed by corresponding command-line flag");
  }

  @Test
  void unknownVariableIsOnlyNoticed() {
    Configuration configuration =
        Configuration.read(List.of(), Map.of("ETCD_UNSUPPORTED_ARCH", "amd64"));

    assertThat(configuration.notices())
        .containsExactly(
            new Configuration.Notice(
                true,
                "unrecognized environment variable",
                "environment-variable",
                "ETCD_UNSUPPORTED_ARCH=amd64"));
  }

  @Test
  void fileExcludesFlagsAndEnvironment() throws Exception {
    Path file = folder.resolve("conf.yaml");
    Files.writeString(
        file,
        """
        name: 'from-file'
        data-dir: null
        grpc-keepalive-min-time: 1000000000
        auto-compaction-mode: revision
        auto-compaction-retention: "1000"
        listen-client-urls: http://127.0.0.1:12379
        client-transport-security:
          cert-file:
          client-cert-auth: false
        no-such-key: ignored
        """);

    ServerConfig config =
        Configuration.read(
                List.of("--config-file", file.toString(), "--name", "from-flag"),
                Map.of("ETCD_NAME", "from-environment"))
            .resolve();

    assertThat(config.name()).isEqualTo("from-file");
    assertThat(config.dataDir()).isEqualTo(Path.of("from-file.etcd"));
    assertThat(config.listen().transport().keepAliveMinMillis()).isEqualTo(1000);
    assertThat(config.limits().compaction()).isEqualTo(new Compaction.Revisions(1000));
    assertThat(config.listen().clientUrls()).containsExactly("http://127.0.0.1:12379");
  }

  @Test
  void durationsInAFileAreNumbersOfNanoseconds() throws Exception {
    Path file = folder.resolve("conf.json");
    Files.writeString(file, "{\"grpc-keepalive-min-time\": \"5s\"}");

    assertThatThrownBy(() -> Configuration.read(List.of("--config-file=" + file), Map.of()))
        .hasMessageContaining("must be a number of nanoseconds");
  }

  @Test
  void unreadableFileIsNamed() {
    assertThatThrownBy(() -> Configuration.read(List.of("--config-file=/no/such"), Map.of()))
        .hasMessageContaining("'/no/such'");
  }

  @Test
  void everyOptionOfATierThatIsMissingIsRefusedByNameUnlessItHasItsDefault() {
    assertThat(resolve("--client-cert-auth=false", "--metrics=basic").name()).isEqualTo("default");
    assertThatThrownBy(() -> resolve("--client-cert-auth"))
        .hasMessage(
            "--client-cert-auth=true is not available: this build of Cairn does not have TLS yet");
  }

  record Mistake(String arguments, int exitCode, String message) {}

  static final List<Mistake> MISTAKES =
      List.of(
          new Mistake("--no-such", 2, "flag provided but not defined: -no-such"),
          new Mistake("--name", 2, "flag needs an argument: -name"),
          new Mistake(
              "--max-txn-ops=x", 2, "invalid value \"x\" for flag -max-txn-ops: parse error"),
          new Mistake(
              "--max-txn-ops=-1", 2, "invalid value \"-1\" for flag -max-txn-ops: parse error"),
          new Mistake(
              "--grpc-keepalive-timeout=5",
              2,
              "invalid value \"5\" for flag -grpc-keepalive-timeout: parse error"),
          new Mistake(
              "--pre-vote=maybe",
              2,
              "invalid boolean value \"maybe\" for flag -pre-vote: parse error"),
          new Mistake("start", 1, "\"start\" is not a valid flag"),
          new Mistake("--pre-vote false", 1, "\"false\" is not a valid flag"),
          new Mistake(
              "--listen-client-urls=http://127.0.0.1:1",
              1,
              "--advertise-client-urls is required when --listen-client-urls is set explicitly"),
          new Mistake(
              "--listen-client-urls=ftp://x:1 --advertise-client-urls=http://x:1",
              2,
              "invalid value \"ftp://x:1\" for flag -listen-client-urls: URL scheme must be http,"
                  + " https, unix, or unixs: ftp://x:1"),
          new Mistake(
              "--listen-client-urls=http://example.com:1 --advertise-client-urls=http://x:1",
              1,
              "--listen-client-urls: expected IP in URL for binding (http://example.com:1)"),
          new Mistake(
              "--listen-client-urls=http://127.0.0.1 --advertise-client-urls=http://x:1",
              2,
              "invalid value \"http://127.0.0.1\" for flag -listen-client-urls: URL address does"
                  + " not have the form \"host:port\": http://127.0.0.1"),
          new Mistake("--heartbeat-interval=0", 1, "--heartbeat-interval must be >0 (set to 0ms)"),
          new Mistake(
              "--election-timeout=400",
              1,
              "--election-timeout[400ms] should be at least as 5 times as"
                  + " --heartbeat-interval[100ms]"),
          new Mistake(
              "--election-timeout=60000",
              1,
              "--election-timeout[60000ms] is too long, and should be set less than 50000ms"),
          new Mistake(
              "--initial-cluster=a",
              1,
              "--initial-cluster must be name=url[,name=url...], not \"a\""),
          new Mistake(
              "--initial-cluster=a=https://127.0.0.1:2380",
              1,
              "--initial-cluster=https://127.0.0.1:2380: this build of Cairn does not have TLS"
                  + " yet"),
          new Mistake(
              "--initial-cluster-state=old",
              2,
              "invalid value \"old\" for flag -initial-cluster-state: must be \"new\" or"
                  + " \"existing\""),
          new Mistake(
              "--listen-peer-urls=https://127.0.0.1:2380",
              1,
              "--listen-peer-urls=https://127.0.0.1:2380: this build of Cairn does not have TLS"
                  + " yet"),
          new Mistake(
              "--listen-peer-urls=unix://peer",
              1,
              "--listen-peer-urls=unix://peer: this build of Cairn does not listen on Unix sockets"
                  + " yet"),
          new Mistake(
              "--listen-peer-urls=http://example.com:1",
              1,
              "--listen-peer-urls: expected IP in URL for binding (http://example.com:1)"),
          new Mistake(
              "--initial-advertise-peer-urls=https://127.0.0.1:2380",
              1,
              "--initial-advertise-peer-urls=https://127.0.0.1:2380: this build of Cairn does not"
                  + " have TLS yet"),
          new Mistake("--auto-compaction-mode=never", 1, "unknown auto-compaction-mode \"never\""),
          new Mistake("--feature-gates=NoSuch=true", 1, "unrecognized feature gate: NoSuch"),
          new Mistake(
              "--memory-budget=12",
              1,
              "--memory-budget must be a number with M or G behind it, such as 512M, not \"12\""),
          new Mistake(
              "--log-level=loud",
              1,
              "unrecognized level: \"loud\", supported values debug,info,warn,error,panic,fatal"));

  @ParameterizedTest
  @FieldSource("MISTAKES")
  void mistakeIsNamedWithItsExitCode(Mistake mistake) {
    assertThatThrownBy(() -> resolve(mistake.arguments().split(" ")))
        .hasMessage(mistake.message())
        .asInstanceOf(type(ConfigException.class))
        .extracting(ConfigException::exitCode)
        .isEqualTo(mistake.exitCode());
  }

  @Test
  void everyDefaultIsALegalValueOfItsOption() {
    for (Option option : OptionTable.ALL) {
      assertThat(FlagParser.check(option, option.defaultValue(), option.name()))
          .isEqualTo(option.defaultValue());
    }
  }

  private static ServerConfig resolve(String... arguments) {
    return Configuration.read(List.of(arguments), Map.of()).resolve();
  }
}
