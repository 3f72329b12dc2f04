// SPDX-License-Identifier: Apache-2.0
package io.cairn.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.list;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.cairn.distribution.config.ServerConfig.Origin;
import io.cairn.kernel.cluster.ClusterDescription;
import io.cairn.kernel.cluster.Membership;
import io.cairn.kernel.directory.MemberIdentity;
import io.cairn.spi.consensus.ConfigurationChange;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.Member;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Server flags, section 8. Ids were computed by etcd for the same addresses. */
final class BootstrapTest {
  private static final String A = "http://127.0.0.1:2380";
  private static final String B = "http://127.0.0.2:2380";
  private static final String C = "http://127.0.0.3:2380";
  private static final long CLUSTER = 77;

  /** What those say who listen. */
  private final Map<String, Bytes> answers = new LinkedHashMap<>();

  private final Map<String, String> addresses = new TreeMap<>();
  private final List<String> asked = new ArrayList<>();

  @Test
  void onlyMemberHasTheIdsThatEtcdGivesIt() throws Exception {
    Origin origin = founding(Map.of("default", List.of("http://localhost:2380")), "etcd-cluster");

    Bootstrap.Outcome outcome = bootstrap("default", origin).decide();

    assertThat(Long.toHexString(outcome.memberId())).isEqualTo("8e9e05c52164694d");
    assertThat(Long.toHexString(outcome.clusterId())).isEqualTo("cdf818194e3a8c32");
    assertThat(asked).isEmpty();
  }

  @Test
  void foundersAgreeOnTheClusterAndDifferInThemselves() throws Exception {
    Map<String, List<String>> initial = Map.of("a", List.of(A), "b", List.of(B), "c", List.of(C));
    Bootstrap.Outcome a = bootstrap("a", founding(initial, "t", A)).decide();
    Bootstrap.Outcome b = bootstrap("b", founding(initial, "t", B)).decide();
    Bootstrap.Outcome other = bootstrap("a", founding(initial, "u", A)).decide();

    assertThat(a.clusterId()).isEqualTo(b.clusterId()).isNotEqualTo(other.clusterId());
    assertThat(a.memberId()).isNotEqualTo(b.memberId()).isNotEqualTo(other.memberId());
    assertThat(a.told()).isEmpty();
  }

  @Test
  void logOfAFounderBeginsWithAllFoundersAndThatOfOthersWithNobody() throws Exception {
    Map<String, List<String>> initial = Map.of("a", List.of(A), "b", List.of(B));
    Bootstrap bootstrap = bootstrap("a", founding(initial, "t", A));
    Bootstrap.Outcome outcome = bootstrap.decide();

    assertThat(bootstrap.firstEntries(identity(outcome.clusterId(), outcome.memberId())))
        .hasSize(2)
        .extracting(ConfigurationChange::member)
        .contains(outcome.memberId());
    assertThat(bootstrap.firstEntries(identity(CLUSTER, outcome.memberId()))).isEmpty();
    assertThat(bootstrap.firstEntries(identity(outcome.clusterId(), 5))).isEmpty();
    assertThat(
            bootstrap("a", joining(initial))
                .firstEntries(identity(outcome.clusterId(), outcome.memberId())))
        .isEmpty();
  }

  @Test
  void nameMatchesTheAddressThatItStandsFor() throws Exception {
    addresses.put("host-a", "127.0.0.1");
    addresses.put("127.0.0.1", "127.0.0.1");
    Map<String, List<String>> initial = Map.of("a", List.of("http://host-a:2380"));

    Bootstrap.Outcome outcome = bootstrap("a", founding(initial, "t", A)).decide();

    assertThat(outcome.memberId()).isNotZero();
  }

  record Mistake(String name, Map<String, List<String>> initial, String advertised, String says) {}

