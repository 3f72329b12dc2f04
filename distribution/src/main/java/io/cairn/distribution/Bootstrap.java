// SPDX-License-Identifier: Apache-2.0
package io.cairn.distribution;

import io.cairn.distribution.config.ServerConfig.Origin;
import io.cairn.kernel.cluster.ClusterDescription;
import io.cairn.kernel.cluster.MemberChange;
import io.cairn.kernel.cluster.MemberIds;
import io.cairn.kernel.command.FeatureLevel;
import io.cairn.kernel.directory.MemberIdentity;
import io.cairn.spi.consensus.ConfigurationChange;
import io.cairn.spi.store.ApiVersion;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.Member;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Finds out who a member is that has no directory yet: one of the founders of a new cluster, whose
 * ids follow from their addresses, or a member that joins a cluster and asks it for the ids.
 *
 * <p>Refusals are etcd's, word for word where it has one.
 */
final class Bootstrap {
  private static final long GUARD_SECONDS = 1;
  private static final long JOIN_SECONDS = 10;
  private static final List<String> HINTS =
      List.of("forgot to set --initial-cluster?", "forgot to set --initial-advertise-peer-urls?");

  /** Asks whoever listens at a peer URL about its cluster. */
  @FunctionalInterface
  interface Inquiry {
    /** Asks; the stage fails if nobody answers in time. */
    CompletionStage<Bytes> ask(String url, long timeoutNanos);
  }

  /**
   * Who the member is.
   *
   * @param told the members of the running cluster that it joins; none if it founds one
   */
  record Outcome(long clusterId, long memberId, List<Member> told) {}

  private final String name;
  private final Origin origin;
  private final Inquiry inquiry;
  private final PeerUrlMatch match;

  Bootstrap(String name, Origin origin, Inquiry inquiry, PeerUrlMatch.Resolver resolver) {
    this.name = name;
    this.origin = origin;
    this.inquiry = inquiry;
    this.match = new PeerUrlMatch(resolver);
  }

  /**
   * Decides. Asks other members and may take as long as they do.
   *
   * @throws StartException if the configuration contradicts itself or the cluster
   */
  Outcome decide() throws StartException {
    List<String> own = checkInitialCluster();
    return origin.joins() ? join(own) : found(own);
  }

  /**
   * The entries with which the log of a new cluster begins; none if {@code self} did not found the
   * cluster that the configuration describes, so that nothing is made up for a member that joined.
   */
  List<ConfigurationChange> firstEntries(MemberIdentity self) {
    Map<String, Long> ids = founders();
    Long own = ids.get(name);
    boolean founded =
        !origin.joins()
            && own != null
            && own == self.memberId()
            && MemberIds.ofCluster(List.copyOf(ids.values())) == self.clusterId();
    if (!founded) {
      return List.of();
    }
    return origin.initial().entrySet().stream()
        .map(member -> {
          long id = MemberIds.ofInitialMember(member.getValue(), origin.token());
          return MemberChange.ofInitialMember(id, member.getKey(), member.getValue()).encode();
        })
        .toList();
  }

  private Map<String, Long> founders() {
    Map<String, Long> ids = new TreeMap<>();
    origin
        .initial()
        .forEach(
            (member, urls) -> ids.put(member, MemberIds.ofInitialMember(urls, origin.token())));
    return ids;
  }

  private List<String> checkInitialCluster() throws StartException {
    if (origin.initial().isEmpty()) {
      throw mistake("initial cluster unset and no discovery endpoints found");
    }
    List<String> own = origin.initial().get(name);
    if (own == null) {
      throw mistake(
          "couldn't find local name \"" + name + "\" in the initial cluster configuration");
    }
    Set<String> seen = new HashSet<>();
    for (List<String> urls : origin.initial().values()) {
      for (String url : urls) {
        if (!seen.add(url)) {
          throw mistake("initial cluster " + shown() + " has duplicate url");
        }
      }
    }
    return own;
  }

