// SPDX-License-Identifier: Apache-2.0
package io.cairn.simulator.check;

import io.cairn.kernel.command.Command;
import io.cairn.simulator.history.Call;
import io.cairn.simulator.history.LogEntry;
import io.cairn.simulator.history.Operation;
import io.cairn.simulator.history.Outcome;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.store.DeleteResult;
import io.cairn.spi.store.HeaderResult;
import io.cairn.spi.store.LeaseService;
import io.cairn.spi.store.PutResult;
import io.cairn.spi.store.RangeRequest;
import io.cairn.spi.store.RangeResult;
import io.cairn.spi.store.Reason;
import io.cairn.spi.store.ResponseHeader;
import io.cairn.spi.store.TxnResult;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The check in linear time: with the log known, there is one right answer to every write, and few
 * to every read.
 *
 * <p>The log is replayed through the model. What was answered must be in the log once and have the
 * model's answer, field by field; what was refused must not be in it, or refused by the model for
 * the same reason; what is unknown is in it once or not at all. Then time: of two operations one
 * after the other the later has the later entry and no smaller revision, and a linearizable read
 * shows the state of a revision between the highest that had been returned before it was asked for
 * and the highest there was when it was answered.
 */
@OnLane("owner")
public final class OrderedCheck {
  private final List<LogEntry> log;
  private final List<Operation> operations;

  /** Those that were answered, by when. */
  private final List<Operation> byReturn;

  private final StoreModel model;
  private final List<Violation> violations = new ArrayList<>();

  // Both only looked up, by operation: what the model answers, and the entry that it is in.
  private final Map<Long, Object> answers = new HashMap<>();
  private final Map<Long, Long> indexes = new HashMap<>();

  /** The revision and the floor that were there at a time, by when the first member had them. */
  private final Timeline revisions = new Timeline();

  private final Timeline floors = new Timeline();

  /** The highest revision and floor that clients had been answered, by when. */
  private final Timeline returned = new Timeline();

  private final Timeline compacted = new Timeline();

  private OrderedCheck(long clusterId, List<LogEntry> log, List<Operation> operations) {
    this.log = log;
    this.operations = operations;
    this.byReturn = new ArrayList<>(operations.stream().filter(Operation::isOk).toList());
    byReturn.sort(Comparator.comparingLong(Operation::returnedNanos));
    this.model = new StoreModel(clusterId);
  }

  /**
   * What was found.
   *
   * @param model the store after the whole log
   * @param violations what is wrong, none if all is well
   */
  public record Found(StoreModel model, List<Violation> violations) {}

  /** Checks the operations against the whole log of the cluster, from its first entry. */
  public static Found run(long clusterId, List<LogEntry> log, List<Operation> operations) {
    OrderedCheck check = new OrderedCheck(clusterId, log, operations);
    check.replay();
    check.noteReturns();
    check.compareAnswers();
    check.compareTimes();
    return new Found(check.model, check.violations);
  }

  private void violated(String promise, String what) {
    violations.add(new Violation(promise, what));
  }

  private void replay() {
    long last = 0;
    long latest = 0;
    for (LogEntry entry : log) {
      if (entry.index() != last + 1) {
        violated("I7", "entry " + entry.index() + " follows entry " + last);
      }
      last = entry.index();
      long before = model.revision();
      Command<?> command = entry.command();
      Object answer = command == null ? null : model.apply(command, entry.index(), entry.term());
      if (model.revision() > before + 1) {
        violated("I8", "entry " + entry.index() + " raised the revision by more than one");
      }
      // Members apply in order; what the first to apply saw may be noted a moment later.
      latest = Math.max(latest, entry.appliedNanos());
      revisions.set(latest, model.revision());
      floors.set(latest, model.floor());
      if (entry.operation() != 0) {
        Long other = indexes.putIfAbsent(entry.operation(), entry.index());
        if (other != null) {
          violated(
              "I10",
              "operation "
                  + entry.operation()
                  + " is in entries "
                  + other
                  + " and "
                  + entry.index());
        }
        if (answer != null) {
          answers.putIfAbsent(entry.operation(), answer);
        }
      }
    }
  }

  private void compareAnswers() {
    for (Operation operation : operations) {
      switch (operation.outcome()) {
        case Outcome.Ok(Object response) -> {
          if (operation.call().isRead()) {
            compareRead(operation, response);
          } else if (!(operation.call() instanceof Call.KeepAlive)) {
            compareWrite(operation, response);
          }
        }
        case Outcome.No(Reason reason) -> compareRefusal(operation, reason);
        case Outcome.Unknown _ -> {} // Once or absent; that it is not there twice is checked above.
      }
    }
  }

  private void compareWrite(Operation operation, Object response) {
    Object expected = answers.get(operation.number());
    if (expected == null) {
      violated("G3", "answered, and not in the log: " + operation);
    } else if (!sameAnswer(operation, expected, response)) {
      violated("A", "expected " + expected + " for " + operation);
    }
  }

  private void compareRefusal(Operation operation, Reason reason) {
    Object expected = answers.get(operation.number());
    if (expected == null) {
      if (operation.call().isRead()) {
        compareRefusedRead(operation, reason);
      }
      return; // Refused before it came into the log.
    }
    if (!expected.equals(reason)) {
      violated("G5", "refused, and yet the log says " + expected + ": " + operation);
    }
  }

