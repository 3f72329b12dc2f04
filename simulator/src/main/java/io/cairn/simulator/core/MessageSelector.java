// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.core;

import io.cairn.consensusraft.core.Message;
import java.util.List;
import java.util.function.Predicate;

/** Which messages a command of a scenario is about. */
final class MessageSelector {
  private MessageSelector() {}

  /** Those of {@code [kind...] [n1->n2|n1<->n2|n1->|->n2]}; all if there are no words. */
  static Predicate<Message> of(List<String> words, CoreCluster cluster) {
    List<String> kinds = words.stream().filter(word -> !word.contains("->")).toList();
    List<Predicate<Message>> links =
        words.stream()
            .filter(word -> word.contains("->"))
            .map(word -> link(word, cluster))
            .toList();
    return message ->
        (kinds.isEmpty() || kinds.contains(kind(message)))
            && (links.isEmpty() || links.stream().anyMatch(link -> link.test(message)));
  }

  private static Predicate<Message> link(String word, CoreCluster cluster) {
    if (word.contains("<->")) {
      String[] ends = word.split("<->", -1);
      return between(ends[0], ends[1], cluster).or(between(ends[1], ends[0], cluster));
    }
    String[] ends = word.split("->", -1);
    return between(ends[0], ends[1], cluster);
  }

  private static Predicate<Message> between(String from, String to, CoreCluster cluster) {
    return message ->
        (from.isEmpty() || message.header().from() == cluster.idOf(from))
            && (to.isEmpty() || message.header().to() == cluster.idOf(to));
  }

  /** The word for it. */
  static String kind(Message message) {
    return switch (message) {
      case Message.VoteRequest _, Message.VoteResponse _ -> "vote";
      case Message.AppendRequest _,
          Message.CommitNotice _,
          Message.AppendAccepted _,
          Message.AppendRejected _ ->
          "append";
      case Message.Heartbeat _, Message.HeartbeatResponse _ -> "heartbeat";
      case Message.InstallSnapshot _ -> "snapshot";
      case Message.TimeoutNow _ -> "timeout";
      case Message.ReadIndexRequest _, Message.ReadIndexResponse _ -> "read";
      case Message.StaleTerm _ -> "stale";
    };
  }
}