  static final List<Mistake> MISTAKES =
      List.of(
          new Mistake(
              "x",
              Map.of("a", List.of(A)),
              A,
              "couldn't find local name \"x\" in the initial cluster configuration"),
          new Mistake(
              "a",
              new TreeMap<>(Map.of("a", List.of(A), "b", List.of(A))),
              A,
              "initial cluster a=" + A + ",b=" + A + " has duplicate url"),
          new Mistake(
              "a",
              Map.of("a", List.of(A)),
              B,
              "--initial-cluster has a="
                  + A
                  + " but missing from --initial-advertise-peer-urls="
                  + B
                  + " (resolved urls: \""
                  + B
                  + "\" != \""
                  + A
                  + "\")"),
          new Mistake(
              "a",
              Map.of("a", List.of("http://nowhere:1")),
              A,
              "failed to resolve "
                  + A
                  + " to match --initial-cluster=a=http://nowhere:1 (nowhere has no address)"),
          new Mistake("a", Map.of(), A, "initial cluster unset and no discovery endpoints found"));

  @ParameterizedTest
  @FieldSource("MISTAKES")
  void mistakeIsNamedWithHints(Mistake mistake) {
    addresses.put("127.0.0.1", "127.0.0.1");
    addresses.put("127.0.0.2", "127.0.0.2");
    Origin origin = founding(mistake.initial(), "t", mistake.advertised());

    assertThatThrownBy(() -> bootstrap(mistake.name(), origin).decide())
        .hasMessage(mistake.says())
        .asInstanceOf(type(StartException.class))
        .extracting(StartException::hints)
        .isEqualTo(
            List.of(
                "forgot to set --initial-cluster?",
                "forgot to set --initial-advertise-peer-urls?"));
  }

  @Test
  void advertisedUrlThatIsNotInTheClusterIsNamed() {
    addresses.put("127.0.0.1", "127.0.0.1");
    addresses.put("127.0.0.2", "127.0.0.2");
    Origin origin = new Origin(Map.of("a", List.of(A)), false, "t", List.of(A, B));

    assertThatThrownBy(() -> bootstrap("a", origin).decide())
        .hasMessage(
            "--initial-advertise-peer-urls has "
                + B
                + " but missing from --initial-cluster=a="
                + A);
  }

  @Test
  void founderThatTheOthersKnowAlreadyIsRefused() throws Exception {
    Map<String, List<String>> initial = Map.of("a", List.of(A), "b", List.of(B), "c", List.of(C));
    Bootstrap.Outcome first = bootstrap("a", founding(initial, "t", A)).decide();
    Member started = new Member(first.memberId(), "a", List.of(A), List.of("http://c:1"), false);
    answers.put(C, describe(first.clusterId(), List.of(started), List.of()));

    assertThatThrownBy(() -> bootstrap("a", founding(initial, "t", A)).decide())
        .hasMessage(
            "member " + Long.toHexString(first.memberId()) + " has already been bootstrapped");
  }

  @Test
  void founderThatWasRemovedMeanwhileIsRefused() throws Exception {
    Map<String, List<String>> initial = Map.of("a", List.of(A), "b", List.of(B));
    Bootstrap.Outcome first = bootstrap("a", founding(initial, "t", A)).decide();
    answers.put(
        B, describe(first.clusterId(), List.of(member(9, "b", B)), List.of(first.memberId())));

    assertThatThrownBy(() -> bootstrap("a", founding(initial, "t", A)).decide())
        .hasMessageContaining("has been permanently removed from the cluster");
  }

  @Test
  void joiningMemberTakesTheIdsFromTheCluster() throws Exception {
    Member self = member(-3, "", C);
    answers.put(
        B, describe(CLUSTER, List.of(member(1, "a", A), member(2, "b", B), self), List.of()));

    Bootstrap.Outcome outcome = bootstrap("c", joining(abc())).decide();

    assertThat(outcome.clusterId()).isEqualTo(CLUSTER);
    assertThat(outcome.memberId()).isEqualTo(-3);
    assertThat(outcome.told()).hasSize(3).contains(self);
    assertThat(asked).doesNotContain(C);
  }

  @Test
  void memberThatHasNotHeardOfTheJoiningOneIsPassedOver() throws Exception {
    answers.put(A, describe(CLUSTER, List.of(member(1, "a", A), member(2, "b", B)), List.of()));
    answers.put(
        B,
        describe(
            CLUSTER, List.of(member(1, "a", A), member(2, "b", B), member(3, "", C)), List.of()));

    assertThat(bootstrap("c", joining(abc())).decide().memberId()).isEqualTo(3);
  }

