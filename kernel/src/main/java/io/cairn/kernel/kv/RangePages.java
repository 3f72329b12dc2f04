// SPDX-License-Identifier: Apache-2.0
package io.cairn.kernel.kv;

import io.cairn.kernel.index.IndexReader;
import io.cairn.kernel.range.RangeRead;
import io.cairn.kernel.request.Answers;
import io.cairn.kernel.request.Standing;
import io.cairn.kernel.state.StateView;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.Caller;
import io.cairn.spi.store.KeyRange;
import io.cairn.spi.store.KeyValueFormat;
import io.cairn.spi.store.RangeRequest;
import io.cairn.spi.store.RangeResult;
import io.cairn.spi.store.RangeStream;
import io.cairn.spi.store.ResponseHeader;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The parts of one range, each a read of its own at the revision that the first one has seen. The
 * number of keys of a part follows the bytes of the one before, as in etcd.
 */
@OnLane("caller")
final class RangePages implements RangeStream {
  private static final int FIRST_PART_KEYS = 10;
  private static final ResponseHeader NO_HEADER = ResponseHeader.ofRevision(0);

  /** Where the stream stands. Immutable, because a read of the next part may begin again. */
  private record Place(
      Bytes key, long partKeys, long left, long revision, long latest, long count) {
    boolean isStart() {
      return count < 0;
    }
  }

  /** A part, where the stream stands behind it, and what the part has taken of the room. */
  private record Step(Part part, Place after, long taken) {}

  private final LocalReads reads;
  private final Caller caller;
  private final RangeRequest request;
  private final Standing standing;
  private final int maxRequestBytes;
  // Handed from one part to the next by the caller, who asks for one at a time.
  private Place place;
  // What the part before has taken; the same.
  private long taken;

  RangePages(
      LocalReads reads,
      Caller caller,
      RangeRequest request,
      Standing standing,
      int maxRequestBytes) {
    this.reads = reads;
    this.caller = caller;
    this.request = request;
    this.standing = standing;
    this.maxRequestBytes = maxRequestBytes;
    long left = request.limit() > 0 ? request.limit() : Long.MAX_VALUE;
    this.place = new Place(request.range().key(), FIRST_PART_KEYS, left, request.revision(), 0, -1);
  }

  @Override
  public CompletionStage<Part> next() {
    Place from = place;
    // Whoever asks for another part has sent the one before.
    caller.call().room().giveBack(taken);
    taken = 0;
    CompletableFuture<Step> step = reads.run(caller, (view, records) -> read(from, view, records));
    return Answers.then(
        step,
        done -> {
          place = done.after();
          taken = done.taken();
          return CompletableFuture.completedFuture(done.part());
        });
  }

  @Override
  public void close() {
    // What the last part has taken is given back with the end of the call.
  }

  private @Nullable Step read(Place from, StateView view, LocalReads.Records records) {
    long at = ReadRevision.of(from.revision(), view.state());
    long count = from.count();
    if (from.isStart()) {
      if (records.isShort() && at != IndexReader.LATEST) {
        return null;
      }
      count = new RangeRead(view.keys(), request, at).count();
    }
    long latest = from.isStart() ? view.state().revision() : from.latest();
    long revision = from.revision() > 0 ? from.revision() : latest;
    long keys = Math.min(from.partKeys(), from.left());
    if (records.isShort() && keys > LocalReads.SHORT_KEYS) {
      return null;
    }
    if (request.countOnly()) {
      return new Step(
          new Part(new RangeResult(standing.header(latest), List.of(), false, count), true),
          from,
          0);
    }
    RangeResult part =
        new RangeRead(view.keys(), rest(request, from.key(), keys), at)
            .readPart(NO_HEADER, records);
    if (part == null) {
      return null;
    }
    List<Bytes> kvs = part.kvs();
    long left = from.left() - kvs.size();
    if (!part.more() || left == 0) {
      RangeResult last = new RangeResult(standing.header(latest), kvs, part.more(), count);
      return new Step(new Part(last, true), from, records.taken());
    }
    Place after =
        new Place(
            successor(KeyValueFormat.key(kvs.getLast())),
            nextPartKeys(from.partKeys(), kvs),
            left,
            revision,
            latest,
            count);
    return new Step(
        new Part(new RangeResult(NO_HEADER, kvs, false, 0), false), after, records.taken());
  }

  private long nextPartKeys(long keys, List<Bytes> kvs) {
    long bytes = 0;
    for (Bytes kv : kvs) {
      bytes += kv.length();
    }
    if (bytes < maxRequestBytes / 2) {
      return keys * 2;
    }
    return bytes > 2L * maxRequestBytes ? Math.max(1, keys / 2) : keys;
  }

  /**
   * What {@code request}, which is in key order and without filters, asks for from {@code key} on.
   */
  static RangeRequest rest(RangeRequest request, Bytes key, long limit) {
    return new RangeRequest(
        new KeyRange(key, request.range().end()),
        limit,
        0,
        request.order(),
        request.target(),
        request.serializable(),
        request.keysOnly(),
        false,
        0,
        0,
        0,
        0);
  }

  /** The key after {@code key} in byte order. */
  static Bytes successor(Bytes key) {
    byte[] next = new byte[key.length() + 1];
    key.copyTo(next, 0);
    return Bytes.of(next);
  }
}