  private Outcome found(List<String> own) throws StartException {
    checkAdvertised(own);
    Map<String, Long> ids = founders();
    Long self = ids.get(name);
    if (self == null) {
      throw new IllegalStateException("this member is among the founders");
    }
    long clusterId = MemberIds.ofCluster(List.copyOf(ids.values()));
    refuseIfBootstrapped(clusterId, self);
    return new Outcome(clusterId, self, List.of());
  }

  private void checkAdvertised(List<String> own) throws StartException {
    List<String> advertised = origin.advertisedPeerUrls();
    String given = named(own);
    boolean same;
    try {
      same = match.isSame(own, advertised);
    } catch (UnknownHostException e) {
      throw mistake(
          "failed to resolve %s to match --initial-cluster=%s (%s)"
              .formatted(String.join(",", advertised), given, e.getMessage()));
    }
    if (same) {
      return;
    }
    List<String> missing = without(own, advertised);
    if (!missing.isEmpty()) {
      throw mistake(
          "--initial-cluster has %s but missing from --initial-advertise-peer-urls=%s (%s)"
              .formatted(
                  named(missing), String.join(",", advertised), difference(advertised, own)));
    }
    throw mistake(
        "--initial-advertise-peer-urls has %s but missing from --initial-cluster=%s"
            .formatted(String.join(",", without(advertised, own)), given));
  }

  private String named(List<String> urls) {
    return name + "=" + String.join("," + name + "=", urls);
  }

  private static String difference(List<String> advertised, List<String> own) {
    return advertised.size() == own.size()
        ? "resolved urls: %s != %s".formatted(quoted(advertised), quoted(own))
        : "len([%s]) != len([%s])".formatted(quoted(advertised), quoted(own));
  }

  private static String quoted(List<String> urls) {
    return urls.stream().map(url -> '"' + url + '"').collect(Collectors.joining(" "));
  }

  private static List<String> without(List<String> urls, Collection<String> others) {
    return urls.stream().filter(url -> !others.contains(url)).toList();
  }

  /**
   * Keeps a member that lost its directory from voting a second time: whoever is up knows it
   * already. Nobody need be up, since all may be founding the cluster just now.
   */
  private void refuseIfBootstrapped(long clusterId, long self) throws StartException {
    for (Asked asked : askOthers(GUARD_SECONDS)) {
      ClusterDescription told = await(asked, GUARD_SECONDS).description();
      if (told == null || told.clusterId() != clusterId) {
        continue;
      }
      Member known = told.membership().findMember(self).orElse(null);
      if (known != null && !known.clientUrls().isEmpty()) {
        throw new StartException(
            "member " + MemberIds.text(self) + " has already been bootstrapped");
      }
      if (told.membership().isRemoved(self)) {
        throw new StartException(
            "member " + MemberIds.text(self) + " has been permanently removed from the cluster");
      }
    }
  }

  /** Whoever answers may not have heard of this member yet; then another one may have. */
  private Outcome join(List<String> own) throws StartException {
    StartException refusal = null;
    List<String> silent = new ArrayList<>();
    for (Asked asked : askOthers(JOIN_SECONDS)) {
      Answer answer = await(asked, JOIN_SECONDS);
      if (answer.description() == null) {
        silent.add("could not get cluster response from " + asked.url() + ": " + answer.why());
      } else {
        try {
          return join(own, answer.description());
        } catch (StartException e) {
          refusal = e;
        }
      }
    }
    throw refusal != null
        ? refusal
        : new StartException(
            "cannot fetch cluster info from peer urls: could not retrieve cluster information from"
                + " the given URLs",
            silent);
  }