  private void compareRefusedRead(Operation operation, Reason reason) {
    if (!(operation.call() instanceof Call.Range(RangeRequest range))) {
      return;
    }
    long highestFloor = floors.at(operation.returnedNanos(), -1);
    if (reason instanceof Reason.Compacted
        && (range.revision() <= 0 || range.revision() >= highestFloor)) {
      violated(
          "A", "nothing has been compacted there, the floor is " + highestFloor + ": " + operation);
    }
    if (reason instanceof Reason.FutureRevision
        && !range.serializable()
        && range.revision() <= revisions.at(operation.calledNanos(), 1)
        && range.revision() <= before(returned, operation, 0)) {
      violated("I9", "that revision had been returned already: " + operation);
    }
  }

  private void compareRead(Operation operation, Object response) {
    long shown = revisionOf(operation);
    long highest = revisions.at(operation.returnedNanos(), 1);
    if (shown > highest) {
      violated(
          "G6", "revision " + shown + " did not exist yet, only " + highest + ": " + operation);
      return;
    }
    Object expected =
        switch (operation.call()) {
          case Call.Range(RangeRequest range) -> model.readAt(shown, range);
          case Call.Txn(var txn) -> model.readAt(shown, txn);
          case Call.Put _,
              Call.Delete _,
              Call.Compact _,
              Call.Grant _,
              Call.Revoke _,
              Call.KeepAlive _ ->
              throw new IllegalArgumentException("not a read");
        };
    if (!sameAnswer(operation, expected, response)) {
      violated(
          operation.call().isSerializable() ? "G2" : "A",
          "expected " + expected + " for " + operation);
    }
    if (operation.call() instanceof Call.Range(RangeRequest range)
        && !range.serializable()
        && range.revision() > 0
        && range.revision() < before(compacted, operation, -1)) {
      violated("A", "reads what had been compacted already: " + operation);
    }
  }

  /** Notes by when which revision had been returned, and which compaction acknowledged. */
  private void noteReturns() {
    long revision = 0;
    long floor = -1;
    for (Operation operation : byReturn) {
      revision = Math.max(revision, revisionOf(operation));
      returned.set(operation.returnedNanos(), revision);
      if (operation.call() instanceof Call.Compact(var compact)) {
        floor = Math.max(floor, compact.revision());
        compacted.set(operation.returnedNanos(), floor);
      }
    }
  }

  /** What held when an operation was called. */
  private static long before(Timeline history, Operation operation, long otherwise) {
    return history.at(operation.calledNanos() - 1, otherwise);
  }

  private void compareTimes() {
    List<Operation> byCall = new ArrayList<>(operations);
    byCall.sort(Comparator.comparingLong(Operation::calledNanos));
    int next = 0;
    long revision = 0;
    long index = 0;
    @Nullable Operation highest = null;
    @Nullable Operation last = null;
    for (Operation operation : byCall) {
      for (;
          next < byReturn.size() && byReturn.get(next).returnedNanos() < operation.calledNanos();
          next++) {
        Operation returned = byReturn.get(next);
        if (revisionOf(returned) > revision && !(returned.call() instanceof Call.KeepAlive)) {
          revision = revisionOf(returned);
          highest = returned;
        }
        long at = indexes.getOrDefault(returned.number(), 0L);
        if (at > index) {
          index = at;
          last = returned;
        }
      }
      if (!operation.isOk()) {
        continue;
      }
      long own = indexes.getOrDefault(operation.number(), Long.MAX_VALUE);
      if (own < index) {
        violated("G1", operation + " is in the log before " + last + ", which had returned");
      }
      boolean linearizable =
          !operation.call().isSerializable() && !(operation.call() instanceof Call.KeepAlive);
      if (linearizable && revisionOf(operation) < revision) {
        violated("I9", operation + " shows less than " + highest + ", which had returned");
      }
    }
  }

  /** The revision in the header of the answer. */
  static long revisionOf(Operation operation) {
    return operation.outcome() instanceof Outcome.Ok(Object response)
        ? header(response).revision()
        : 0;
  }

  private static ResponseHeader header(Object response) {
    return switch (response) {
      case RangeResult result -> result.header();
      case PutResult result -> result.header();
      case DeleteResult result -> result.header();
      case TxnResult result -> result.header();
      case HeaderResult result -> result.header();
      case LeaseService.Granted result -> result.header();
      case LeaseService.KeptAlive result -> result.header();
      default -> throw new IllegalArgumentException("not a response: " + response);
    };
  }

  /** Equal but for what the model cannot know: who answered, and in which term. */
  private static boolean sameAnswer(Operation operation, Object expected, Object response) {
    if (expected instanceof Reason) {
      return false;
    }
    ResponseHeader modelled = header(expected);
    ResponseHeader found = header(response);
    if (modelled.clusterId() != found.clusterId()
        || modelled.revision() != found.revision()
        || found.memberId() != operation.member()) {
      return false;
    }
    return Objects.equals(withHeader(expected, found), response);
  }

  private static Object withHeader(Object response, ResponseHeader header) {
    return switch (response) {
      case RangeResult r -> new RangeResult(header, r.kvs(), r.more(), r.count());
      case PutResult r -> new PutResult(header, r.prevKv());
      case DeleteResult r -> new DeleteResult(header, r.deleted(), r.prevKvs());
      case TxnResult r -> new TxnResult(header, r.succeeded(), r.results());
      case HeaderResult _ -> new HeaderResult(header);
      case LeaseService.Granted r -> new LeaseService.Granted(header, r.id(), r.ttlSeconds());
      default -> throw new IllegalArgumentException("not a response: " + response);
    };
  }
}
