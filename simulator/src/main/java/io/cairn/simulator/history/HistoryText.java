// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.history;

import io.cairn.kernel.command.Command;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.KeyValue;
import io.cairn.spi.store.KeyValueFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A history as a text file, one fact per line, in any order but for the entries of the log.
 *
 * <pre>
 * #1 c2@3 100..200 put k a =&gt; ok 2            operation 1: client 2, member 3, from 100 to 200 ns
 * #2 c1@1 100..- get k =&gt; unknown TimedOut
 * log 150 term=1 #1                            the next entry is operation 1, applied at 150 ns
 * log 160 term=1 put k b                       an entry that no client of this history asked for
 * log 170 term=2 expire 7 2                    a lease that the leader of term 2 found expired
 * log 170 term=2 nothing
 * watch c1@2 a..z from=3 created=2 [prev] [no-put] [no-delete]
 *     : @4 put k=v/4/4/1/0 [was KV] , delete k 4 [was KV] [...] ; progress 7 ; compacted 5
 * promise 7 100..200 ttl=5 [grant]
 * </pre>
 *
 * <p>Messages of a watcher are parted by {@code ;}, the events of one by {@code ,}; {@code @4} is
 * the revision of its header, and {@code ...} says that its last revision goes on in the next
 * message.
 */
public final class HistoryText {
  private HistoryText() {}

  /** Writes a history, one line per fact. */
  public static List<String> format(History history) {
    List<String> lines = new ArrayList<>();
    for (Operation operation : history.operations()) {
      boolean returned = operation.returnedNanos() != Operation.NEVER;
      lines.add(
          "#%d c%d@%s %d..%s %s => %s"
              .formatted(
                  operation.number(),
                  operation.client(),
                  Long.toUnsignedString(operation.member()),
                  operation.calledNanos(),
                  returned ? Long.toString(operation.returnedNanos()) : "-",
                  CallText.format(operation.call()),
                  OutcomeText.format(operation.outcome())));
    }
    for (LogEntry entry : history.log()) {
      lines.add(
          "log %d term=%d %s"
              .formatted(
                  entry.appliedNanos(),
                  entry.term(),
                  entry.operation() != 0 ? "#" + entry.operation() : command(entry.command())));
    }
    history.watchings().forEach(watching -> lines.add(format(watching)));
    for (LeasePromise promise : history.promises()) {
      lines.add(
          "promise %d %d..%d ttl=%d%s"
              .formatted(
                  promise.lease(),
                  promise.calledNanos(),
                  promise.returnedNanos(),
                  promise.ttlSeconds(),
                  promise.grant() ? " grant" : ""));
    }
    return lines;
  }

  /**
   * Reads a history.
   *
   * @param clusterId what headers of responses say
   */
  public static History parse(List<String> lines, long clusterId) {
    NavigableMap<Long, Operation> operations = new TreeMap<>();
    List<Watching> watchings = new ArrayList<>();
    List<LeasePromise> promises = new ArrayList<>();
    for (String line : lines) {
      if (line.startsWith("#")) {
        Operation operation = operation(line, clusterId);
        operations.put(operation.number(), operation);
      } else if (line.startsWith("watch ")) {
        watchings.add(watching(line));
      } else if (line.startsWith("promise ")) {
        Words words = new Words(line.substring("promise ".length()));
        long lease = words.number();
        String[] times = words.next().split("\\.\\.", -1);
        promises.add(
            new LeasePromise(
                lease,
                Long.parseLong(times[0]),
                Long.parseLong(times[1]),
                words.numberOption("ttl"),
                words.take("grant")));
      }
    }
    List<LogEntry> log = new ArrayList<>();
    for (String line : lines) {
      if (line.startsWith("log ")) {
        log.add(entry(line, log.size() + 1L, operations));
      }
    }
    return new History(log, List.copyOf(operations.values()), watchings, promises);
  }

  private static Operation operation(String line, long clusterId) {
    int arrow = line.indexOf(" => ");
    Words words = new Words(line.substring(0, arrow));
    long number = Long.parseLong(words.next().substring(1));
    String[] who = words.next().split("@", -1);
    String[] times = words.next().split("\\.\\.", -1);
    Call call = CallText.parse(words);
    long member = Long.parseUnsignedLong(who[1]);
    return new Operation(
        number,
        Integer.parseInt(who[0].substring(1)),
        member,
        call,
        Long.parseLong(times[0]),
        times[1].equals("-") ? Operation.NEVER : Long.parseLong(times[1]),
        OutcomeText.parse(call, line.substring(arrow + 4), clusterId, member));
  }

  private static LogEntry entry(String line, long index, NavigableMap<Long, Operation> operations) {
    Words words = new Words(line.substring("log ".length()));
    long applied = words.number();
    long term = Math.max(1, words.numberOption("term"));
    String next = words.peek();
    if (next != null && next.startsWith("#")) {
      long number = Long.parseLong(next.substring(1));
      Operation operation = operations.get(number);
      if (operation == null) {
        throw words.malformed("no operation " + number);
      }
      return new LogEntry(index, term, command(operation.call()), number, applied);
    }
    if (words.take("nothing")) {
      return new LogEntry(index, term, null, 0, applied);
    }
    if (words.take("expire")) {
      Command<?> expiry =
          new Command.LeaseRevoke(
              words.number(), words.number(), words.isEmpty() ? 0 : words.number());
      return new LogEntry(index, term, expiry, 0, applied);
    }
    return new LogEntry(index, term, command(CallText.parse(words)), 0, applied);
  }