  private Outcome join(List<String> own, ClusterDescription cluster) throws StartException {
    List<Member> present = cluster.membership().members();
    if (present.size() != origin.initial().size()) {
      throw unmatched("member count is unequal");
    }
    Member self = null;
    for (Map.Entry<String, List<String>> configured : origin.initial().entrySet()) {
      Member member = matching(configured.getValue(), present);
      if (member == null) {
        throw unmatched(
            "PeerURLs: no match found for existing member (%s, %s); the cluster has %s"
                .formatted(configured.getKey(), configured.getValue(), shown(present)));
      }
      self = configured.getValue().equals(own) ? member : self;
    }
    if (self == null) {
      throw new IllegalStateException("this member's URLs are among those matched");
    }
    String id = MemberIds.text(self.id());
    if (!self.name().isEmpty()) {
      throw new StartException(
          ("member %s has already been started with another data directory; remove it with"
                  + " 'etcdctl member remove %s', add it again, and start with an empty directory")
              .formatted(id, id));
    }
    if (minor(cluster.membership().clusterVersion()) > minor(ApiVersion.CLUSTER)
        || cluster.membership().level() > FeatureLevel.NEWEST) {
      throw new StartException("incompatible with current running cluster");
    }
    return new Outcome(cluster.clusterId(), self.id(), present);
  }

  private @Nullable Member matching(List<String> urls, List<Member> present) {
    return present.stream()
        .filter(member -> isSame(urls, member.peerUrls()))
        .findFirst()
        .orElse(null);
  }

  private boolean isSame(List<String> urls, List<String> others) {
    try {
      return match.isSame(urls, others);
    } catch (UnknownHostException e) {
      return false; // Another member may still have them; else both lists are shown.
    }
  }

  /** A version as a number that grows with it; 0 for none. */
  private static int minor(String version) {
    String[] parts = version.split("\\.", -1);
    return parts.length < 2 ? 0 : 1000 * Integer.parseInt(parts[0]) + Integer.parseInt(parts[1]);
  }

  /** Asks at the other members' URLs what their cluster is like. */
  private List<Asked> askOthers(long seconds) {
    List<Asked> asked = new ArrayList<>();
    origin
        .initial()
        .forEach((member, urls) -> {
          if (!member.equals(name)) {
            urls.forEach(url -> asked.add(ask(url, TimeUnit.SECONDS.toNanos(seconds))));
          }
        });
    return asked;
  }

  /** A question that is under way. */
  private record Asked(String url, CompletableFuture<Answer> answer) {}

  /**
   * What became of a question.
   *
   * @param description what was told; null if nobody could tell
   * @param why why not
   */
  private record Answer(@Nullable ClusterDescription description, String why) {
    static Answer of(ClusterDescription told) {
      return told.membership().members().isEmpty()
          ? new Answer(null, "the member does not know its cluster yet")
          : new Answer(told, "");
    }

    /** Whoever does not answer, or answers what nobody can read, tells nothing. */
    static Answer without(Throwable failure) {
      Throwable first = failure;
      while (first.getCause() != null) {
        first = first.getCause();
      }
      return new Answer(null, String.valueOf(first.getMessage()));
    }
  }

  private Asked ask(String url, long nanos) {
    return new Asked(
        url,
        inquiry
            .ask(url, nanos)
            .thenApply(ClusterDescription::decode)
            .thenApply(Answer::of)
            .exceptionally(Answer::without)
            .toCompletableFuture());
  }

  private static Answer await(Asked asked, long seconds) throws StartException {
    try {
      return asked.answer().get(2 * seconds, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      return new Answer(null, "no answer in time");
    } catch (ExecutionException e) {
      throw new IllegalStateException("failures have become answers", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StartException("the start was interrupted", e);
    }
  }

  private StartException unmatched(String why) {
    return mistake("error validating peerURLs " + shown() + ": " + why);
  }

  private static StartException mistake(String message) {
    return new StartException(message, HINTS);
  }

  private String shown() {
    List<String> parts = new ArrayList<>();
    origin.initial().forEach((member, urls) -> urls.forEach(url -> parts.add(member + "=" + url)));
    return String.join(",", parts);
  }

  private static String shown(List<Member> members) {
    return members.stream()
        .map(member -> MemberIds.text(member.id()) + "=" + String.join(",", member.peerUrls()))
        .toList()
        .toString();
  }
}
