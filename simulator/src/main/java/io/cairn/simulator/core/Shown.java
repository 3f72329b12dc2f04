// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.core;

import io.cairn.consensusraft.core.Message;
import io.cairn.consensusraft.core.RaftCore;
import java.util.Locale;
import java.util.stream.Collectors;

/** What a scenario shows of members, in words. */
final class Shown {
  private Shown() {}

  /** What is known of a member by a name. */
  static String field(CoreCluster cluster, CoreMember member, String name) {
    RaftCore core = member.core();
    return switch (name) {
      case "role" -> core.role().kind().toString().toLowerCase(Locale.ROOT).replace('_', '-');
      case "term" -> Long.toString(core.role().term());
      case "leader" -> core.role().leader() == 0 ? "none" : "n" + core.role().leader();
      case "vote" -> core.vote() == 0 ? "none" : "n" + core.vote();
      case "commit" -> Long.toString(core.role().commit());
      case "applied" -> Long.toString(core.applied());
      case "last" -> Long.toString(core.lastIndex());
      case "durable" -> Long.toString(core.durableIndex());
      case "log" -> log(core);
      case "config" ->
          core.configuration().members().stream()
              .map(m ->
                  (m.learner() ? "~" : "")
                      + "n"
                      + m.id()
                      + (m.incarnation() == 0 ? "" : "#" + m.incarnation()))
              .toList()
              .toString();
      case "match" ->
          cluster.members.keySet().stream()
              .filter(id -> id != member.id)
              .map(id -> "n" + id + ":" + core.matchOf(id))
              .toList()
              .toString();
      case "reads" -> member.reads.toString();
      case "dropped" -> member.dropped.toString();
      case "sends" ->
          cluster.network.stream()
              .filter(message -> message.header().from() == member.id)
              .map(Shown::describe)
              .toList()
              .toString();
      default -> throw new IllegalArgumentException("no field '" + name + "'");
    };
  }

  private static String log(RaftCore core) {
    String text =
        core.window().stream()
            .map(entry ->
                entry.index()
                    + ":"
                    + entry.term()
                    + switch (entry.kind()) {
                      case NOOP -> " noop";
                      case BINDING -> " binding";
                      case COMMAND -> " \"" + entry.payload().toUtf8() + "\"";
                      case CONFIGURATION -> " " + entry.payload().toUtf8();
                    })
            .collect(Collectors.joining(", "));
    return "[" + text + "]";
  }

  private static String describe(Message message) {
    String to = "->n" + message.header().to();
    return switch (message) {
      case Message.VoteRequest m -> (m.pre() ? "pre-vote?" : "vote?") + to;
      case Message.VoteResponse m ->
          (m.pre() ? "pre-vote " : "vote ") + (m.granted() ? "yes" : "no") + to;
      case Message.AppendRequest m ->
          "append " + m.prevIndex() + "+" + m.entries().size() + " commit " + m.commit() + to;
      case Message.CommitNotice m -> "commit " + m.commit() + " at " + m.index() + to;
      case Message.AppendAccepted m -> "accepted " + m.match() + to;
      case Message.AppendRejected m ->
          "rejected " + m.rejectedIndex() + " hint " + m.hintIndex() + ":" + m.hintTerm() + to;
      case Message.Heartbeat m -> "heartbeat commit " + m.commit() + to;
      case Message.HeartbeatResponse _ -> "alive" + to;
      case Message.InstallSnapshot m -> "snapshot " + m.point().index() + to;
      case Message.TimeoutNow _ -> "campaign now" + to;
      case Message.ReadIndexRequest _ -> "read?" + to;
      case Message.ReadIndexResponse m -> "read " + m.index() + to;
      case Message.StaleTerm _ -> "stale" + to;
    };
  }
}