  @Test
  void clusterThatNobodySpeaksForCannotBeJoined() {
    answers.put(A, Bytes.utf8("HTTP/1.1 400 Bad Request"));

    assertThatThrownBy(() -> bootstrap("c", joining(abc())).decide())
        .hasMessage(
            "cannot fetch cluster info from peer urls: could not retrieve cluster information from"
                + " the given URLs")
        .asInstanceOf(type(StartException.class))
        .extracting(StartException::hints, list(String.class))
        .satisfiesExactly(
            first -> assertThat(first).startsWith("could not get cluster response from " + A),
            second ->
                assertThat(second)
                    .isEqualTo("could not get cluster response from " + B + ": nobody at " + B));
  }

  @Test
  void clusterWithOtherMembersCannotBeJoined() {
    answers.put(A, describe(CLUSTER, List.of(member(1, "a", A), member(2, "b", B)), List.of()));
    assertThatThrownBy(() -> bootstrap("c", joining(abc())).decide())
        .hasMessage(
            "error validating peerURLs a="
                + A
                + ",b="
                + B
                + ",c="
                + C
                + ": member count is unequal");

    answers.put(
        A,
        describe(
            CLUSTER,
            List.of(member(1, "a", A), member(2, "b", B), member(3, "", "http://127.0.0.4:1")),
            List.of()));
    assertThatThrownBy(() -> bootstrap("c", joining(abc())).decide())
        .hasMessageContaining("PeerURLs: no match found for existing member (c, [" + C + "])")
        .hasMessageContaining("3=http://127.0.0.4:1");
  }

  @Test
  void memberThatHasBeenStartedElsewhereIsRefusedWithTheCure() {
    answers.put(
        A,
        describe(
            CLUSTER,
            List.of(member(1, "a", A), member(2, "b", B), member(0xcafe, "c", C)),
            List.of()));

    assertThatThrownBy(() -> bootstrap("c", joining(abc())).decide())
        .hasMessage(
            "member cafe has already been started with another data directory; remove it with"
                + " 'etcdctl member remove cafe', add it again, and start with an empty directory");
  }

  @Test
  void clusterOfANewerVersionCannotBeJoined() {
    answers.put(
        A,
        new ClusterDescription(
                CLUSTER,
                1,
                new Membership(
                    List.of(member(1, "a", A), member(2, "b", B), member(3, "", C)),
                    List.of(),
                    "3.8.0",
                    ""))
            .encode());

    assertThatThrownBy(() -> bootstrap("c", joining(abc())).decide())
        .hasMessage("incompatible with current running cluster");
  }

  private static Map<String, List<String>> abc() {
    return new TreeMap<>(Map.of("a", List.of(A), "b", List.of(B), "c", List.of(C)));
  }

  private static Member member(long id, String name, String url) {
    List<String> clientUrls = name.isEmpty() ? List.of() : List.of("http://" + name + ":2379");
    return new Member(id, name, List.of(url), clientUrls, false);
  }

  private static Bytes describe(long cluster, List<Member> members, List<Long> removed) {
    return new ClusterDescription(cluster, 1, new Membership(members, removed, "3.7.0", ""))
        .encode();
  }

  private static MemberIdentity identity(long cluster, long member) {
    return new MemberIdentity("memory", cluster, member, 1, 1);
  }

  private static Origin founding(
      Map<String, List<String>> initial, String token, String... advertised) {
    return new Origin(
        initial,
        false,
        token,
        advertised.length == 0
            ? initial.values().stream().flatMap(List::stream).toList()
            : List.of(advertised));
  }

  private static Origin joining(Map<String, List<String>> initial) {
    return new Origin(initial, true, "ignored", List.of(C));
  }

  private Bootstrap bootstrap(String name, Origin origin) {
    return new Bootstrap(
        name,
        origin,
        (url, timeout) -> {
          asked.add(url);
          Bytes answer = answers.get(url);
          return answer == null
              ? CompletableFuture.failedFuture(new IllegalStateException("nobody at " + url))
              : CompletableFuture.completedFuture(answer);
        },
        host -> {
          String address = addresses.get(host);
          if (address == null) {
            throw new UnknownHostException(host + " has no address");
          }
          return address;
        });
  }
}
