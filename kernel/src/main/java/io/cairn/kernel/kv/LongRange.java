// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.kv;

import io.cairn.kernel.index.IndexReader;
import io.cairn.kernel.range.RangeRead;
import io.cairn.kernel.request.Standing;
import io.cairn.kernel.state.StateView;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.store.AnswerRoom;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.Caller;
import io.cairn.spi.store.KeyValueFormat;
import io.cairn.spi.store.LongRangeResult;
import io.cairn.spi.store.RangeAnswer;
import io.cairn.spi.store.RangeRequest;
import io.cairn.spi.store.RangeResult;
import io.cairn.spi.store.Reason;
import io.cairn.spi.store.ResponseHeader;
import io.cairn.spi.store.StoreException;
import io.cairn.spi.store.WireCursor;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A range of any length, read part by part on the read lanes, each part a read of its own at the
 * revision that the first one has seen.
 *
 * <p>What has been read is held as long as there is room for it; then it is the answer. Otherwise
 * it is let go, and from there on the parts are only measured; they are read a second time when the
 * transport asks for them. A record never changes, so both readings give the same. So an answer
 * costs its length in memory only when there is memory to spare, and twice the reading when not.
 *
 * <p>Nothing is pinned between two parts: compaction may overtake the second reading, whose call
 * then fails. One that overtakes the first lets it begin anew if it was to read the newest state.
 */
@OnLane("owner")
final class LongRange implements LongRangeResult {
  /** How often reading the newest state begins anew because compaction has overtaken it. */
  private static final int ATTEMPTS = 3;

  private final LocalReads reads;
  private final Caller caller;
  private final RangeRequest request;
  private final Standing standing;
  private final AnswerRoom room;
  private final CompletableFuture<RangeAnswer> answer = new CompletableFuture<>();

  // All that follows is handed from one part to the next: only one is being read at a time.

  private int attempt = 1;

  /** What has been read so far; null once there was no room for it. */
  private @Nullable List<Bytes> held = new ArrayList<>();

  private long heldBytes;
  private long takenBytes;
  private long fieldBytes;

  // What the first part has found.
  private @Nullable ResponseHeader header;
  private long revision;
  private long count;

  // Where the next part begins, and how many keys follow from there.
  private Bytes place;
  private long left = -1;

  LongRange(LocalReads reads, Caller caller, RangeRequest request, Standing standing) {
    this.reads = reads;
    this.caller = caller;
    this.request = request;
    this.standing = standing;
    this.room = caller.call().room();
    this.place = request.range().key();
  }

  /** Whether {@code request} is one whose answer can be read in parts. */
  static boolean suits(RangeRequest request) {
    return !request.range().isSingle()
        && !request.countOnly()
        && !request.isFiltered()
        && request.target() == RangeRequest.SortTarget.KEY
        && request.order() != RangeRequest.SortOrder.DESCEND;
  }

  /** Reads, or measures. */
  CompletableFuture<RangeAnswer> answer() {
    readOn();
    return answer;
  }

  private void readOn() {
    reads.readPart(
        caller,
        this::read,
        (part, failure) -> {
          if (failure != null) {
            failed(failure);
          } else {
            gathered(Objects.requireNonNull(part));
          }
        });
  }

  private @Nullable List<Bytes> read(StateView view, LocalReads.Records records) {
    if (left < 0) {
      long at = ReadRevision.of(request.revision(), view.state());
      long latest = view.state().revision();
      revision = at == IndexReader.LATEST ? latest : at;
      header = standing.header(latest);
      count = new RangeRead(view.keys(), request, at).count();
      left = request.limit() > 0 ? Math.min(request.limit(), count) : count;
    }
    long at = ReadRevision.of(revision, view.state());
    List<Bytes> kvs =
        new RangeRead(view.keys(), RangePages.rest(request, place, left), at)
            .readSome(records, PART_BYTES);
    if (left > 0 && kvs != null && kvs.isEmpty()) {
      throw new IllegalStateException("the last " + left + " of " + count + " keys are not there");
    }
    return kvs;
  }

  /** Goes behind the last of {@code kvs}. */
  private void pass(List<Bytes> kvs) {
    left -= kvs.size();
    if (left > 0) {
      place = RangePages.successor(KeyValueFormat.key(kvs.getLast()));
    }
  }

  private void gathered(List<Bytes> kvs) {
    pass(kvs);
    for (Bytes kv : kvs) {
      fieldBytes += 1 + WireCursor.varintSize(kv.length()) + kv.length();
      heldBytes += LocalReads.RECORD_BYTES + kv.length();
    }
    boolean measuring = held == null;
    List<Bytes> all = hold(kvs);
    if (all == null && !measuring) {
      room.awaitTurn()
          .whenComplete((there, refusal) -> {
            if (refusal != null) {
              answer.completeExceptionally(refusal);
            } else {
              goOn();
            }
          });
    } else if (all == null || left > 0) {
      goOn();
    } else {
      answer.complete(new RangeResult(header(), all, more(), count));
    }
  }

  /** Adds {@code kvs} to what is held; null if nothing is any more. */
  private @Nullable List<Bytes> hold(List<Bytes> kvs) {
    List<Bytes> all = held;
    if (all == null) {
      return null;
    }
    long untaken = heldBytes - LocalReads.FREE_BYTES - takenBytes;
    if (untaken > 0) {
      if (!room.takeInLine(untaken)) {
        held = null;
        takenBytes = 0;
        return null;
      }
      takenBytes += untaken;
    }
    all.addAll(kvs);
    return all;
  }

  private void goOn() {
    if (left > 0) {
      readOn();
      return;
    }
    // Measured; from now on the transport asks.
    place = request.range().key();
    left = request.limit() > 0 ? Math.min(request.limit(), count) : count;
    answer.complete(this);
  }

  private void failed(StoreException failure) {
    room.giveBack(takenBytes);
    boolean overtaken = failure.reason() instanceof Reason.Compacted && request.revision() <= 0;
    if (!overtaken || attempt == ATTEMPTS) {
      answer.completeExceptionally(failure);
      return;
    }
    attempt++;
    if (held != null) {
      held = new ArrayList<>(); // otherwise it goes on measuring only
    }
    heldBytes = 0;
    takenBytes = 0;
    fieldBytes = 0;
    place = request.range().key();
    left = -1;
    readOn();
  }

  @Override
  public CompletionStage<List<Bytes>> next() {
    CompletableFuture<List<Bytes>> next = new CompletableFuture<>();
    reads.readPart(
        caller,
        this::read,
        (part, failure) -> {
          if (failure != null) {
            next.completeExceptionally(failure);
          } else {
            List<Bytes> kvs = bounded(Objects.requireNonNull(part));
            pass(kvs);
            next.complete(kvs);
          }
        });
    return next;
  }

  /** As many of {@code kvs} as may be held until the client has read the ones before. */
  private static List<Bytes> bounded(List<Bytes> kvs) {
    long bytes = 0;
    for (int i = 0; i < kvs.size(); i++) {
      bytes += kvs.get(i).length();
      if (bytes >= PART_BYTES) {
        return List.copyOf(kvs.subList(0, i + 1));
      }
    }
    return kvs;
  }

  @Override
  public ResponseHeader header() {
    return Objects.requireNonNull(header, "nothing has been read yet");
  }

  @Override
  public boolean more() {
    return request.limit() > 0 && count > request.limit();
  }

  @Override
  public long count() {
    return count;
  }

  @Override
  public long fieldBytes() {
    return fieldBytes;
  }

  @Override
  public void close() {
    // Between two parts it holds nothing.
  }
}
