// SPDX-License-Identifier: Apache-2.0
package io.cairn.apigrpc.wire;

import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.DeleteResult;
import io.cairn.spi.store.HeaderResult;
import io.cairn.spi.store.LongRangeResult;
import io.cairn.spi.store.OperationResult;
import io.cairn.spi.store.PutResult;
import io.cairn.spi.store.RangeAnswer;
import io.cairn.spi.store.RangeResult;
import io.cairn.spi.store.RangeStream;
import io.cairn.spi.store.Reason;
import io.cairn.spi.store.ResponseHeader;
import io.cairn.spi.store.TxnResult;
import io.cairn.spi.store.WatchMessage;
import java.util.List;
import java.util.function.Function;

/**
 * Writes the store's results as etcd's responses.
 *
 * <p>Every message is written last field first; see {@link Reply}. Fields of value zero are left
 * out, as protobuf does; a header is always there, if only as an empty message.
 */
public final class Replies {

  /** Enough for a header and a few small fields. */
  private static final int SMALL = 64;

  /** Tag and length before a key-value, seldom more. */
  private static final int PER_SLICE = 4;

  private Replies() {}

  /** Writes a {@code RangeResponse}. */
  public static Reply range(RangeResult result) {
    Reply out = new Reply(SMALL + PER_SLICE * result.kvs().size());
    put(out, result, true);
    return out;
  }

  /** Writes a {@code RangeResponse} that was gathered. */
  public static Reply rangeAnswer(RangeAnswer answer) {
    return switch (answer) {
      case RangeResult gathered -> range(gathered);
      case LongRangeResult _ ->
          throw new IllegalArgumentException("this answer is written in parts");
    };
  }

  /** Writes what comes before the key-values of a {@code RangeResponse}. */
  public static Reply rangeHead(RangeAnswer answer) {
    Reply out = new Reply(SMALL);
    header(out, answer.header());
    return out;
  }

  /** Writes some key-values of a {@code RangeResponse}, as whole fields. */
  public static Reply rangeFields(List<Bytes> kvs) {
    Reply out = new Reply(PER_SLICE * kvs.size());
    messages(out, 0x12, kvs);
    return out;
  }

  /** Writes what comes after the key-values of a {@code RangeResponse}. */
  public static Reply rangeTail(RangeAnswer answer) {
    Reply out = new Reply(SMALL);
    putTail(out, answer);
    return out;
  }

  private static void putTail(Reply out, RangeAnswer answer) {
    out.varint(0x20, answer.count());
    out.bool(0x18, answer.more());
  }

  /** Writes a {@code RangeStreamResponse}; only the last part of a stream has a header. */
  public static Reply rangePart(RangeStream.Part part) {
    Reply out = new Reply(SMALL + PER_SLICE * part.result().kvs().size());
    put(out, part.result(), part.last());
    out.message(0x0a, 0);
    return out;
  }

  /** Writes a {@code PutResponse}. */
  public static Reply put(PutResult result) {
    Reply out = new Reply(SMALL);
    put(out, result);
    return out;
  }

  /** Writes a {@code DeleteRangeResponse}. */
  public static Reply delete(DeleteResult result) {
    Reply out = new Reply(SMALL + PER_SLICE * result.prevKvs().size());
    put(out, result);
    return out;
  }

  /** Writes a {@code TxnResponse}. */
  public static Reply txn(TxnResult result) {
    Reply out = new Reply(SMALL + 32 * result.results().size());
    put(out, result);
    return out;
  }

  /** Writes a response that has nothing but a header, of whatever type. */
  public static Reply header(HeaderResult result) {
    Reply out = new Reply(SMALL);
    header(out, result.header());
    return out;
  }

  /**
   * Writes a {@code WatchResponse}.
   *
   * @param reasons the text for the reason why a watcher could not be made, or has ended
   */
  public static Reply watch(WatchMessage message, Function<Reason, String> reasons) {
    Reply out = new Reply(SMALL);
    switch (message) {
      case WatchMessage.Events events -> {
        List<Bytes> runs = events.runs();
        out.expectSlices(runs.size());
        for (int i = runs.size() - 1; i >= 0; i--) {
          out.raw(runs.get(i));
        }
        out.bool(0x38, events.fragment());
      }
      case WatchMessage.Created _ -> out.bool(0x18, true);
      case WatchMessage.Progress _ -> {
        // Says all with its header.
      }
      case WatchMessage.Refused refused -> {
        out.text(0x32, reasons.apply(refused.reason()));
        out.bool(0x20, true);
        out.bool(0x18, true);
      }
      case WatchMessage.Canceled canceled -> {
        Reason reason = canceled.reason();
        if (reason != null) {
          out.text(0x32, reasons.apply(reason));
        }
        out.varint(0x28, canceled.compactRevision());
        out.bool(0x20, true);
      }
    }
    out.varint(0x10, message.watchId());
    header(out, message.header());
    return out;
  }

  /** Writes the field {@code header}, which is number 1 in every response. */
  static void header(Reply out, ResponseHeader header) {
    long end = out.size();
    out.varint(0x20, header.term());
    out.varint(0x18, header.revision());
    out.varint(0x10, header.memberId());
    out.varint(0x08, header.clusterId());
    out.message(0x0a, end);
  }

  private static void put(Reply out, RangeResult result, boolean withHeader) {
    if (withHeader) {
      putTail(out, result);
    }
    messages(out, 0x12, result.kvs());
    if (withHeader) {
      header(out, result.header());
    }
  }

  private static void put(Reply out, PutResult result) {
    Bytes prevKv = result.prevKv();
    if (prevKv != null) {
      out.presentBytes(0x12, prevKv);
    }
    header(out, result.header());
  }

  private static void put(Reply out, DeleteResult result) {
    messages(out, 0x1a, result.prevKvs());
    out.varint(0x10, result.deleted());
    header(out, result.header());
  }

  private static void put(Reply out, TxnResult result) {
    List<OperationResult> results = result.results();
    for (int i = results.size() - 1; i >= 0; i--) {
      long end = out.size();
      switch (results.get(i)) {
        case RangeResult range -> {
          put(out, range, true);
          out.message(0x0a, end);
        }
        case PutResult put -> {
          put(out, put);
          out.message(0x12, end);
        }
        case DeleteResult delete -> {
          put(out, delete);
          out.message(0x1a, end);
        }
        case TxnResult txn -> {
          put(out, txn);
          out.message(0x22, end);
        }
      }
      out.message(0x1a, end);
    }
    out.bool(0x10, result.succeeded());
    header(out, result.header());
  }

  private static void messages(Reply out, int tag, List<Bytes> messages) {
    int count = messages.size();
    if (count > 1) {
      out.expectSlices(count);
    }
    for (int i = count - 1; i >= 0; i--) {
      out.presentBytes(tag, messages.get(i));
    }
  }
}
