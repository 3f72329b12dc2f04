// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.kv;

import io.cairn.kernel.range.RecordSource;
import io.cairn.kernel.request.Answers;
import io.cairn.kernel.state.Published;
import io.cairn.kernel.state.ReadLanes;
import io.cairn.kernel.state.RecordReader;
import io.cairn.kernel.state.StateView;
import io.cairn.spi.environment.EventLog;
import io.cairn.spi.environment.EventLog.Level;
import io.cairn.spi.environment.ThreadSafe;
import io.cairn.spi.storage.StorageException;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.Caller;
import io.cairn.spi.store.Reason;
import io.cairn.spi.store.StoreException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Reads published state: on the caller's thread what is short and in memory, everything else on a
 * read lane, in chunks, between which it looks whether anybody still waits.
 */
@ThreadSafe
final class LocalReads {
  /** What a read on the caller's thread may look at. */
  static final int SHORT_KEYS = 256;

  /** What a read on the caller's thread may answer, unless it is a single record. */
  private static final int SHORT_BYTES = 64 << 10;

  /** About as many bytes of records are fetched at a time before room is taken for them. */
  private static final long AT_ONCE_BYTES = 1 << 20;

  /**
   * The most records that are fetched at a time: the largest ones may follow on many small ones.
   */
  private static final int RECORDS_MAX = 32;

  /** What a record takes beside its bytes. */
  static final int RECORD_BYTES = 32;

  /** What a read gathers without asking for room, so that small ones never wait for large ones. */
  static final long FREE_BYTES = 64 << 10;

  /** How often a read of the latest state begins again because compaction has overtaken it. */
  private static final int ATTEMPTS = 3;

  /** A read of one state. */
  @FunctionalInterface
  interface Read<R> {
    /**
     * Reads; may run more than once, each time from the start.
     *
     * @return null if {@code records} gave up, or the read is not short and {@code records} is
     *     {@link Records#isShort}
     */
    @Nullable R run(StateView view, Records records);
  }

  /** Where a read gets its records from. */
  interface Records extends RecordSource {
    /** Whether the read is on a thread that must not be held up. */
    boolean isShort();

    /** How much of the call's room the records have taken. */
    long taken();
  }

  private final Published published;
  private final RecordReader records;
  private final ReadLanes lanes;
  private final EventLog log;

  LocalReads(Published published, RecordReader records, ReadLanes lanes, EventLog log) {
    this.published = published;
    this.records = records;
    this.lanes = lanes;
    this.log = log;
  }

  /**
   * Reads the newest state. What a long answer takes is taken from the room of its call; if there
   * is not enough, the read waits for it and begins anew.
   */
  <R> CompletableFuture<R> run(Caller caller, Read<R> read) {
    CompletableFuture<R> done = tryShort(read);
    if (done != null) {
      return done;
    }
    CompletableFuture<R> answer = new CompletableFuture<>();
    lanes.next().execute(() -> runOnLane(caller, read, answer));
    return answer;
  }

  /** Reads what is short and in memory; null if it is not. */
  <R> @Nullable CompletableFuture<R> tryShort(Read<R> read) {
    try (StateView view = StateView.pin(published)) {
      R result = read.run(view, new InMemory());
      return result == null ? null : CompletableFuture.completedFuture(result);
    } catch (StoreException refusal) {
      return CompletableFuture.failedFuture(refusal);
    }
  }

  /** Hears what has become of a part: one of the two is null. */
  @FunctionalInterface
  interface PartTaker<R> {
    void take(@Nullable R part, @Nullable StoreException failure);
  }

  /**
   * Reads something that is bounded by itself, so that no room is asked for; {@code taker} hears on
   * the lane.
   */
  <R> void readPart(Caller caller, Read<R> read, PartTaker<R> taker) {
    lanes
        .next()
        .execute(() -> {
          R part = null;
          StoreException failure = null;
          try (StateView view = StateView.pin(published)) {
            part = read.run(view, new Anywhere(caller, false));
          } catch (StoreException refusal) {
            failure = refusal;
          } catch (RuntimeException mistake) {
            failure = report(mistake);
          }
          taker.take(part, failure);
        });
  }

  /** More has been gathered than there is room for; it never leaves this class. */
  private static final class NoRoom extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What the read needs at least. */
    private final long bytes;