  /** The command that a call becomes in the log; a lease needs its final id. */
  public static Command<?> command(Call call) {
    return switch (call) {
      case Call.Put(var put) -> new Command.Put(put);
      case Call.Delete(var delete) -> new Command.DeleteRange(delete);
      case Call.Txn(var txn) -> new Command.Txn(txn);
      case Call.Compact(var compact) -> new Command.Compaction(compact);
      case Call.Grant(long id, long ttl) -> new Command.LeaseGrant(id, ttl);
      case Call.Revoke(long id) -> Command.LeaseRevoke.asked(id);
      case Call.Range _, Call.KeepAlive _ ->
          throw new IllegalArgumentException("is never in the log: " + call);
    };
  }

  private static String command(@Nullable Command<?> command) {
    return switch (command) {
      case null -> "nothing";
      case Command.Put(var put) -> CallText.format(new Call.Put(put));
      case Command.DeleteRange(var delete) -> CallText.format(new Call.Delete(delete));
      case Command.Txn(var txn) -> CallText.format(new Call.Txn(txn));
      case Command.Compaction(var compact) -> CallText.format(new Call.Compact(compact));
      case Command.LeaseGrant(long id, long ttl) -> CallText.format(new Call.Grant(id, ttl));
      case Command.LeaseRevoke(long id, long term, long grant) ->
          term == 0
              ? CallText.format(new Call.Revoke(id))
              : "expire " + id + " " + term + (grant == 0 ? "" : " " + grant);
      case Command.LeaseCheckpoint _,
          Command.AlarmCommand _,
          Command.MemberAttributes _,
          Command.ClusterVersion _,
          Command.DowngradeInfo _,
          Command.RaiseLevel _ ->
          "nothing";
    };
  }

  private static String format(Watching watching) {
    StringBuilder out = new StringBuilder();
    out.append("watch c").append(watching.client()).append('@');
    out.append(Long.toUnsignedString(watching.member())).append(' ');
    out.append(CallText.range(watching.range()));
    out.append(" from=").append(watching.startRevision());
    out.append(" created=").append(watching.createdRevision());
    out.append(watching.flags().prevKv() ? " prev" : "");
    out.append(watching.flags().noPut() ? " no-put" : "");
    out.append(watching.flags().noDelete() ? " no-delete" : "").append(" :");
    for (int i = 0; i < watching.messages().size(); i++) {
      out.append(i == 0 ? " " : " ; ");
      switch (watching.messages().get(i)) {
        case Watching.Told.Progress(long revision) -> out.append("progress ").append(revision);
        case Watching.Told.Compacted(long floor) -> out.append("compacted ").append(floor);
        case Watching.Told.Events(long header, List<Watching.Event> events, boolean fragment) -> {
          out.append('@').append(header);
          for (int e = 0; e < events.size(); e++) {
            out.append(e == 0 ? " " : " , ");
            append(out, events.get(e));
          }
          out.append(fragment ? " ..." : "");
        }
      }
    }
    return out.toString();
  }

  private static void append(StringBuilder out, Watching.Event event) {
    if (event.deletion()) {
      KeyValue kv = KeyValueFormat.decode(event.keyValue());
      out.append("delete ").append(Words.word(kv.key())).append(' ').append(kv.modRevision());
    } else {
      out.append("put ").append(OutcomeText.keyValue(event.keyValue()));
    }
    if (!event.previous().isEmpty()) {
      out.append(" was ").append(OutcomeText.keyValue(event.previous()));
    }
  }

  private static Watching watching(String line) {
    int colon = line.indexOf(" :");
    Words words = new Words(line.substring("watch ".length(), colon));
    String[] who = words.next().split("@", -1);
    var range = CallText.range(words.next());
    long from = words.numberOption("from");
    long created = words.numberOption("created");
    boolean prev = words.take("prev");
    boolean noPut = words.take("no-put");
    boolean noDelete = words.take("no-delete");
    List<Watching.Told> messages = new ArrayList<>();
    for (String message : line.substring(colon + 2).split(";", -1)) {
      if (!message.isBlank()) {
        messages.add(told(new Words(message)));
      }
    }
    return new Watching(
        Integer.parseInt(who[0].substring(1)),
        Long.parseUnsignedLong(who[1]),
        range,
        from,
        new Watching.Flags(noPut, noDelete, prev),
        created,
        messages);
  }

  private static Watching.Told told(Words words) {
    if (words.take("progress")) {
      return new Watching.Told.Progress(words.number());
    }
    if (words.take("compacted")) {
      return new Watching.Told.Compacted(words.number());
    }
    long header = Long.parseLong(words.next().substring(1));
    List<Watching.Event> events = new ArrayList<>();
    do {
      boolean deletion = words.next().equals("delete");
      Bytes kv =
          deletion
              ? KeyValueFormat.encode(
                  new KeyValue(Words.bytes(words.next()), 0, words.number(), 0, Bytes.EMPTY, 0))
              : OutcomeText.keyValue(words.next());
      Bytes previous = words.take("was") ? OutcomeText.keyValue(words.next()) : Bytes.EMPTY;
      events.add(new Watching.Event(deletion, kv, previous));
    } while (words.take(","));
    return new Watching.Told.Events(header, events, words.take("..."));
  }
}
