// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.core;

import io.cairn.consensusraft.core.Configuration;
import io.cairn.consensusraft.core.Effects;
import io.cairn.consensusraft.core.Input;
import io.cairn.consensusraft.core.Message;
import io.cairn.consensusraft.core.Settings;
import io.cairn.spi.environment.InvariantViolation;
import io.cairn.spi.store.Bytes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Carries out the commands of a scenario, one at a time. Nothing moves by itself: no time passes
 * and no message arrives but by a command. Persists and applies complete at once unless held.
 *
 * <pre>
 * cluster voters=n1..n3 [learners=n4] [others=n5] [election=10] [prevote=off] [window=0] [uncommitted=100]
 * elect n1 [from=n2,n3]      n1 campaigns; only votes travel, and only between it and those
 * campaign n1                time passes for n1 until it campaigns by itself
 * tick n1|all [count]        time passes
 * propose n1 [@term] "a" ... several make one batch; only in that term
 * change n1 +n4|~n4|-n4|=n4#2
 * read n1 r1                 r1 is the reader's name
 * transfer n1 n2
 * deliver|drop|duplicate|hold [kind...] [n1->n2|n1<->n2|n1->|->n2]
 * release                    what is held may move again
 * settle                     deliver everything until nothing moves
 * partition n1,n2|n3 ; heal ; unreachable n1 n2
 * hold-persist|hold-apply n1 ; persist|apply n1 [count] ; free n1
 * crash n1 [lose-unsynced|torn] ; restart n1 ; wipe n1 incarnation
 * corrupt n1 index           the disk of n1, which is down, forgets what lies behind
 * barrier n1 ; cut-log n1 index ; install n1->n2 [fails]
 * stops n1 command           the command makes n1 end itself
 * show n1|all field...       see {@link Shown#field}
 * </pre>
 *
 * <p>Kinds of messages: vote, append, heartbeat, snapshot, read, timeout, stale.
 */
public final class ScenarioRunner {
  private CoreCluster cluster = new CoreCluster();
  private final StringBuilder output = new StringBuilder();
  private final List<Predicate<Message>> held = new ArrayList<>();
  private Settings settings = Settings.of(10);
  private Configuration founders = Configuration.EMPTY;

  /** Carries out one line, which may hold several commands. */
  public void run(String line) {
    for (String command : line.split(";", -1)) {
      String trimmed = command.strip();
      if (!trimmed.isEmpty()) {
        List<String> words = List.of(trimmed.split(" +", -1));
        carryOut(words.getFirst(), words.subList(1, words.size()));
      }
    }
  }

  /** What was shown since the last call. */
  public String takeOutput() {
    String result = output.toString();
    output.setLength(0);
    return result;
  }

  private void carryOut(String verb, List<String> words) {
    switch (verb) {
      case "cluster" -> cluster(words);
      case "elect" -> elect(member(words.getFirst()), words.subList(1, words.size()));
      case "campaign" -> campaign(member(words.getFirst()));
      case "tick" -> tick(words);
      case "propose" -> propose(words);
      case "change" -> member(words.getFirst()).change(words.get(1), words.get(1));
      case "read" -> read(member(words.getFirst()), words.get(1));
      case "transfer" ->
          member(words.getFirst()).step(new Input.Transfer(cluster.idOf(words.get(1))));
      case "deliver" -> deliver(words);
      case "drop" -> cluster.network.removeIf(MessageSelector.of(words, cluster));
      case "duplicate" ->
          cluster.network.addAll(
              cluster.network.stream().filter(MessageSelector.of(words, cluster)).toList());
      case "hold" -> held.add(MessageSelector.of(words, cluster));
      case "release" -> held.clear();
      case "settle" -> cluster.settle(this::mayMove);
      case "partition" -> partition(String.join("", words));
      case "heal" -> cluster.heal();
      case "unreachable" ->
          member(words.getFirst()).step(new Input.Unreachable(cluster.idOf(words.get(1))));
      case "hold-persist" -> member(words.getFirst()).holdPersist = true;
      case "hold-apply" -> member(words.getFirst()).holdApply = true;
      case "persist" -> member(words.getFirst()).persist(count(words, 1));
      case "apply" -> member(words.getFirst()).apply(count(words, 1));
      case "free" -> free(member(words.getFirst()));
      case "crash" -> crash(words);
      case "restart" -> member(words.getFirst()).start(NoJitter.INSTANCE);
      case "wipe" -> wipe(words);
      case "corrupt" -> member(words.getFirst()).corrupt(Long.parseLong(words.get(1)));
      case "barrier" -> member(words.getFirst()).barrier();
      case "cut-log" -> {
        member(words.getFirst()).barrier();
        member(words.getFirst()).cutLog(Long.parseLong(words.get(1)));
      }
      case "install" -> install(words);
      case "stops" -> stops(member(words.getFirst()), words.subList(1, words.size()));
      case "show" -> show(words);
      default -> throw new IllegalArgumentException("no command '" + verb + "'");
    }
  }

  private void cluster(List<String> words) {
    TreeMap<String, String> options = new TreeMap<>();
    words.forEach(word -> options.put(word.split("=", 2)[0], word.split("=", 2)[1]));
    settings =
        new Settings(
            Integer.parseInt(options.getOrDefault("election", "10")),
            1,
            !options.getOrDefault("prevote", "on").equals("off"),
            Integer.parseInt(options.getOrDefault("append", "1000000")),
            Integer.parseInt(options.getOrDefault("inflight", "512")),
            1 << 20,
            1 << 20,
            Integer.parseInt(options.getOrDefault("uncommitted", "1000000")),
            Integer.parseInt(options.getOrDefault("reads", "100")),
            Integer.parseInt(options.getOrDefault("window", "1000000")));
    cluster = new CoreCluster();
    founders = Configuration.EMPTY;
    for (long id : ids(options.getOrDefault("voters", ""))) {
      founders = founders.with(new Configuration.Member(id, false, 0));
    }
    for (long id : ids(options.getOrDefault("learners", ""))) {
      founders = founders.with(new Configuration.Member(id, true, 0));
    }
    List<Long> all =
        new ArrayList<>(founders.members().stream().map(Configuration.Member::id).toList());
    all.addAll(ids(options.getOrDefault("others", "")));
    all.forEach(id -> addMember(id, 0));
  }

  private void addMember(long id, long incarnation) {
    CoreMember member = new CoreMember(id, incarnation, settings, founders, cluster);
    cluster.members.put(id, member);
    member.start(NoJitter.INSTANCE);
  }

  private void elect(CoreMember member, List<String> words) {
    List<Long> voters =
        words.isEmpty()
            ? List.copyOf(cluster.members.keySet())
            : ids(words.getFirst().substring(5));
    Predicate<Message> votes =
        message ->
            MessageSelector.kind(message).equals("vote")
                && ((message.header().from() == member.id && voters.contains(message.header().to()))
                    || (message.header().to() == member.id
                        && voters.contains(message.header().from())));
    do {
      long term = member.core().role().term();
      Message.Header self = new Message.Header(member.id, member.id, term, member.incarnation);
      member.step(new Input.Receive(new Message.TimeoutNow(self)));
      cluster.settle(votes);
      // Whoever has given its vote in that term already may give it in the next.
    } while (member.core().role().kind() == Effects.RoleKind.CANDIDATE
        && voters.stream().anyMatch(id -> votedForOther(id, member)));
    cluster.network.removeIf(message ->
        MessageSelector.kind(message).equals("vote") && message.header().from() == member.id);
  }

  private boolean votedForOther(long id, CoreMember candidate) {
    CoreMember voter = cluster.member(id);
    return voter.isUp()
        && voter != candidate
        && voter.core().role().term() == candidate.core().role().term()
        && voter.core().vote() != 0
        && voter.core().vote() != candidate.id;
  }

  private static void campaign(CoreMember member) {
    for (int i = 0; i < 1000 && member.core().role().kind() == Effects.RoleKind.FOLLOWER; i++) {
      member.step(new Input.Tick());
    }
  }

  private void tick(List<String> words) {
    for (int i = 0; i < count(words, 1); i++) {
      if (words.getFirst().equals("all")) {
        cluster.members.values().forEach(member -> member.step(new Input.Tick()));
      } else {
        member(words.getFirst()).step(new Input.Tick());
      }
    }
  }

  private void propose(List<String> words) {
    boolean bound = words.get(1).startsWith("@");
    long term = bound ? Long.parseLong(words.get(1).substring(1)) : 0;
    List<String> texts =
        words.subList(bound ? 2 : 1, words.size()).stream()
            .map(word -> word.replace("\"", ""))
            .toList();
    member(words.getFirst())
        .step(new Input.Propose(term, texts.stream().map(Bytes::utf8).toList(), texts));
  }

  private void read(CoreMember member, String origin) {
    cluster.invariants().readBegins(origin);
    member.step(new Input.ReadIndex(origin));
  }

  private void deliver(List<String> words) {
    Predicate<Message> selected = MessageSelector.of(words, cluster).and(this::mayMove);
    if (words.stream().anyMatch(word -> word.contains("<->"))) {
      cluster.settle(selected);
    } else {
      cluster.deliver(selected);
    }
  }

  private boolean mayMove(Message message) {
    return held.stream().noneMatch(hold -> hold.test(message));
  }

  private void partition(String groups) {
    List<List<Long>> sides =
        Arrays.stream(groups.split("\\|", -1)).map(ScenarioRunner::ids).toList();
    for (List<Long> from : sides) {
      for (List<Long> to : sides) {
        if (!from.equals(to)) {
          from.forEach(a -> to.forEach(b -> cluster.cut(a, b)));
        }
      }
    }
  }

  private static void free(CoreMember member) {
    member.holdPersist = false;
    member.holdApply = false;
    member.step(List.of());
  }

  private void crash(List<String> words) {
    CoreMember member = member(words.getFirst());
    String how = words.size() > 1 ? words.get(1) : "";
    member.crash(
        switch (how) {
          case "lose-unsynced" -> Integer.MAX_VALUE;
          case "torn" -> 1;
          case "" -> 0;
          default -> throw new IllegalArgumentException("no way to crash: " + how);
        });
    member.holdPersist = false;
    member.holdApply = false;
  }

  private void wipe(List<String> words) {
    CoreMember member = member(words.getFirst());
    member.crash(Integer.MAX_VALUE);
    addMember(member.id, Long.parseLong(words.get(1)));
  }

  private void install(List<String> words) {
    String[] ends = words.getFirst().split("->", -1);
    cluster.install(cluster.idOf(ends[0]), cluster.idOf(ends[1]), !words.contains("fails"));
  }

  /** A member that finds itself wrong ends its process rather than go on. */
  private void stops(CoreMember member, List<String> words) {
    String why;
    try {
      carryOut(words.getFirst(), words.subList(1, words.size()));
      throw new IllegalStateException("n" + member.id + " goes on");
    } catch (InvariantViolation violation) {
      why = String.valueOf(violation.getMessage()).split(":", 2)[0];
    }
    member.crash(Integer.MAX_VALUE);
    output.append('n').append(member.id).append(" stops: ").append(why).append('\n');
  }

  private void show(List<String> words) {
    List<CoreMember> shown =
        words.getFirst().equals("all")
            ? List.copyOf(cluster.members.values())
            : ids(words.getFirst()).stream().map(cluster::member).toList();
    for (CoreMember member : shown) {
      output.append("n").append(member.id);
      if (!member.isUp()) {
        output.append(" down");
      } else {
        for (String field : words.subList(1, words.size())) {
          output.append(' ').append(field).append('=').append(Shown.field(cluster, member, field));
        }
      }
      output.append('\n');
    }
  }

  private CoreMember member(String name) {
    return cluster.member(cluster.idOf(name));
  }

  private static int count(List<String> words, int at) {
    return words.size() > at ? Integer.parseInt(words.get(at)) : 1;
  }

  /** {@code n1,n3} or {@code n1..n3}. */
  private static List<Long> ids(String names) {
    List<Long> ids = new ArrayList<>();
    for (String part : names.isEmpty() ? new String[0] : names.split(",", -1)) {
      String[] ends = part.split("\\.\\.", -1);
      long last = Long.parseLong(ends[ends.length - 1].substring(1));
      for (long id = Long.parseLong(ends[0].substring(1)); id <= last; id++) {
        ids.add(id);
      }
    }
    return ids;
  }
}