    NoRoom(long bytes) {
      super(null, null, false, false);
      this.bytes = bytes;
    }
  }

  private <R> void runOnLane(Caller caller, Read<R> read, CompletableFuture<R> answer) {
    try {
      answer.complete(attempt(caller, read));
    } catch (NoRoom more) {
      CompletionStage<Void> room = caller.call().room().await(more.bytes);
      room.whenComplete((there, refusal) -> {
        if (refusal != null) {
          answer.completeExceptionally(Answers.unwrapped(refusal));
        } else {
          lanes.next().execute(() -> runOnLane(caller, read, answer));
        }
      });
    } catch (StoreException refusal) {
      answer.completeExceptionally(refusal);
    } catch (RuntimeException mistake) {
      answer.completeExceptionally(report(mistake));
    }
  }

  private <R> R attempt(Caller caller, Read<R> read) {
    for (int attempt = 1; ; attempt++) {
      Anywhere gathered = new Anywhere(caller, true);
      try (StateView view = StateView.pin(published)) {
        return Objects.requireNonNull(read.run(view, gathered));
      } catch (StoreException refusal) {
        gathered.giveBack();
        // A read at a given revision will be refused again; one of the latest finds a later one.
        if (!(refusal.reason() instanceof Reason.Compacted) || attempt == ATTEMPTS) {
          throw refusal;
        }
      }
    }
  }

  /** Says in the log what went wrong, and in the answer that the log says it. */
  StoreException report(RuntimeException mistake) {
    StringWriter trace = new StringWriter();
    mistake.printStackTrace(new PrintWriter(trace));
    log.log(Level.ERROR, "a request failed", EventLog.field("stacktrace", trace.toString()));
    return new StoreException(new Reason.Internal(mistake.toString()));
  }

  /** Gives up at the first record that is not in memory. */
  private final class InMemory implements Records {
    private long bytes;

    @Override
    public boolean isShort() {
      return true;
    }

    @Override
    public long taken() {
      return 0;
    }

    @Override
    public boolean gathered(long bytes) {
      return true; // a short read gathers little
    }

    @Override
    public boolean fetch(long[] mains, int[] subs, int count, @Nullable Bytes[] into) {
      for (int i = 0; i < count; i++) {
        Bytes record = LocalReads.this.records.tryRead(mains[i], subs[i]);
        if (record == null) {
          return false;
        }
        bytes += record.length();
        into[i] = record;
      }
      return bytes <= SHORT_BYTES || count == 1;
    }
  }

  /** Takes what it needs from the call's room, and waits for the engine. */
  private final class Anywhere implements Records {
    private final Caller caller;
    private final boolean counted;
    private long gathered;
    private long taken;
    // How large records are is known only when they are there, and then they take memory: so few
    // at first, and more as long as they turn out to be small.
    private int recordsAtOnce = 8;

    /**
     * For a read of {@code caller}.
     *
     * @param counted whether room is needed for what is gathered
     */
    Anywhere(Caller caller, boolean counted) {
      this.caller = caller;
      this.counted = counted;
    }

    @Override
    public long taken() {
      return taken;
    }

    /** Nothing of what was gathered is needed any more. */
    void giveBack() {
      caller.call().room().giveBack(taken);
      taken = 0;
    }

    @Override
    public boolean isShort() {
      return false;
    }

    @Override
    public boolean fetch(long[] mains, int[] subs, int count, @Nullable Bytes[] into) {
      for (int from = 0; from < count; ) {
        int to = Math.min(count, from + recordsAtOnce);
        long bytes = fetch(mains, subs, from, to, into);
        if (bytes < AT_ONCE_BYTES) {
          recordsAtOnce = Math.min(RECORDS_MAX, recordsAtOnce * 2);
        } else {
          recordsAtOnce = Math.max(1, recordsAtOnce / 2);
        }
        from = to;
      }
      return true;
    }

    /** Fetches some of the records; returns their bytes, for which there was room. */
    private long fetch(long[] mains, int[] subs, int from, int to, @Nullable Bytes[] into) {
      goOn();
      int count = to - from;
      @Nullable Bytes[] found = new Bytes[count];
      LocalReads.this.records.read(
          Arrays.copyOfRange(mains, from, to), Arrays.copyOfRange(subs, from, to), count, found);
      long bytes = (long) count * RECORD_BYTES;
      for (int i = 0; i < count; i++) {
        Bytes record = found[i];
        if (record == null) {
          throw missing(mains[from + i], subs[from + i]);
        }
        bytes += record.length();
        into[from + i] = record;
      }
      take(bytes);
      return bytes;
    }

    @Override
    public boolean gathered(long bytes) {
      goOn();
      take(bytes);
      return true;
    }

    private void goOn() {
      if (caller.call().ended()) {
        throw new StoreException(new Reason.CallCanceled());
      }
    }

    private void take(long bytes) {
      gathered += bytes;
      long untaken = gathered - FREE_BYTES - taken;
      if (!counted || untaken <= 0) {
        return;
      }
      if (!caller.call().room().takeInLine(untaken)) {
        throw new NoRoom(gathered);
      }
      taken += untaken;
    }

    private RuntimeException missing(long main, int sub) {
      long floor = published.state().compactionFloor();
      return main < floor
          ? new StoreException(new Reason.Compacted(floor))
          : new StorageException.Damaged(
              "the record of revision " + main + "." + sub + " is missing in table 'revisions'");
    }
  }
}
