// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.kv;

import io.cairn.kernel.apply.Compactor;
import io.cairn.kernel.command.Command;
import io.cairn.kernel.options.KernelOptions;
import io.cairn.kernel.request.Answers;
import io.cairn.kernel.request.Callers;
import io.cairn.kernel.request.Permissions;
import io.cairn.kernel.request.Proposer;
import io.cairn.kernel.request.Quota;
import io.cairn.kernel.request.ReadBarrier;
import io.cairn.kernel.request.Standing;
import io.cairn.kernel.state.Published;
import io.cairn.kernel.state.ReadLanes;
import io.cairn.kernel.state.RecordReader;
import io.cairn.spi.auth.Identity;
import io.cairn.spi.environment.EventLog;
import io.cairn.spi.environment.ThreadSafe;
import io.cairn.spi.store.AnswerRoom;
import io.cairn.spi.store.Caller;
import io.cairn.spi.store.CompactRequest;
import io.cairn.spi.store.DeleteRequest;
import io.cairn.spi.store.DeleteResult;
import io.cairn.spi.store.HeaderResult;
import io.cairn.spi.store.KvService;
import io.cairn.spi.store.Operation;
import io.cairn.spi.store.PutRequest;
import io.cairn.spi.store.PutResult;
import io.cairn.spi.store.RangeAnswer;
import io.cairn.spi.store.RangeRequest;
import io.cairn.spi.store.RangeResult;
import io.cairn.spi.store.RangeStream;
import io.cairn.spi.store.Reason;
import io.cairn.spi.store.StoreException;
import io.cairn.spi.store.TxnRequest;
import io.cairn.spi.store.TxnResult;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Keys and values as a service. */
@ThreadSafe
public final class KvFacade implements KvService {
  /** What the facade rests on. */
  public record Parts(
      KernelOptions options,
      Standing standing,
      Proposer proposer,
      ReadBarrier barrier,
      Callers callers,
      Quota quota,
      Published published,
      RecordReader records,
      ReadLanes readLanes,
      Compactor compactor,
      EventLog log) {}

  private final KernelOptions options;
  private final Standing standing;
  private final Proposer proposer;
  private final ReadBarrier barrier;
  private final Callers callers;
  private final Quota quota;
  private final Compactor compactor;
  private final LocalReads reads;

  /** Serves from {@code parts}. */
  public KvFacade(Parts parts) {
    this.options = parts.options();
    this.standing = parts.standing();
    this.proposer = parts.proposer();
    this.barrier = parts.barrier();
    this.callers = parts.callers();
    this.quota = parts.quota();
    this.compactor = parts.compactor();
    this.reads = new LocalReads(parts.published(), parts.records(), parts.readLanes(), parts.log());
  }

  @Override
  public CompletableFuture<RangeResult> range(Caller caller, RangeRequest request) {
    try {
      Reason refusal = refusesRange(caller, request);
      if (refusal != null) {
        return Answers.refused(refusal);
      }
      if (request.serializable() || barrier.tryPass() != null) {
        return readRange(caller, request);
      }
      return Answers.then(barrier.pass(), state -> readRange(caller, request));
    } catch (RuntimeException failure) {
      return failed(failure);
    }
  }

  @Override
  public CompletableFuture<? extends RangeAnswer> rangeOfAnyLength(
      Caller caller, RangeRequest request) {
    if (!LongRange.suits(request)) {
      return range(caller, request);
    }
    try {
      Reason refusal = refusesRange(caller, request);
      if (refusal != null) {
        return Answers.refused(refusal);
      }
      if (request.serializable() || barrier.tryPass() != null) {
        return readLongRange(caller, request);
      }
      return Answers.then(barrier.pass(), state -> readLongRange(caller, request));
    } catch (RuntimeException failure) {
      return failed(failure);
    }
  }

  private @Nullable Reason refusesRange(Caller caller, RangeRequest request) {
    Reason refusal =
        request.serializable() ? standing.refusesForLeader(caller) : standing.refuses(caller);
    return refusal != null ? refusal : RequestChecks.refuses(request);
  }

  @Override
  public CompletableFuture<RangeStream> rangeStream(Caller caller, RangeRequest request) {
    try {
      Reason refusal = standing.refuses(caller);
      if (refusal == null) {
        refusal = RequestChecks.refusesStream(request);
      }
      if (refusal != null) {
        return Answers.refused(refusal);
      }
      Supplier<CompletableFuture<RangeStream>> open =
          () ->
              permitted(
                  caller,
                  request,
                  () ->
                      CompletableFuture.completedFuture(
                          new RangePages(
                              reads, caller, request, standing, options.maxRequestBytes())));
      if (request.serializable() || barrier.tryPass() != null) {
        return open.get();
      }
      return Answers.then(barrier.pass(), state -> open.get());
    } catch (RuntimeException failure) {
      return failed(failure);
    }
  }

  @Override
  public CompletableFuture<PutResult> put(Caller caller, PutRequest request) {
    try {
      Reason refusal = standing.refuses(caller);
      if (refusal != null) {
        return Answers.refused(refusal);
      }
      CompletableFuture<Void> alarm = quota.exceededBy(Quota.cost(request));
      if (alarm != null) {
        return Answers.then(alarm, raised -> Answers.refused(new Reason.NoSpace()));
      }
      refusal = RequestChecks.refuses(request);
      return refusal != null ? Answers.refused(refusal) : propose(caller, new Command.Put(request));
    } catch (RuntimeException failure) {
      return failed(failure);
    }
  }

