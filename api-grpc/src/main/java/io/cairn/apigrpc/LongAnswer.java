// SPDX-License-Identifier: Apache-2.0
package io.cairn.apigrpc;

import io.cairn.apigrpc.wire.Replies;
import io.cairn.apigrpc.wire.Reply;
import io.cairn.spi.environment.OnLane;
import io.cairn.spi.store.Bytes;
import io.cairn.spi.store.LongRangeResult;
import io.cairn.spi.store.Reason;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufOutputStream;
import io.netty.channel.ChannelFuture;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One message that is too long to be held, on its way out.
 *
 * <p>Its length is sent first, then part after part: while one is being written the next one is
 * read, and not the one after it. So it takes as much memory as two parts, however long it is and
 * however slowly the client reads.
 */
@OnLane("event loop of the connection")
final class LongAnswer {

  /** What precedes a message: not compressed, and its length in four bytes. */
  private static final int PREFIX_BYTES = 5;

  private final LoopCall call;
  private final HttpConnection.Stream stream;
  private final Turns.@Nullable Turn turn;
  private final LongRangeResult range;
  private final Reply head;
  private final Reply tail;

  /** How much of the key-values has not been written yet. */
  private long left;

  private boolean begun;
  private boolean writing;
  private @Nullable List<Bytes> part;

  LongAnswer(LoopCall call, HttpConnection.Stream stream, LongRangeResult range) {
    this.call = call;
    this.stream = stream;
    this.turn = call.account().turn();
    this.range = range;
    this.head = Replies.rangeHead(range);
    this.tail = Replies.rangeTail(range);
    this.left = range.fieldBytes();
  }

  private long size() {
    return head.size() + range.fieldBytes() + tail.size();
  }

  /** Sends it, and ends the call. */
  void send() {
    if (size() > Integer.MAX_VALUE) {
      call.close(StatusMapping.replyTooLarge(size()));
      return;
    }
    if (turn != null) {
      turn.sending(() -> call.loop.execute(this::cutOff));
    }
    // gRPC writes the headers in a task of the loop, which is therefore before any task from now
    // on.
    call.sendHeaders();
    ask();
  }

  /** The call has ended, however. */
  void release() {
    part = null;
    range.close();
  }

  private void ask() {
    var _ =
        range.next().whenComplete((kvs, refusal) -> call.loop.execute(() -> arrived(kvs, refusal)));
  }

  private void arrived(@Nullable List<Bytes> kvs, @Nullable Throwable refusal) {
    if (call.isClosed()) {
      return;
    }
    if (refusal != null) {
      call.fail(refusal);
      return;
    }
    part = kvs;
    writeNext();
  }

  /** Writes the part that has come, unless the one before is still on its way. */
  private void writeNext() {
    List<Bytes> kvs = part;
    if (kvs == null || writing || call.isClosed()) {
      return;
    }
    part = null;
    writing = true;
    try {
      ByteBuf bytes = encode(kvs);
      boolean last = left == 0;
      stream.write(bytes).addListener(done -> written((ChannelFuture) done, last));
      if (!last) {
        ask();
      }
    } catch (RuntimeException e) {
      call.fail(e);
    }
  }

  private ByteBuf encode(List<Bytes> kvs) {
    Reply fields = Replies.rangeFields(kvs);
    left -= fields.size();
    if (left < 0 || kvs.isEmpty()) {
      throw new IllegalStateException(
          "an answer of " + range.fieldBytes() + " bytes has " + left + " left");
    }
    ByteBuf bytes =
        stream
            .allocator()
            .directBuffer((int) (PREFIX_BYTES + head.size() + fields.size() + tail.size()));
    try (ByteBufOutputStream out = new ByteBufOutputStream(bytes)) {
      if (!begun) {
        begun = true;
        bytes.writeByte(0).writeInt((int) size());
        var _ = head.drainTo(out);
      }
      var _ = fields.drainTo(out);
      if (left == 0) {
        var _ = tail.drainTo(out);
      }
      return bytes;
    } catch (IOException e) {
      bytes.release();
      throw new UncheckedIOException(e);
    }
  }

  private void written(ChannelFuture done, boolean last) {
    writing = false;
    if (!done.isSuccess() || call.isClosed()) {
      // The stream has ended, and gRPC says so to the call.
      return;
    }
    if (turn != null) {
      turn.gotOn();
    }
    if (last) {
      call.closeOk();
    } else {
      writeNext();
    }
  }

  /** Others wait, and the client does not read. */
  private void cutOff() {
    if (!call.isClosed()) {
      call.close(StatusMapping.of(new Reason.ResponsesExhausted()));
      // The status would wait behind what the client does not take, and all of it in memory.
      call.loop.execute(stream::cutOff);
    }
    call.account().end();
  }
}
