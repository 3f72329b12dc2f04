// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.maintenance;

import static io.cairn.spi.environment.EventLog.field;

import io.cairn.kernel.backup.BucketSource;
import io.cairn.kernel.backup.DatabaseStream;
import io.cairn.kernel.maintenance.LongRead.Progress;
import io.cairn.kernel.state.FlushedEngine;
import io.cairn.spi.environment.EventLog;
import io.cairn.spi.environment.Lane;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.environment.ThreadSafe;
import io.cairn.spi.storage.StorageException;
import io.cairn.spi.storage.StorageView;
import io.cairn.spi.store.BackupStream;
import io.cairn.spi.store.Caller;
import io.cairn.spi.store.Reason;
import io.cairn.spi.store.StoreException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Everything that reads large parts of the engine for a client: hashes and backups. Each has a view
 * of its own, taken when the engine holds what was published before; all of them share the
 * background lane and take turns there.
 */
@ThreadSafe
final class LongReads {
  /** How many views may be open: each keeps the engine from using space again. */
  static final int OPEN_MAX = 16;

  private final FlushedEngine flushed;
  private final Lane lane;
  private final EventLog log;

  // Guarded by this.
  private final Set<DatabaseStream> streams = new LinkedHashSet<>();
  private int open;
  private boolean stopping;

  // Completed once, by whoever sees the last view closed.
  private final CompletableFuture<Void> stopped = new CompletableFuture<>();

  LongReads(FlushedEngine flushed, Lane lane, EventLog log) {
    this.flushed = flushed;
    this.lane = lane;
    this.log = log;
  }

  /** Reads what {@code opener} wants to; completes on the background lane. */
  <R> CompletableFuture<R> read(Caller.Call call, LongRead.Opener<R> opener) {
    CompletableFuture<R> answer = new CompletableFuture<>();
    Reason refusal = admit();
    if (refusal != null) {
      answer.completeExceptionally(new StoreException(refusal));
    } else {
      new Run<>(call, opener, answer).whenFlushed();
    }
    return answer;
  }

  /** Opens a backup of the present state; completes on the background lane. */
  CompletableFuture<BackupStream> backup(Caller.Call call) {
    CompletableFuture<BackupStream> answer = new CompletableFuture<>();
    Reason refusal = admit();
    if (refusal != null) {
      answer.completeExceptionally(new StoreException(refusal));
    } else {
      var _ =
          flushed
              .flush()
              .whenComplete((done, failure) -> lane.execute(() -> openBackup(call, answer)));
    }
    return answer;
  }

  /**
   * Ends what is open and refuses what comes. Completes when no view is open any more; the
   * background lane must run until then.
   */
  CompletableFuture<Void> stop() {
    List<DatabaseStream> left;
    boolean idle;
    synchronized (this) {
      stopping = true;
      left = List.copyOf(streams);
      idle = open == 0;
    }
    if (idle) {
      stopped.complete(null);
    }
    left.forEach(DatabaseStream::close);
    return stopped;
  }

  private synchronized @Nullable Reason admit() {
    if (stopping) {
      return new Reason.Stopped();
    }
    if (open == OPEN_MAX) {
      return new Reason.ResponsesExhausted();
    }
    open++;
    return null;
  }

  private void release() {
    boolean last;
    synchronized (this) {
      open--;
      last = stopping && open == 0;
    }
    if (last) {
      stopped.complete(null);
    }
  }

  /** Why there is no point in going on, or null. */
  private synchronized @Nullable Reason ends(Caller.Call call) {
    if (stopping) {
      return new Reason.Stopped();
    }
    return call.ended() ? new Reason.CallCanceled() : null;
  }

  private void openBackup(Caller.Call call, CompletableFuture<BackupStream> answer) {
    Reason end = ends(call);
    if (end != null) {
      release();
      answer.completeExceptionally(new StoreException(end));
      return;
    }
    StorageView view = null;
    List<BucketSource> content;
    try {
      view = flushed.engine().view();
      content = DatabaseContent.of(view);
    } catch (StorageException | IllegalArgumentException e) {
      if (view != null) {
        view.close();
      }
      release();
      answer.completeExceptionally(failed(e));
      return;
    }
    DatabaseStream stream = new DatabaseStream(view, content, lane, log, this::ended);
    synchronized (this) {
      streams.add(stream);
      end = stopping ? new Reason.Stopped() : null;
    }
    if (end != null) {
      stream.close();
    }
    call.onEnd(stream::close);
    answer.complete(stream);
  }

  private void ended(DatabaseStream stream) {
    synchronized (this) {
      streams.remove(stream);
    }
    release();
  }

  private StoreException failed(RuntimeException e) {
    log.error("failed to read the store", field("error", e.toString()));
    return new StoreException(new Reason.Internal(e.toString()));
  }

  /** One question and the view that answers it. */
  @OnLane("background")
  private final class Run<R> {
    private final Caller.Call call;
    private final LongRead.Opener<R> opener;
    private final CompletableFuture<R> answer;
    private @Nullable StorageView view;
    private @Nullable LongRead<R> read;

    Run(Caller.Call call, LongRead.Opener<R> opener, CompletableFuture<R> answer) {
      this.call = call;
      this.opener = opener;
      this.answer = answer;
    }

    void whenFlushed() {
      var _ = flushed.flush().whenComplete((done, failure) -> lane.execute(this::step));
    }

    private void step() {
      Reason end = ends(call);
      if (end != null) {
        refuse(new StoreException(end));
        return;
      }
      try {
        switch (reading().step()) {
          case Progress.More<R> _ -> lane.execute(this::step);
          case Progress.Overtaken<R> _ -> {
            close();
            whenFlushed();
          }
          case Progress.Done<R>(R result) -> {
            close();
            release();
            answer.complete(result);
          }
        }
      } catch (StoreException refusal) {
        refuse(refusal);
      } catch (StorageException | IllegalArgumentException e) {
        refuse(failed(e));
      }
    }

    private LongRead<R> reading() {
      LongRead<R> present = read;
      if (present == null) {
        StorageView opened = flushed.engine().view();
        view = opened;
        present = opener.open(opened);
        read = present;
      }
      return present;
    }

    private void refuse(StoreException refusal) {
      close();
      release();
      answer.completeExceptionally(refusal);
    }

    private void close() {
      LongRead<R> reading = read;
      StorageView opened = view;
      read = null;
      view = null;
      if (reading != null) {
        reading.close();
      }
      if (opened != null) {
        opened.close();
      }
    }
  }
}