  @Override
  public CompletableFuture<DeleteResult> delete(Caller caller, DeleteRequest request) {
    try {
      Reason refusal = standing.refuses(caller);
      if (refusal == null) {
        refusal = RequestChecks.refuses(request);
      }
      return refusal != null
          ? Answers.refused(refusal)
          : propose(caller, new Command.DeleteRange(request));
    } catch (RuntimeException failure) {
      return failed(failure);
    }
  }

  @Override
  public CompletableFuture<TxnResult> txn(Caller caller, TxnRequest request) {
    try {
      Reason refusal = standing.refuses(caller);
      if (refusal != null) {
        return Answers.refused(refusal);
      }
      CompletableFuture<Void> alarm = quota.exceededBy(Quota.cost(request));
      if (alarm != null) {
        return Answers.then(alarm, raised -> Answers.refused(new Reason.NoSpace()));
      }
      refusal = RequestChecks.refuses(request, options.maxTxnOps());
      if (refusal != null) {
        return Answers.refused(refusal);
      }
      if (!RequestChecks.isReadOnly(request)) {
        return propose(caller, new Command.Txn(request));
      }
      if (RequestChecks.isSerializable(request) || barrier.tryPass() != null) {
        return readTxn(caller, request);
      }
      return Answers.then(barrier.pass(), state -> readTxn(caller, request));
    } catch (RuntimeException failure) {
      return failed(failure);
    }
  }

  @Override
  public CompletableFuture<HeaderResult> compact(Caller caller, CompactRequest request) {
    try {
      Reason refusal = standing.refuses(caller);
      if (refusal != null) {
        return Answers.refused(refusal);
      }
      CompletableFuture<HeaderResult> compacted =
          callers.identify(caller, identity -> compact(identity, request));
      return request.physical() ? whenFreed(compacted, request.revision()) : compacted;
    } catch (RuntimeException failure) {
      return failed(failure);
    }
  }

  private CompletableFuture<HeaderResult> compact(Identity identity, CompactRequest request) {
    Reason refusal = Permissions.refusesToAdminister(callers.view(), identity);
    return refusal != null
        ? Answers.refused(refusal)
        : proposer.propose(new Command.Compaction(request), identity);
  }

  /** Holds an answer back until records are freed; that something is compacted already, too. */
  private CompletableFuture<HeaderResult> whenFreed(
      CompletableFuture<HeaderResult> compacted, long revision) {
    CompletableFuture<HeaderResult> answer = new CompletableFuture<>();
    var _ =
        compacted.whenComplete((result, failure) -> {
          CompletableFuture<Void> freed =
              failure == null
                  ? compactor.whenCompacted(revision)
                  : Answers.unwrapped(failure).reason() instanceof Reason.Compacted
                      ? compactor.whenIdle()
                      : CompletableFuture.completedFuture(null);
          var _ = freed.thenRun(() -> Answers.relay(compacted, answer));
        });
    return answer;
  }

  private <R> CompletableFuture<R> propose(Caller caller, Command<R> command) {
    AnswerRoom room = caller.call().room();
    return callers.view().enabled()
        ? callers.identify(caller, identity -> proposer.propose(command, identity, room))
        : proposer.propose(command, Identity.ANONYMOUS, room);
  }

  private CompletableFuture<RangeResult> readRange(Caller caller, RangeRequest request) {
    return permitted(
        caller,
        request,
        () ->
            reads.run(
                caller,
                (view, records) ->
                    LocalRanges.read(
                        request, view, records, standing.header(view.state().revision()))));
  }

  private CompletableFuture<RangeAnswer> readLongRange(Caller caller, RangeRequest request) {
    return permitted(
        caller,
        request,
        () -> {
          CompletableFuture<RangeAnswer> inMemory =
              reads.tryShort((view, records) ->
                  LocalRanges.read(
                      request, view, records, standing.header(view.state().revision())));
          return inMemory != null
              ? inMemory
              : new LongRange(reads, caller, request, standing).answer();
        });
  }

  private CompletableFuture<TxnResult> readTxn(Caller caller, TxnRequest request) {
    return permitted(
        caller,
        request,
        () ->
            reads.run(
                caller,
                (view, records) ->
                    new ReadOnlyTxn(request, view, records)
                        .run(standing.header(view.state().revision()))));
  }

  private <R> CompletableFuture<R> permitted(
      Caller caller, Operation operation, Supplier<CompletableFuture<R>> read) {
    if (!callers.view().enabled()) {
      return read.get();
    }
    return callers.identify(
        caller,
        identity -> {
          @Nullable Reason refusal = Permissions.refuses(callers.view(), identity, operation);
          return refusal != null ? Answers.refused(refusal) : read.get();
        });
  }

  private <R> CompletableFuture<R> failed(RuntimeException failure) {
    return CompletableFuture.failedFuture(
        failure instanceof StoreException refusal ? refusal : reads.report(failure));
  }
}
